"""JSON with types: an object with a single key that starts with ``$`` stands for a Python type.

Only exact types are tagged. Subclasses (enums, named tuples, ordered dicts), dataclasses and everything else become
blobs inside the JSON, so that the rest of the value stays readable without unpickling anything.
"""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from importlib import import_module
from pathlib import Path, PosixPath
from typing import Any, TypeAlias

import msgspec

from fanjet.errors import DagValueError
from fanjet.model.values import TablePreview
from fanjet.runtime.blobs import from_blob, not_storable, to_blob, type_name
from fanjet.runtime.previews import look_into, preview

#: What msgspec's JSON holds: None, bool, int, float, str, list, dict.
Json: TypeAlias = Any

_ATOMS = frozenset({type(None), bool, int, str})
_NUMBERS = frozenset({bool, int, float})
_EXACT_NUMPY = frozenset(
    f"{kind}{bits}" for kind, sizes in (("int", (8, 16, 32, 64)), ("float", (16, 32, 64))) for bits in sizes
) | {"uint8", "uint16", "uint32", "uint64", "bool", "bool_"}


#: Fewer are kept one by one, each with its preview.
_MANY_OBJECTS = 16

#: Libraries whose values have forms of their own.
_TOLD_APART = frozenset({"numpy", "pandas", "polars", "pyarrow", "fanjet"})


def is_plain(value: Any) -> bool:
    """Whether JSON keeps `value` exactly: only None, bool, int, finite float, str, and lists and str-keyed dicts of it.

    Text with lone surrogates passes here and fails in the encoder.
    """
    kind = type(value)
    if kind in _ATOMS:
        return True
    if kind is float:
        return math.isfinite(value)
    if kind is list:
        return _all_plain(value)
    if kind is dict:
        keys = set(map(type, value))
        return (not keys or keys == {str}) and _all_plain(value.values())
    return False


def _all_plain(items: Any) -> bool:
    kinds = set(map(type, items))
    if kinds <= _ATOMS:
        return True
    if kinds <= _NUMBERS:
        return all(map(_is_finite, items))
    return all(map(is_plain, items))


def _is_finite(number: float) -> bool:
    return type(number) is not float or math.isfinite(number)


def to_tagged(value: object) -> Json:
    """`value` as tagged JSON; keys of dicts become text (as in every JSON store).

    Raises:
        DagTypeError: Something in it has no lasting form.
        DagValueError: Two keys of a dict are the same as text.
    """
    kind = type(value)
    tagger = _TAGGERS.get(kind) or _LATE_TAGGERS.get(f"{kind.__module__}.{kind.__qualname__}")
    if tagger is not None:
        return tagger(value)
    if kind.__module__ == "numpy" and getattr(getattr(value, "dtype", None), "name", "") in _EXACT_NUMPY:
        if not getattr(value, "shape", ()) and hasattr(value, "item") and kind.__name__ != "ndarray":
            return {"$number": [value.dtype.name, to_tagged(value.item())]}  # type: ignore[attr-defined]
    elif kind.__module__.startswith("fanjet."):
        if isinstance(value, Sequence):  # a lazy sequence is pushed as a list
            return [to_tagged(item) for item in value]
        if kind.__module__.startswith("fanjet.authoring"):
            raise not_storable(value, "it is a part of the DAG, not a result")
    return blob_tag(value, *to_blob(value))


def blob_tag(value: object, codec: str, data: bytes) -> Json:
    """The tag that carries bytes, with what can be shown of them."""
    seen = look_into(value)
    payload = [codec, type_name(value), seen.text, b64encode(data).decode()]
    return {"$blob": payload if seen.table is None else [*payload, msgspec.to_builtins(seen.table)]}


def show_blob(kind: str, text: str, table: TablePreview | Mapping[str, Any] | None) -> Json:
    """What is shown of a value that has no JSON form: the name of its type, its preview, its first rows."""
    shown = {"type": kind, "preview": text}
    return shown if table is None else {**shown, "table": msgspec.to_builtins(table)}


def from_tagged(data: Json) -> Any:
    """The value that `to_tagged` made `data` of."""
    if type(data) is list:
        return [from_tagged(item) for item in data]
    if type(data) is dict:
        if len(data) == 1:
            [(key, payload)] = data.items()
            if key.startswith("$"):
                return _READERS[key](payload)
        return {key: from_tagged(item) for key, item in data.items()}
    return data


def to_shown(data: Json) -> Json:
    """Tagged JSON as plain JSON for people and files: what has no JSON form becomes ``{"type", "preview"}``."""
    if type(data) is list:
        return [to_shown(item) for item in data]
    if type(data) is dict:
        if len(data) == 1:
            [(key, payload)] = data.items()
            if key.startswith("$"):
                return _show_tag(key, payload)
        return {key: to_shown(item) for key, item in data.items()}
    return data


def _show_tag(tag: str, payload: Any) -> Json:
    if tag == "$tuple":
        return [to_shown(item) for item in payload]
    if tag == "$dict":
        return {key: to_shown(item) for key, item in payload}
    if tag == "$number":
        return to_shown(payload[1])
    if tag == "$blob":
        return show_blob(payload[1], payload[2], payload[4] if len(payload) > 4 else None)
    value = _READERS[tag](payload)
    return {"type": type_name(value), "preview": preview(value)}


# --- taggers, by exact type ---


def _tag_str(value: str) -> Json:
    try:
        value.encode()
    except UnicodeEncodeError:  # lone surrogates, as in names of files that are not UTF-8
        return {"$str": b64encode(value.encode("utf-8", "surrogatepass")).decode()}
    return value


def _tag_int(value: int) -> Json:
    return value if value.bit_length() < 10_000 else {"$int": hex(value)}


def _tag_float(value: float) -> Json:
    return value if math.isfinite(value) else {"$float": repr(value)}


def _tag_list(value: list[Any]) -> Json:
    return blob_tag(value, *to_blob(value)) if are_objects(value) else [to_tagged(item) for item in value]


def are_objects(items: Any) -> bool:
    """Whether a list or tuple holds so many objects, and nothing else, that one pickle for all keeps them better."""
    if len(items) < _MANY_OBJECTS:
        return False
    kinds = set(map(type, items))
    return _TAGGERS.keys().isdisjoint(kinds) and not any(
        kind.__module__.partition(".")[0] in _TOLD_APART or f"{kind.__module__}.{kind.__qualname__}" in _LATE_TAGGERS
        for kind in kinds
    )


def _tag_dict(value: dict[Any, Any]) -> Json:
    tagged = {_tag_key(key): to_tagged(item) for key, item in value.items()}
    if len(tagged) != len(value):
        raise _doubled_key(value)
    if any(not isinstance(key, str) for key in tagged) or (len(tagged) == 1 and next(iter(tagged)).startswith("$")):
        return {"$dict": [[_tag_str(key), item] for key, item in tagged.items()]}
    if any(not _is_utf8(key) for key in tagged):
        return {"$dict": [[_tag_str(key), item] for key, item in tagged.items()]}
    return tagged


def _tag_key(key: object) -> str:
    return key if type(key) is str else str(key)


def _is_utf8(text: str) -> bool:
    return text.isascii() or type(_tag_str(text)) is str


def _doubled_key(value: Mapping[Any, Any]) -> DagValueError:
    seen: dict[str, object] = {}
    for key in value:
        other = seen.setdefault(_tag_key(key), key)
        if other is not key:
            return DagValueError(
                f"A dict with the keys {other!r} and {key!r} cannot be stored: keys become text, and both become "
                f"{_tag_key(key)!r}.",
                fix="use keys that differ as text, or return a list of pairs.",
            )
    raise AssertionError("no key is doubled")


def _tag_datetime(value: datetime) -> Json:
    zone = value.tzinfo
    if zone is None:
        return {"$datetime": [value.isoformat(), None, value.fold]}
    if type(zone).__module__ == "zoneinfo" and (key := getattr(zone, "key", None)):
        return {"$datetime": [value.replace(tzinfo=None).isoformat(), key, value.fold]}
    if zone is UTC or (type(zone) is timezone and zone == timezone(zone.utcoffset(None)) and _is_unnamed(zone)):
        return {"$datetime": [value.isoformat(), None, value.fold]}
    return blob_tag(value, *to_blob(value))


def _is_unnamed(zone: timezone) -> bool:
    return zone.tzname(None) == timezone(zone.utcoffset(None)).tzname(None)


def _read_datetime(payload: list[Any]) -> datetime:
    text, zone, fold = payload
    value = datetime.fromisoformat(text)
    if zone is not None:
        value = value.replace(tzinfo=import_module("zoneinfo").ZoneInfo(zone))
    return value.replace(fold=fold) if fold else value


def _tag_time(value: time) -> Json:
    if value.tzinfo is not None:
        return blob_tag(value, *to_blob(value))
    return {"$time": [value.isoformat(), value.fold]}


def _tag_items(tag: str) -> Callable[[Any], Json]:
    def tag_items(value: Any) -> Json:
        if tag == "$tuple" and are_objects(value):
            return blob_tag(value, *to_blob(value))
        return {tag: [to_tagged(item) for item in value]}

    return tag_items


def _tag_text(tag: str, text: Callable[[Any], str] = str) -> Callable[[Any], Json]:
    return lambda value: {tag: text(value)}


def _read_number(payload: list[Any]) -> Any:
    np = import_module("numpy")  # late: only readers of NumPy scalars pay for it

    return np.dtype(payload[0]).type(from_tagged(payload[1]))


_TAGGERS: dict[type, Callable[[Any], Json]] = {
    type(None): lambda value: value,
    bool: lambda value: value,
    int: _tag_int,
    float: _tag_float,
    str: _tag_str,
    list: _tag_list,
    dict: _tag_dict,
    tuple: _tag_items("$tuple"),
    set: _tag_items("$set"),
    frozenset: _tag_items("$frozenset"),
    datetime: _tag_datetime,
    date: _tag_text("$date", date.isoformat),
    time: _tag_time,
    timedelta: lambda value: {"$timedelta": [value.days, value.seconds, value.microseconds]},
    bytes: lambda value: {"$bytes": b64encode(value).decode()},
    PosixPath: lambda value: {"$path": _tag_str(str(value))},
}

#: By name: the modules of these types are slow to import and seldom needed.
_LATE_TAGGERS: dict[str, Callable[[Any], Json]] = {
    "decimal.Decimal": _tag_text("$decimal"),
    "uuid.UUID": _tag_text("$uuid"),
}

_READERS: dict[str, Callable[[Any], Any]] = {
    "$str": lambda payload: b64decode(payload).decode("utf-8", "surrogatepass"),
    "$int": lambda payload: int(payload, 16),
    "$float": float,
    "$dict": lambda payload: {from_tagged(key): from_tagged(item) for key, item in payload},
    "$tuple": lambda payload: tuple(from_tagged(item) for item in payload),
    "$set": lambda payload: {from_tagged(item) for item in payload},
    "$frozenset": lambda payload: frozenset(from_tagged(item) for item in payload),
    "$datetime": _read_datetime,
    "$date": date.fromisoformat,
    "$time": lambda payload: time.fromisoformat(payload[0]).replace(fold=payload[1]),
    "$timedelta": lambda payload: timedelta(*payload),
    "$decimal": lambda payload: import_module("decimal").Decimal(payload),
    "$uuid": lambda payload: import_module("uuid").UUID(payload),
    "$bytes": b64decode,
    "$path": lambda payload: Path(from_tagged(payload)),
    "$number": _read_number,
    "$blob": lambda payload: from_blob(payload[0], b64decode(payload[3])),
}
