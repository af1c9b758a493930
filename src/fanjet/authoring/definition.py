"""Where in a DAG file something was written, for error messages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

_PACKAGE = str(Path(__file__).parent.parent)


class Definition(NamedTuple):
    """A place in a file."""

    file: str
    #: 1-based.
    line: int


def find_definition() -> Definition | None:
    """The place outside this package from which the running code was called; None if there is none."""
    frame = sys._getframe(1)  # noqa: SLF001 - the cheap way; the inspect module costs milliseconds to import
    while frame.f_code.co_filename.startswith(_PACKAGE):
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return Definition(frame.f_code.co_filename, frame.f_lineno)
