"""Reading what tries printed: pieces of the append-only segment files that workers write."""

from __future__ import annotations

from pathlib import Path

from fanjet.errors import ExecutionError


def locate_segment(home: Path, segment: int) -> Path:
    """The file of a log segment."""
    return home / "logs" / f"{segment:016x}.log"


def read_log(home: Path, segment: int, offset: int, length: int, tail_bytes: int | None = None) -> bytes:
    """What one try printed.

    Args:
        home: The folder of the database.
        segment: The number of the segment.
        offset: The first byte of the piece.
        length: The number of bytes of the piece.
        tail_bytes: Only so many from its end; None for all.

    Returns:
        The bytes; fewer than `length` when the machine went down before they reached the disk.

    Raises:
        ExecutionError: The segment is gone or cannot be read.
    """
    if tail_bytes is not None and tail_bytes < length:
        offset, length = offset + length - tail_bytes, tail_bytes
    path = locate_segment(home, segment)
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)
    except FileNotFoundError as error:
        raise ExecutionError(f"The log is gone: its segment {path} has been removed.") from error
    except OSError as error:
        raise ExecutionError(f"The log cannot be read: {error}.") from error
