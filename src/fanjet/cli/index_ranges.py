"""Many map indexes in few words: ``0-9``, ``2,0-4``, ``0-9,0-4``; and what people write for several at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

import click

from fanjet.model.paths import Path, show

#: More positions than this are no list of instances that a person wants to name one by one.
_MOST_PATHS = 100_000


def say_paths(paths: Iterable[Path]) -> list[str]:
    """Paths as ranges, in their order; neighbours with the same positions below them are taken together."""
    levels: dict[int, list[tuple[Path, str]]] = {}
    for path in sorted(paths):
        levels.setdefault(len(path), []).append((path, ""))
    found: list[str] = []
    for depth in sorted(levels):
        parts = levels[depth]
        for _ in range(depth):
            parts = list(_fold(parts))
        found += [text or show(()) for _, text in parts]
    return found


def _fold(parts: Sequence[tuple[Path, str]]) -> Iterator[tuple[Path, str]]:
    """Take the last position of each path into its text."""
    by_parent: dict[Path, dict[str, list[int]]] = {}
    for path, text in parts:
        by_parent.setdefault(path[:-1], {}).setdefault(text, []).append(path[-1])
    for parent, texts in by_parent.items():
        for text, positions in texts.items():
            for first, last in _runs(positions):
                span = str(first) if first == last else f"{first}-{last}"
                yield parent, f"{span},{text}" if text else span


def _runs(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = last = positions[0]
    for position in positions[1:]:
        if position != last + 1:
            yield first, last
            first = position
        last = position
    yield first, last


def read_paths(text: str) -> list[Path]:
    """The paths that a text such as ``3``, ``3,7``, ``0-9`` or ``2,0-4`` stands for; ``-`` is the unmapped one.

    Raises:
        click.BadParameter: It is something else, or far too many.
    """
    text = text.strip().removeprefix("[").removesuffix("]")
    if text == "-":
        return [()]
    try:
        spans = [_read_span(part) for part in text.split(",")]
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no map index. Write positions such as 3 or 3,7, or ranges such as 0-9, counted from 0."
        ) from None
    count = 1
    for span in spans:
        count *= len(span)
    if count > _MOST_PATHS:
        raise click.BadParameter(f"{text!r} names {count:,} instances one by one; leave the last positions out.")
    return list(product(*spans))


def _read_span(text: str) -> range:
    first, dash, last = text.strip().partition("-")
    start = int(first)
    stop = int(last) if dash else start
    if start < 0 or stop < start:
        raise ValueError(text)
    return range(start, stop + 1)
