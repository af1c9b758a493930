"""Map indexes as paths: ``()`` for an unmapped instance, ``(3,)`` for ``train[3]``, ``(3, 7)`` for ``fit[3,7]``.

An instance is addressed in columns by ``(parent, index)``: its path is ``parent + (index,)``, or just ``parent``
when the index is `NOT_MAPPED` (an unmapped task, or the single instance of a map that never expanded).
"""

from __future__ import annotations

from typing import TypeAlias

#: Positions from the outermost map to the innermost, each 0-based.
Path: TypeAlias = tuple[int, ...]

#: The index of an instance whose path is that of its parent.
NOT_MAPPED = -1

_BYTES_PER_LEVEL = 4


def join(parent: Path, index: int) -> Path:
    """The path of the instance at `index` under `parent`."""
    return parent if index < 0 else (*parent, index)


def split(path: Path, depth: int) -> tuple[Path, int]:
    """The (parent, index) of an instance of a task whose instances have `depth` levels.

    A shorter path is the single instance of a map that never expanded; its index is `NOT_MAPPED`.
    """
    return (path[:-1], path[-1]) if depth and len(path) == depth else (path, NOT_MAPPED)


def encode(path: Path) -> bytes:
    """The key in the database: 4 big-endian bytes a level, so that order and prefixes are ranges."""
    return b"".join([position.to_bytes(_BYTES_PER_LEVEL, "big") for position in path])


def decode(key: bytes) -> Path:
    """The inverse of `encode`."""
    return tuple(int.from_bytes(key[at : at + _BYTES_PER_LEVEL], "big") for at in range(0, len(key), _BYTES_PER_LEVEL))


def prefix_end(path: Path) -> bytes:
    """The first database key after every key that starts with `encode(path)`; all of them lie before it.

    For ``()``, which has every key below it, this is a key greater than any in use.
    """
    if not path:
        return b"\xff" * (_BYTES_PER_LEVEL + 1)
    return encode((*path[:-1], path[-1] + 1))


def show(path: Path) -> str:
    """The path as people write it: ``3,7``, and ``-`` for the unmapped ``()``."""
    return ",".join(map(str, path)) or "-"


def parse(text: str) -> Path:
    """The inverse of `show`.

    Raises:
        ValueError: The text is no list of non-negative whole numbers.
    """
    if text.strip() == "-":
        return ()
    path = tuple(int(part) for part in text.split(","))
    if any(position < 0 for position in path):
        raise ValueError(f"a map index has no negative positions: {text!r}")
    return path
