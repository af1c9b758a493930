"""A worker runs many tries in one process; each gets values of its own, so that none sees what another did to them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import msgspec

from fanjet.runtime.tagged import is_plain

_UNCHANGEABLE = frozenset({str, int, float, bool, type(None), bytes})

_to_json = msgspec.json.Encoder().encode
_from_json = msgspec.json.Decoder().decode


def own_copy(value: Any) -> Any:
    """A copy of a value that other tries get too; `value` itself where it cannot be changed or copied."""
    kind = type(value)
    if kind in _UNCHANGEABLE:
        return value
    if kind is list or kind is dict:
        return _copy_collection(value)
    library = kind.__module__.partition(".")[0]
    if library == "fanjet" and isinstance(value, Sequence):
        return value  # lazy sequences make their elements anew
    if library == "pyarrow":
        return value  # Arrow data cannot be changed
    if library == "pandas" and hasattr(value, "copy"):
        return value.copy()  # from pandas 3 on, this copies what is changed only when it is
    return _deepcopy(value)


def _copy_collection(value: Any) -> Any:
    """By way of JSON where that keeps the value: several times faster than `deepcopy`."""
    try:
        if is_plain(value):
            return _from_json(_to_json(value))
    except (ValueError, RecursionError):
        pass  # text or nesting that JSON does not take
    return _deepcopy(value)


def _deepcopy(value: Any) -> Any:
    try:
        return import_module("copy").deepcopy(value)  # late: most values go by way of JSON
    except Exception:  # noqa: BLE001 - types raise what they like; one that cannot be copied is shared
        return value
