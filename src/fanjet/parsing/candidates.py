"""Which Python files are worth loading for their DAGs."""

from __future__ import annotations

from pathlib import Path

#: A file that does not speak of both is a helper, whatever else is in it, and is not loaded for its own sake.
_LIBRARIES = (b"fanjet", b"airflow")
_NOUN = b"dag"


def may_hold_dag(file: Path) -> bool:
    """Whether a file speaks of DAGs and of a library that has them. One that cannot be read may: loading says why.

    So may one that Python cannot read, because it is UTF-16 or has null bytes in it.
    """
    try:
        text = file.read_bytes().replace(b"\0", b"").lower()
    except OSError:
        return True
    return _NOUN in text and any(library in text for library in _LIBRARIES)
