"""Runs a function in another Python: its source goes there as a script, arguments and result as files."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Container, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from fanjet.authoring.exceptions import SkipException
from fanjet.authoring.function_source import read_function_source
from fanjet.errors import DagTypeError, ExecutionError

SERIALIZERS = ("pickle", "cloudpickle", "dill")
#: What a script that ran into an exception ends with.
_FAILED = 1

#: The script. It needs nothing but Python 3.6 and, for its arguments, the module that wrote them.
_SCRIPT = """\
import sys
import {serializer} as _serializer

virtualenv_string_args = {string_args!r}

{source}

if __name__ == "__main__":
    with open(sys.argv[1], "rb") as _file:
        _args, _kwargs = _serializer.load(_file)
    _result = {name}(*_args, **_kwargs)
    with open(sys.argv[2], "wb") as _file:
        _serializer.dump(_result, _file, protocol=4)
"""


class Script(NamedTuple):
    """A function that can be run elsewhere."""

    text: str
    name: str
    serializer: str


def make_script(function: Callable[..., Any], serializer: str, string_args: Sequence[str], where: str) -> Script:
    """The script that calls a function.

    Args:
        function: The function. It can use what it imports itself, and its arguments.
        serializer: The module that writes and reads arguments and result, one of `SERIALIZERS`.
        string_args: Texts that the function finds as `virtualenv_string_args`.
        where: Words for error messages.

    Raises:
        DagTypeError: The function has no source, or the serializer is unknown.
    """
    if serializer not in SERIALIZERS:
        raise DagTypeError(
            f"{where}: serializer={serializer!r} cannot be used.", fix=f"one of {', '.join(SERIALIZERS)}"
        )
    name, source = read_function_source(function, where)
    text = _SCRIPT.format(serializer=serializer, string_args=list(map(str, string_args)), source=source, name=name)
    return Script(text, name, serializer)


def run_script(
    script: Script,
    python: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    env: Mapping[str, str],
    skips: int | Container[int] | None,
) -> Any:
    """Run the function with another Python and give its result.

    Args:
        script: The function.
        python: The interpreter.
        args: Its arguments by position.
        kwargs: Its arguments by name.
        env: The environment.
        skips: The exit codes that skip the instance.

    Raises:
        SkipException: It ended with such an exit code.
        ExecutionError: It failed; the log has its traceback.
    """
    try:
        serializer = import_module(script.serializer)
    except ImportError as error:
        raise ExecutionError(
            f"There is no {script.serializer} beside Fanjet to write arguments. Fix: pip install {script.serializer}."
        ) from error
    with tempfile.TemporaryDirectory(prefix="fanjet-python-") as name:
        folder = Path(name)
        (folder / "script.py").write_text(script.text)
        with (folder / "arguments").open("wb") as file:
            serializer.dump((tuple(args), dict(kwargs)), file, protocol=4)
        command = [python, str(folder / "script.py"), str(folder / "arguments"), str(folder / "result")]
        _run(command, env, skips, f"function '{script.name}'")
        with (folder / "result").open("rb") as file:
            return _load(serializer, file, script)


def _load(serializer: Any, file: Any, script: Script) -> Any:
    try:
        return serializer.load(file)
    except (pickle.UnpicklingError, AttributeError, ImportError, ValueError, EOFError) as error:
        raise ExecutionError(
            f"The result of function '{script.name}' cannot be read here: {error}. Fix: return plain values, or "
            "install what its type needs beside Fanjet."
        ) from error


def run_logged(command: Sequence[str], env: Mapping[str, str] | None = None) -> int:
    """Run a command, its output into the log of the try; the exit code."""
    sys.stdout.flush()
    ran = subprocess.run(command, env=None if env is None else dict(env), stdin=subprocess.DEVNULL, check=False)
    return ran.returncode


def _run(command: Sequence[str], env: Mapping[str, str], skips: int | Container[int] | None, what: str) -> None:
    try:
        code = run_logged(command, env)
    except OSError as error:
        raise ExecutionError(f"The Python {command[0]} cannot be started: {error.strerror}.") from error
    if code == 0:
        return
    if skips is not None and (code == skips if isinstance(skips, int) else code in skips):
        raise SkipException(f"The {what} ended with exit code {code}, which skips.")
    how = "raised an exception, see the log" if code == _FAILED else f"ended with exit code {code}"
    raise ExecutionError(f"In {command[0]}, the {what} {how}.")


def make_environment(extra: Mapping[str, str] | None, *, inherit: bool) -> dict[str, str]:
    """The environment of a script; never the paths of this Python's own modules."""
    base = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    return {**(base if inherit else {}), **(extra or {})}
