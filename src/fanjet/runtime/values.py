"""Python values to bytes and back, in the formats of `fanjet.model.values`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from fanjet.errors import ExecutionError
from fanjet.model.values import PLAIN, REFERENCE, TAGGED, ValueReference
from fanjet.runtime.blobs import from_blob, not_storable, to_blob, type_name
from fanjet.runtime.previews import preview
from fanjet.runtime.tagged import blob_tag, from_tagged, is_plain, to_shown, to_tagged
from fanjet.runtime.value_store import ValueOwner, ValueStore, read_stored

#: The codec of a `ValueReference` whose data is what would have been inline, format byte included.
JSON = "json"

_JSON_KINDS = frozenset({str, int, float, bool, list, dict, type(None)})
_BLOB_LIBRARIES = frozenset({"pandas", "pyarrow", "numpy"})

_to_json = msgspec.json.Encoder().encode
_from_json = msgspec.json.Decoder().decode
_to_reference = msgspec.json.Decoder(ValueReference).decode


def encode(value: object, store: ValueStore, owner: ValueOwner) -> bytes:
    """The bytes that travel and rest for `value`.

    Args:
        value: What a task returned or pushed.
        store: Takes it if it is too large to travel inline.
        owner: Whose it is there.

    Raises:
        DagTypeError: The value has no lasting form; says what to return instead.
        DagValueError: A dict has keys that are the same as text.
        ExecutionError: The value store could not be written.
    """
    if type(value) in _JSON_KINDS:
        try:
            if is_plain(value):
                text = _to_json(value)
                return PLAIN + text if len(text) < store.inline_bytes else _put(value, JSON, PLAIN + text, store, owner)
        except ValueError:
            pass  # lone surrogates, thousands of digits: the tagged form has room for them
        except RecursionError as error:
            raise _too_deep(value, error) from error
    elif type(value).__module__.partition(".")[0] in _BLOB_LIBRARIES and hasattr(value, "shape") and value.shape:
        return _encode_blob(value, store, owner)
    return _encode_tagged(value, store, owner)


def _encode_tagged(value: object, store: ValueStore, owner: ValueOwner) -> bytes:
    try:
        tagged = to_tagged(value)
        text = _to_json(tagged)
    except RecursionError as error:
        raise _too_deep(value, error) from error
    if len(text) < store.inline_bytes:
        return TAGGED + text
    if type(value) in _JSON_KINDS or type(value) is tuple:
        return _put(value, JSON, TAGGED + text, store, owner)
    return _encode_blob(value, store, owner)


def _encode_blob(value: object, store: ValueStore, owner: ValueOwner) -> bytes:
    """Small: inside the JSON. Large: as a file of its own kind."""
    codec, data = to_blob(value)
    if len(data) * 4 // 3 >= store.inline_bytes:
        return _put(value, codec, data, store, owner)
    return TAGGED + _to_json(blob_tag(value, codec, data))


def _put(value: object, codec: str, data: bytes, store: ValueStore, owner: ValueOwner) -> bytes:
    reference = ValueReference(
        uri=store.write(owner, data),
        codec=codec,
        type=type_name(value),
        size_bytes=len(data),
        preview=preview(value),
        length=_find_length(value),
    )
    return REFERENCE + _to_json(reference)


def _find_length(value: Any) -> int | None:
    try:
        return len(value)
    except TypeError:
        return None


def _too_deep(value: object, error: Exception) -> Exception:
    return not_storable(value, f"it refers to itself or is nested too deeply: {error}")


def decode(data: bytes) -> Any:
    """The value that `encode` made `data` of; reads the value store where it rests there.

    Raises:
        ExecutionError: The value store has lost it, or its type cannot be built here.
    """
    form = data[:1]
    if form == PLAIN:
        return _from_json(data[1:])
    if form == TAGGED:
        return _guarded(lambda: from_tagged(_from_json(data[1:])))
    reference = find_reference(data)
    if reference is None:
        raise ExecutionError(f"A stored value has the unknown format {form!r}.")
    stored = read_stored(reference.uri)
    if reference.codec == JSON:
        return decode(stored)
    return _guarded(lambda: from_blob(reference.codec, stored))


def _guarded(read: Callable[[], Any]) -> Any:
    """Say which library or class is missing where a value cannot be built."""
    try:
        return read()
    except (ImportError, AttributeError) as error:
        raise ExecutionError(
            f"A stored value cannot be read here: {error}. Its class or library is missing in this environment."
        ) from error


def find_reference(data: bytes) -> ValueReference | None:
    """Where the value rests, None when `data` is the value itself."""
    return _to_reference(data[1:]) if data[:1] == REFERENCE else None


def to_json(data: bytes, *, load: bool = False) -> Any:
    """The value as an object for `json.dump`; what has no JSON form is ``{"type", "preview"}``, also inside.

    Nothing is ever unpickled.

    Args:
        data: A value in the formats of `fanjet.model.values`.
        load: Also read JSON that rests in the value store; otherwise that is shown by its preview.

    Raises:
        ExecutionError: The value store has lost it.
    """
    if data[:1] == PLAIN:
        return _from_json(data[1:])
    if data[:1] == TAGGED:
        return to_shown(_from_json(data[1:]))
    reference = find_reference(data)
    assert reference is not None, f"unknown value format {data[:1]!r}"
    if load and reference.codec == JSON:
        return to_json(read_stored(reference.uri))
    return {"type": reference.type, "preview": reference.preview}
