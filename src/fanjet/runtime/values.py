"""Python values to bytes and back, in the formats of `fanjet.model.values`."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from fanjet.errors import ExecutionError
from fanjet.model.values import PLAIN, REFERENCE, SECRET, TAGGED, TablePreview, ValueReference
from fanjet.runtime.blobs import from_blob, not_storable, to_blob, type_name
from fanjet.runtime.previews import look_into
from fanjet.runtime.sealed_values import has_mask, learn_secrets, mask_tree, seal, split_sealed
from fanjet.runtime.secrets import SECRETS
from fanjet.runtime.tagged import are_objects, blob_tag, from_tagged, is_plain, show_blob, to_shown, to_tagged
from fanjet.runtime.value_names import name_value
from fanjet.runtime.value_objects import is_url
from fanjet.runtime.value_store import ValueOwner, ValueStore, fetch

#: The codec of a `ValueReference` whose data is what would have been inline, format byte included.
JSON = "json"

_JSON_KINDS = frozenset({str, int, float, bool, list, dict, type(None)})
_BLOB_LIBRARIES = frozenset({"pandas", "polars", "pyarrow", "numpy"})

#: What is read from a URL at once: so many objects, of so many bytes together.
_MOST_AT_ONCE = 128
_MOST_BYTES_AT_ONCE = 32 * 2**20

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
    data = _encode(value, store, owner)
    return _sealed(data) if SECRETS and data[:1] in (PLAIN, TAGGED) else data


def _sealed(data: bytes) -> bytes:
    """Hide what has a secret in it from those who only look."""
    shown = mask_tree(to_json(data))
    return seal(data, shown) if has_mask(shown) else data


def _encode(value: object, store: ValueStore, owner: ValueOwner) -> bytes:
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
    if type(value) in (list, tuple) and are_objects(value):
        return _encode_blob(value, store, owner)
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
    seen = look_into(value)
    reference = ValueReference(
        uri=store.write(owner, data),
        codec=codec,
        type=type_name(value),
        size_bytes=len(data),
        preview=seen.text,
        length=_find_length(value),
        crc32=zlib.crc32(data),
        table=seen.table,
    )
    encoded = REFERENCE + _to_json(reference)
    if SECRETS and codec == JSON and SECRETS.mask_bytes(data) != data:
        return seal(encoded, to_json(encoded))
    return encoded


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
    reference = find_reference(data)
    return _decode(data, reference, fetch([reference])[0] if reference is not None else b"")


def decode_many(page: Sequence[bytes]) -> Iterator[Any]:
    """As `decode` for each; what rests at URLs is read many at a time.

    The first is read alone, then two, then four: who wants only the first few pays for only these.

    Raises:
        ExecutionError: As for `decode`.
    """
    references = [find_reference(data) for data in page]
    at, count = 0, 1
    while at < len(page):
        if (reference := references[at]) is None or not is_url(reference.uri):
            yield decode(page[at])
            at += 1
            continue
        batch = _next_batch(references[at : at + count])
        for data, reference, stored in zip(page[at:], batch, fetch(batch), strict=False):
            yield _decode(data, reference, stored)
        at += len(batch)
        count = min(2 * count, _MOST_AT_ONCE)


def _next_batch(references: Sequence[ValueReference | None]) -> list[ValueReference]:
    """Those at URLs that come next, as many as may be in memory together; at least one."""
    batch: list[ValueReference] = []
    room = _MOST_BYTES_AT_ONCE
    for reference in references:
        if reference is None or not is_url(reference.uri) or (batch and reference.size_bytes > room):
            break
        batch.append(reference)
        room -= reference.size_bytes
    return batch


def _decode(data: bytes, reference: ValueReference | None, stored: bytes) -> Any:
    """The value; `stored` is what rests at the reference, if there is one."""
    if data[:1] == SECRET:
        shown, inner = split_sealed(data)
        value = _decode(inner, reference, stored)
        learn_secrets(shown, value)
        return value
    if reference is not None and reference.codec == JSON:
        return _decode(stored, None, b"")
    if reference is not None:
        return _guarded(lambda: from_blob(reference.codec, stored), reference)
    if data[:1] == PLAIN:
        return _from_json(data[1:])
    if data[:1] == TAGGED:
        return _guarded(lambda: from_tagged(_from_json(data[1:])), None)
    raise ExecutionError(f"A stored value has the unknown format {data[:1]!r}. Was it written by a newer Fanjet?")


def _guarded(read: Callable[[], Any], reference: ValueReference | None) -> Any:
    """Say whose value cannot be built, and why."""
    try:
        return read()
    except Exception as error:  # pickles run code of the author's, which raises what it likes
        whose = "A stored value" if reference is None else f"{name_value(reference.uri).text}, a {reference.type},"
        gone = isinstance(error, ImportError | AttributeError)
        why = "Its class or library is missing in this environment" if gone else "Its class or library has changed"
        raise ExecutionError(
            f"{whose} cannot be read here: {type(error).__name__}: {error}. {why}. "
            "Fix: install what it was made with, or run the task that made it again."
        ) from error


def find_reference(data: bytes) -> ValueReference | None:
    """Where the value rests, None when `data` is the value itself."""
    if data[:1] == SECRET:
        return find_reference(split_sealed(data)[1])
    return _to_reference(data[1:]) if data[:1] == REFERENCE else None


def find_table(data: bytes) -> TablePreview | None:
    """The recorded preview of a value that is a table."""
    reference = find_reference(data)
    if reference is not None:
        return reference.table
    shown = to_json(data) if data[:1] in (TAGGED, SECRET) else None
    if type(shown) is dict and shown.keys() == {"type", "preview", "table"}:
        return msgspec.convert(shown["table"], TablePreview)
    return None


def to_json(data: bytes, *, load: bool = False) -> Any:
    """The value as an object for `json.dump`; what has none is ``{"type", "preview"}``, also inside.

    Where it is a table, its first rows come along as ``"table"``. Nothing is ever unpickled, and secrets that
    were found in it when it was made are masked.

    Args:
        data: A value in the formats of `fanjet.model.values`.
        load: Also read JSON that rests in the value store; otherwise that is shown by its preview.

    Raises:
        ExecutionError: The value store has lost it.
    """
    if data[:1] == SECRET:
        return split_sealed(data)[0]
    if data[:1] == PLAIN:
        return _from_json(data[1:])
    if data[:1] == TAGGED:
        return to_shown(_from_json(data[1:]))
    reference = find_reference(data)
    assert reference is not None, f"unknown value format {data[:1]!r}"
    if load and reference.codec == JSON:
        return to_json(fetch([reference])[0])
    return show_blob(reference.type, reference.preview, reference.table)
