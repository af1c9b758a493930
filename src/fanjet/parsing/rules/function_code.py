"""What the source of a task's function says."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

from fanjet.authoring.operator import Operator

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def find_function(task: Operator) -> Any:
    """The function that a task calls, None if it calls none."""
    function = getattr(task, "python_callable", None)
    if function is None:
        function = getattr(task, "partial_kwargs", {}).get("python_callable")
    return None if function is None else inspect.unwrap(function)


def returns_value(function: Any) -> bool:
    """Whether a function says that it returns something: by a ``return`` with a value that is not None."""
    if getattr(function, "__annotations__", {}).get("return", "") in (None, "None", type(None)):
        return False
    tree = _parse(function)
    if isinstance(tree, ast.Lambda):
        return not _is_none(tree.body)
    return tree is not None and any(
        isinstance(node, ast.Return) and not _is_none(node.value) for node in _own_nodes(tree)
    )


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _parse(function: Any) -> _Function | None:
    """The code of a function; None where there is no source, or no telling where it begins."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None
    kind = ast.Lambda if getattr(function, "__name__", "") == "<lambda>" else (ast.FunctionDef, ast.AsyncFunctionDef)
    return next((node for node in ast.walk(tree) if isinstance(node, kind)), None)


def _own_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those of functions and classes inside."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield from _own_nodes(node)
