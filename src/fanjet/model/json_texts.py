"""JSON of other people: what could be kept but not given back is refused, and what is kept already is shown anyway."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from fanjet.errors import OperationError
from fanjet.model.texts import storable

#: More levels than this in one another are no data any more; readers of JSON give up at some depth, each at its own.
MOST_LEVELS: Final = 100
_CUT: Final = "(nested too deeply to be shown)"
#: How every half of a character is written in JSON, and many a whole one.
_HALF: Final = "\\ud"


def check_json(value: Any, what: str) -> None:
    """Refuse what somebody gives and others could not read.

    Args:
        value: What was given.
        what: Its name for people.

    Raises:
        OperationError: It is nested too deeply, or has half characters, NaN or infinity in it.
    """
    if fault := _find_fault(value):
        raise OperationError(f"The {what} cannot be kept: {fault}.")


def write_json(value: Mapping[str, Any], what: str) -> str:
    """The JSON text of an object that somebody gives; as for `check_json`.

    Raises:
        OperationError: It is none that could be kept and read again.
    """
    check_json(value, what)
    try:
        return json.dumps(dict(value))
    except (TypeError, ValueError, RecursionError) as error:
        raise OperationError(f"The {what} cannot be written as JSON: {error}.") from error


def read_json(text: str) -> Any:
    """What a JSON text holds, in a form that can be written as JSON anywhere.

    Args:
        text: As it was kept, by whomever.
    """
    try:
        found = json.loads(text)
    except RecursionError:
        return {"...": _CUT}
    is_flat = text.count("{") + text.count("[") <= MOST_LEVELS
    return found if is_flat and _HALF not in text.lower() else to_shown(found)


def to_shown(value: Any, levels: int = MOST_LEVELS) -> Any:
    """A value of JSON without what not every reader takes: half characters, and levels below `levels`."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        if levels <= 0:
            return _CUT
        return {storable(str(key)): to_shown(inner, levels - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return _CUT if levels <= 0 else [to_shown(inner, levels - 1) for inner in value]
    return value


def _find_fault(value: Any) -> str | None:
    """What is wrong with it; without recursion, as that is one of the faults."""
    rest: list[tuple[Any, int]] = [(value, 1)]
    while rest:
        found, level = rest.pop()
        if level > MOST_LEVELS and isinstance(found, Mapping | list | tuple):
            return f"it is nested more than {MOST_LEVELS} levels deep"
        if isinstance(found, Mapping):
            rest += [(part, level + 1) for pair in found.items() for part in pair]
        elif isinstance(found, list | tuple):
            rest += [(part, level + 1) for part in found]
        elif isinstance(found, str) and storable(found) is not found:
            return f"the text {found[:100]!r} has half a character (a lone surrogate) in it"
        elif isinstance(found, float) and not isfinite(found):
            return f"{found} is no number of JSON; give null, or a text"
    return None
