"""Whether a function says that it returns a dict, so that each of its keys becomes an XCom."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from typing import Any


def returns_dict(function: Callable[..., Any]) -> bool:
    """Whether the return annotation is a dict, a mapping or a TypedDict. Strings are evaluated where possible."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    annotation = getattr(function, "__annotations__", {}).get("return")
    if isinstance(annotation, str):
        annotation = _evaluate(annotation, getattr(function, "__globals__", {}))
    kind = typing.get_origin(annotation) or annotation
    return isinstance(kind, type) and issubclass(kind, Mapping)


def _evaluate(annotation: str, names: dict[str, Any]) -> Any:
    head = annotation.strip("'\" ").partition("[")[0]
    try:
        return eval(head, {**vars(typing), **names})  # noqa: S307 - the author's own code, as typing.get_type_hints does
    except (NameError, AttributeError, SyntaxError):
        return None  # a name that exists for type checkers only
