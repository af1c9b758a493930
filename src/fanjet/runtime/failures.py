"""What is said when a try fails: the traceback for the log, one line for lists and pages."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from fanjet.errors import FanjetError, InvariantError
from fanjet.model.texts import storable
from fanjet.runtime.secrets import SECRETS

_PACKAGE = str(Path(__file__).parent.parent) + os.sep
_STDLIB = str(Path(os.__file__).parent) + os.sep
_LIBRARIES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
#: Libraries that run between Fanjet and nobody else's code: templates and values.
_TOOLS = tuple(f"{folder}{name}{os.sep}" for folder in _LIBRARIES for name in ("jinja2", "cloudpickle", "fsspec"))

#: The most characters of the one line; the log has it all.
_MAX_ERROR_CHARS = 2000


def write_log(text: str) -> None:
    """Write to the log of the try, also when the task has closed or replaced `sys.stderr`."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except Exception:  # noqa: BLE001 - a task may have put anything there
        with contextlib.suppress(OSError):  # the disk is full: how the try ended is still told
            os.write(2, text.encode(errors="replace"))


def log_traceback(error: BaseException) -> None:
    """Write the author's part of the traceback; where none of the author's code took part, the exception alone."""
    told = traceback.TracebackException(type(error), error, error.__traceback__)
    # A bug of Fanjet is found by Fanjet's frames.
    if isinstance(error, InvariantError) or _keep_authors_part(told):
        text = "".join(told.format())
    else:
        text = f"{_tell(error)}\n"
    write_log(SECRETS.mask(text))


def _keep_authors_part(told: Any) -> bool:
    """Take Fanjet's frames out of a `TracebackException` and all that it is chained to.

    Returns:
        Whether anything is left that an author wants to see.
    """
    frames = [frame for frame in told.stack if not frame.filename.startswith(_PACKAGE)]
    worth = any(not _is_inner(frame.filename) for frame in frames)
    # Without frames it prints no heading either.
    told.stack = traceback.StackSummary.from_list(frames) if worth else None
    context = None if told.__suppress_context__ else told.__context__
    chained = [told.__cause__, context, *(told.exceptions or ())]
    return any([worth, *(_keep_authors_part(other) for other in chained if other is not None)])


def _is_inner(file: str) -> bool:
    """Whether a file is of the standard library, or of a library that Fanjet calls itself."""
    return (file.startswith((_STDLIB, "<")) and not _is_library(file)) or any(part in file for part in _TOOLS)


def describe(error: BaseException) -> str:
    """The exception, and where in the author's files it was raised, as one line without secrets."""
    text = SECRETS.mask(storable(_tell(error)))
    return text if len(text) <= _MAX_ERROR_CHARS else text[: _MAX_ERROR_CHARS - 1] + "…"


def _tell(error: BaseException) -> str:
    """The exception, its place and its notes."""
    message = _show(error).strip()
    if isinstance(error, SystemExit):
        text = f"The task called sys.exit({error.code!r})."
    elif isinstance(error, FanjetError):
        text = message
    else:
        text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return text + _find_place(error) + "".join(f" {note}." for note in getattr(error, "__notes__", ()))


def _show(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as other:  # noqa: BLE001 - the author's exception class may be broken itself
        return f"(its text cannot be shown: {type(other).__name__})"


def _find_place(error: BaseException) -> str:
    """`` (file.py:12)``: the innermost line of the author's own code; nothing if none took part."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if _is_authors(file):
            place = f" ({_shorten(file)}:{trace.tb_lineno})"
        trace = trace.tb_next
    return place


def _is_authors(file: str) -> bool:
    """Whether a file belongs neither to Fanjet, nor to a library, nor to a template."""
    return not file.startswith((_PACKAGE, _STDLIB, "<")) and not _is_library(file)


def _is_library(file: str) -> bool:
    return any(part in file for part in _LIBRARIES)


def _shorten(file: str) -> str:
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return file
