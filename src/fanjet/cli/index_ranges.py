"""What people write for several map indexes at once."""

from __future__ import annotations

from itertools import product

import click

from fanjet.model.paths import Path

#: More positions than this are no list of instances that a person wants to name one by one.
_MOST_PATHS = 100_000


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
