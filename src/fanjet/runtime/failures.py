"""What is said when a try fails: the traceback for the log, one line for lists and pages."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from types import TracebackType

from fanjet.errors import FanjetError
from fanjet.runtime.secrets import SECRETS

_PACKAGE = str(Path(__file__).parent.parent) + os.sep
_STDLIB = str(Path(os.__file__).parent) + os.sep
_LIBRARIES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")

#: The most characters of the one line; the log has it all.
_MAX_ERROR_CHARS = 2000


def write_log(text: str) -> None:
    """Write to the log of the try, also when the task has closed or replaced `sys.stderr`."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except Exception:  # noqa: BLE001 - a task may have put anything there
        os.write(2, text.encode(errors="replace"))


def log_traceback(error: BaseException) -> None:
    """Write the traceback, without the frames of Fanjet above the task's own code."""
    shown = _find_user_traceback(error.__traceback__)
    if shown is None and isinstance(error, FanjetError):
        write_log(f"{describe(error)}\n")
        return
    lines = traceback.format_exception(type(error), error, shown or error.__traceback__)
    write_log(SECRETS.mask("".join(lines)))


def describe(error: BaseException) -> str:
    """The exception, and where in the author's files it was raised, as one line without secrets."""
    message = _show(error).strip()
    if isinstance(error, SystemExit):
        text = f"The task called sys.exit({error.code!r})."
    elif isinstance(error, FanjetError):
        text = message
    else:
        text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    text += _find_place(error) + "".join(f" {note}." for note in getattr(error, "__notes__", ()))
    text = SECRETS.mask(text)
    return text if len(text) <= _MAX_ERROR_CHARS else text[: _MAX_ERROR_CHARS - 1] + "…"


def _show(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as other:  # noqa: BLE001 - the author's exception class may be broken itself
        return f"(its text cannot be shown: {type(other).__name__})"


def _find_place(error: BaseException) -> str:
    """`` (file.py:12)``: the innermost line of the author's own code; nothing if none took part."""
    place = ""
    trace = _find_user_traceback(error.__traceback__)
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if _is_authors(file):
            place = f" ({_shorten(file)}:{trace.tb_lineno})"
        trace = trace.tb_next
    return place


def _is_authors(file: str) -> bool:
    """Whether a file belongs neither to Fanjet, nor to a library, nor to a template."""
    return not file.startswith((_PACKAGE, _STDLIB, "<")) and not any(part in file for part in _LIBRARIES)


def _shorten(file: str) -> str:
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return file


def _find_user_traceback(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is not Fanjet's on; None if all are."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        trace = trace.tb_next
    return trace
