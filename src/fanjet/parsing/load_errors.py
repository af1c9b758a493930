"""Explains why a DAG file could not be loaded: what, in which line, and what to do."""

from __future__ import annotations

import signal
from pathlib import Path
from types import TracebackType

from msgspec.structs import replace

from fanjet.errors import DagError, FanjetError
from fanjet.model.texts import storable
from fanjet.parsing.report import ParseError
from fanjet.runtime.masked_urls import mask_urls

_MOST_FRAMES = 30
_MOST_CHARS = 10_000
_SAVE_ANEW = "save the file as UTF-8, without null bytes"
#: In what Python says of files that it cannot decode.
_OF_ENCODINGS = ("null bytes", "unknown encoding", "encoding problem", "'utf-8' codec")
#: Names of modules whose packages are called otherwise.
_PACKAGE_OF_MODULE = {
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "git": "GitPython",
    "PIL": "pillow",
    "psycopg2": "psycopg2-binary",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


def explain_load_error(error: BaseException, path: Path) -> ParseError:
    """What went wrong while the file at `path` was run; passwords in addresses are masked."""
    found = _explain(error, path)
    return replace(found, message=_tidy(found.message))


def _explain(error: BaseException, path: Path) -> ParseError:
    line = _find_line(error.__traceback__, path)
    match error:
        case SyntaxError():
            return _explain_syntax(error, path, line)
        case DagError():
            return ParseError(error.file or str(path), error.line or line, "dag", error.message, error.fix)
        case ModuleNotFoundError(name=str(name)):
            return ParseError(str(path), line, "import", f"There is no module named '{name}'.", _suggest_install(name))
        case ImportError() if str(error).startswith("attempted relative import with no known"):
            message = "A DAG file is no part of a package, so it cannot import by a leading dot."
            fix = "name the module: its folder and the root of its project are searched, see fanjet.toml"
            return ParseError(str(path), line, "import", message, fix)
        case ImportError():
            return ParseError(str(path), line, "import", str(error))
        case SystemExit():
            message = f"The file ends the process (sys.exit, code {error.code}) when it is loaded."
            return ParseError(
                str(path), line, "exit", message, "put what a script does under if __name__ == '__main__'"
            )
        case FanjetError() if str(error):
            return ParseError(str(path), line, "exception", str(error))
        case _:
            said = _say(error)
            text = f"{type(error).__name__}: {said}" if said else type(error).__name__
            return ParseError(str(path), line, "exception", text)


def _say(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as fault:  # noqa: BLE001 - whatever people's exceptions do
        return f"(its text cannot be made: {type(fault).__name__})"


def _tidy(text: str) -> str:
    """What can be kept and shown: errors quote what was connected to, and all that was wrong in long lists."""
    shown = mask_urls(storable(text))
    return shown if len(shown) <= _MOST_CHARS else f"{shown[:_MOST_CHARS]}\n..."


def find_traceback(error: BaseException, path: Path) -> str | None:
    """The way from the file at `path` to an error that it does not explain itself; None where there is none."""
    if isinstance(error, DagError | SyntaxError | SystemExit):
        return None
    from traceback import TracebackException  # noqa: PLC0415 - few files need it

    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != str(path):
        frames = frames.tb_next
    if frames is None or (frames.tb_next is None and error.__cause__ is None and error.__context__ is None):
        return None
    return _tidy("".join(TracebackException(type(error), error, frames, limit=_MOST_FRAMES).format()))


def explain_timetable_error(error: BaseException, path: Path, dag_id: str) -> ParseError:
    """What went wrong when the timetable of a DAG was asked."""
    found = explain_load_error(error, path)
    return replace(
        found,
        kind="timetable",
        message=f"DAG '{dag_id}': its timetable cannot be asked. {found.message}",
        traceback=find_traceback(error, path),
    )


def explain_crash(path: Path, code: int | None, output: str, *, asking: str | None = None) -> ParseError:
    """The process that loaded the file ended before it was through.

    Args:
        path: The file.
        code: Its exit code, negative for a signal; None when it is not known.
        output: The end of what it printed.
        asking: The DAG whose timetable was being asked; None while the file was being loaded.
    """
    if code is None:
        how = "how is not known"
    elif code >= 0:
        how = f"exit code {code}"
    else:
        how = f"signal {-code}, {signal.strsignal(-code)}"
    tail = f" Its last output:\n{_tidy(output.strip())}" if output.strip() else ""
    if asking is not None:
        message = f"DAG '{asking}': its timetable ended the process that asked it ({how}).{tail}"
        return ParseError(str(path), None, "timetable", message)
    message = f"Loading the file ended the process that loaded it ({how}).{tail}"
    return ParseError(str(path), None, "crash", message)


def explain_timeout(path: Path, timeout_s: float, *, asking: str | None = None) -> ParseError:
    """Loading the file took too long and was stopped; `asking` as in `explain_crash`."""
    if asking is not None:
        message = f"DAG '{asking}': its timetable did not answer within {timeout_s:g} s and was stopped."
        fix = "have its methods only calculate: load what they need when the file is loaded"
        return ParseError(str(path), None, "timetable", message, fix)
    message = f"Loading the file took longer than {timeout_s:g} s and was stopped."
    fix = "move slow work from the top level of the file into tasks, or raise parse_timeout_s"
    return ParseError(str(path), None, "timeout", message, fix)


def _explain_syntax(error: SyntaxError, path: Path, line: int | None) -> ParseError:
    """The syntax error may be in a module that the file imports."""
    text = f"{type(error).__name__}: {error.msg}"
    if error.text and error.text.strip():
        text += f": {error.text.strip()}"
    fix = _SAVE_ANEW if any(part in text for part in _OF_ENCODINGS) else None
    return ParseError(error.filename or str(path), error.lineno or line, "syntax", text, fix)


def _suggest_install(name: str) -> str:
    top = name.partition(".")[0]
    return f"pip install {_PACKAGE_OF_MODULE.get(top, top)}, or put the module beside the DAG file"


def _find_line(traceback: TracebackType | None, path: Path) -> int | None:
    """The line of the file at which the error passed through it last."""
    line = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == str(path):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
