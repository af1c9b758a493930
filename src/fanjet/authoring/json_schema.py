"""The part of JSON schema that params are checked against. A keyword outside this part is refused, never ignored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sized
from datetime import date, datetime, time
from typing import Any, cast

from fanjet.errors import DagTypeError

#: Keywords that say something to people and forms, not about validity.
ANNOTATIONS = frozenset(
    {
        "$comment", "$schema", "custom_html_form", "default", "deprecated", "description", "description_html",
        "description_md", "examples", "readOnly", "section", "source", "suggested_values", "title", "values_display",
        "writeOnly",
    }
)  # fmt: skip

_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())
    ),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, Mapping),
}
_FORMATS: dict[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
    "time": time.fromisoformat,
    "regex": re.compile,
    "multiline": str,
    "duration": lambda text: _match(_DURATION, text),
    "email": lambda text: _match(r"[^@\s]+@[^@\s]+", text),
    "uri": lambda text: _match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", text),
    "uuid": lambda text: _match(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text),
}
#: As in ISO 8601: ``P3Y6M4DT12H30M5S`` or ``P4W``.
_DURATION = r"P(?!$)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)"


def _match(pattern: str, text: str) -> None:
    if not re.fullmatch(pattern, text):
        raise ValueError(text)


#: Says what is wrong with a value, None if nothing is: (value, what the keyword says, whole schema).
Check = Callable[[Any, Any, Mapping[str, Any]], str | None]


def check_keywords(schema: Mapping[str, Any]) -> None:
    """Refuse what values would not be checked against.

    Raises:
        DagTypeError: A keyword, type or format is not known.
    """
    for keyword, said in schema.items():
        if keyword not in _CHECKS and keyword not in ANNOTATIONS:
            raise DagTypeError(
                f"The schema of a param has the keyword '{keyword}', which Fanjet does not check.",
                fix=f"use one of {', '.join(sorted(_CHECKS))}",
            )
        if keyword == "type":
            for name in said if isinstance(said, list | tuple) else [said]:
                if name not in _TYPES:
                    raise DagTypeError(f"The schema of a param has the type {name!r}.", fix=f"use {', '.join(_TYPES)}")
        elif keyword == "format" and said not in _FORMATS:
            raise DagTypeError(f"The schema of a param has the format {said!r}.", fix=f"use {', '.join(_FORMATS)}")
        for inner in _inner_schemas(keyword, said):
            check_keywords(inner)


def find_error(value: Any, schema: Mapping[str, Any]) -> str | None:
    """What is wrong with `value`, None if it fits `schema`."""
    for keyword, said in schema.items():
        check = _CHECKS.get(keyword)
        error = check(value, said, schema) if check else None
        if error:
            return error
    return None


def _inner_schemas(keyword: str, said: Any) -> list[Mapping[str, Any]]:
    if keyword == "properties":
        return list(said.values())
    if keyword in {"anyOf", "oneOf", "allOf"}:
        return list(said)
    return [said] if keyword in {"items", "not", "additionalProperties"} and isinstance(said, Mapping) else []


def _type(value: Any, said: Any, _: Mapping[str, Any]) -> str | None:
    names = said if isinstance(said, list | tuple) else [said]
    return None if any(_TYPES[name](value) for name in names) else f"{value!r} is not of type {' or '.join(names)}"


def _compare(holds: Callable[[Any, Any], bool], words: str) -> Check:
    def check(value: Any, said: Any, _: Mapping[str, Any]) -> str | None:
        return None if not _TYPES["number"](value) or holds(value, said) else f"{value!r} is not {words} {said!r}"

    return check


def _size(kinds: tuple[type, ...], holds: Callable[[int, int], bool], words: str) -> Check:
    def check(value: Any, said: Any, _: Mapping[str, Any]) -> str | None:
        fits = not isinstance(value, kinds) or holds(len(cast("Sized", value)), said)
        return None if fits else f"{value!r} has {words} {said}"

    return check


def _format(value: Any, said: Any, _: Mapping[str, Any]) -> str | None:
    if isinstance(value, str):
        try:
            _FORMATS[said](value)
        except (ValueError, re.error):
            return f"{value!r} is no {said}"
    return None


def _items(value: Any, said: Any, _: Mapping[str, Any]) -> str | None:
    errors = (find_error(item, said) for item in value) if isinstance(value, list | tuple) else ()
    return next(filter(None, errors), None)


def _properties(value: Any, said: Any, _: Mapping[str, Any]) -> str | None:
    if not isinstance(value, Mapping):
        return None
    return next(filter(None, (find_error(value[name], inner) for name, inner in said.items() if name in value)), None)


def _additional(value: Any, said: Any, schema: Mapping[str, Any]) -> str | None:
    if not isinstance(value, Mapping):
        return None
    extra = [name for name in value if name not in schema.get("properties", {})]
    if isinstance(said, Mapping):
        return next(filter(None, (find_error(value[name], said) for name in extra)), None)
    return f"{extra[0]!r} is not among its properties" if extra and said is False else None


def _required(value: Any, said: Any, _: Mapping[str, Any]) -> str | None:
    missing = [name for name in said if name not in value] if isinstance(value, Mapping) else []
    return f"{missing[0]!r} is missing" if missing else None


def _some(count_fits: Callable[[int, int], bool], words: str) -> Check:
    def check(value: Any, said: Any, _: Mapping[str, Any]) -> str | None:
        fitting = sum(find_error(value, inner) is None for inner in said)
        return None if count_fits(fitting, len(said)) else f"{value!r} does not fit {words} of the schemas"

    return check


def _unique(value: Any, said: Any, _: Mapping[str, Any]) -> str | None:
    if not said or not isinstance(value, list | tuple):
        return None
    return "its items repeat" if any(item in value[:position] for position, item in enumerate(value)) else None


_CHECKS: dict[str, Check] = {
    "type": _type,
    "enum": lambda value, said, _: None if value in said else f"{value!r} is not one of {said!r}",
    "const": lambda value, said, _: None if value == said else f"{value!r} is not {said!r}",
    "minimum": _compare(lambda value, bound: value >= bound, "at least"),
    "maximum": _compare(lambda value, bound: value <= bound, "at most"),
    "exclusiveMinimum": _compare(lambda value, bound: value > bound, "greater than"),
    "exclusiveMaximum": _compare(lambda value, bound: value < bound, "less than"),
    "multipleOf": _compare(lambda value, step: value % step == 0, "a multiple of"),
    "minLength": _size((str,), lambda size, bound: size >= bound, "fewer characters than"),
    "maxLength": _size((str,), lambda size, bound: size <= bound, "more characters than"),
    "minItems": _size((list, tuple), lambda size, bound: size >= bound, "fewer items than"),
    "maxItems": _size((list, tuple), lambda size, bound: size <= bound, "more items than"),
    "pattern": lambda value, said, _: (
        None if not isinstance(value, str) or re.search(said, value) else f"{value!r} does not match {said!r}"
    ),
    "format": _format,
    "items": _items,
    "uniqueItems": _unique,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": _required,
    "anyOf": _some(lambda fitting, _: fitting > 0, "any"),
    "oneOf": _some(lambda fitting, _: fitting == 1, "exactly one"),
    "allOf": _some(lambda fitting, all_: fitting == all_, "all"),
    "not": lambda value, said, _: None if find_error(value, said) else f"{value!r} fits what it must not",
}
