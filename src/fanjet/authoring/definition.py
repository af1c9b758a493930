"""Where in a DAG file something was written, for error messages."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

# Without pathlib, which is slow to import.
_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep  # noqa: PTH120


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
