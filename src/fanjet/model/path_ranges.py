"""Many map indexes in few words: ``0-9``, ``2,0-4``, ``0-9,0-4``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fanjet.model.paths import Path, show


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
