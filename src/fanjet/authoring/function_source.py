"""The source of a function, for running it elsewhere."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from fanjet.errors import DagTypeError


class FunctionSource(NamedTuple):
    """What was written between a function's decorators and its end."""

    name: str
    text: str


def read_function_source(function: Callable[..., Any], where: str) -> FunctionSource:
    """The source of a function without its decorators, not indented.

    Args:
        function: The function.
        where: Words for error messages.

    Raises:
        DagTypeError: There is none, or it is no ``def``.
    """
    ast, inspect = import_module("ast"), import_module("inspect")  # late: slow to import, and few functions need it
    try:
        source = textwrap.dedent(inspect.getsource(function))
        found = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError) as error:
        raise DagTypeError(f"{where}: the source of the function cannot be read.", fix="write it with def") from error
    if not isinstance(found, ast.FunctionDef):
        raise DagTypeError(f"{where}: only a function that is written with def can run elsewhere.", fix="use def")
    return FunctionSource(found.name, "\n".join(source.splitlines()[found.lineno - 1 :]))
