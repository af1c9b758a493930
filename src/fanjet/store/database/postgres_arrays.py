"""Columns of rows as PostgreSQL's binary arrays: many rows travel as one statement with one parameter a column.

About as quick as COPY, which would take two round trips of its own and cannot travel with other statements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from struct import Struct
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.adapt import Dumper
from psycopg.postgres import types
from psycopg.pq import Format

_Values: TypeAlias = Sequence[Any]
#: One dimension: how many there are, whether there are NULLs, the type, how many, the first index.
_pack_head = Struct(">iiIii").pack
_pack_length = Struct(">i").pack
_pack_int = Struct(">iq").pack
_pack_float = Struct(">id").pack
_NULL: Final = _pack_length(-1)
_FIXED_BYTES: Final = 8
_NUL, _NUL_SHOWN = "\0", "\u2400"


def _encode_fixed(pack: Callable[[int, Any], bytes], values: _Values) -> bytes:
    first = values[0]
    if first is not None and values.count(first) == len(values):  # as the run and the task mostly are
        return pack(_FIXED_BYTES, first) * len(values)
    if None in values:
        return b"".join([_NULL if value is None else pack(_FIXED_BYTES, value) for value in values])
    return b"".join([pack(_FIXED_BYTES, value) for value in values])


def _encode_bytes(values: _Values) -> bytes:
    return b"".join([_NULL if value is None else _pack_length(len(value)) + value for value in values])


def _encode_texts(values: _Values) -> bytes:
    """A visible sign stands for the NUL that PostgreSQL cannot hold."""
    return _encode_bytes([None if v is None else v.replace(_NUL, _NUL_SHOWN).encode() for v in values])


class _Array(bytes):
    """The values of a column, encoded."""


#: By the type of a column: how its values are encoded, and what marks them as an array of that type.
_ENCODERS: Final[dict[int, tuple[Callable[[_Values], bytes], type[_Array]]]] = {
    types[name].oid: (encode, type(f"_ArrayOf{name}", (_Array,), {}))
    for name, encode in (
        ("int8", partial(_encode_fixed, _pack_int)),
        ("float8", partial(_encode_fixed, _pack_float)),
        ("bytea", _encode_bytes),
        ("text", _encode_texts),
    )
}


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return obj


def register_arrays(connection: psycopg.Connection[Any]) -> None:
    """Let a connection send what `encode_columns` gives."""
    for oid, (_, kind) in _ENCODERS.items():
        array = types[oid].array_oid
        connection.adapters.register_dumper(kind, type(f"{kind.__name__}Dumper", (_ArrayDumper,), {"oid": array}))


def encode_columns(oids: Sequence[int], rows: Sequence[Sequence[object]]) -> list[bytes]:
    """The columns of some rows.

    Args:
        oids: The types of the columns: those that the schema uses.
        rows: At least one.
    """
    encoded: list[bytes] = []
    for oid, values in zip(oids, zip(*rows, strict=True), strict=True):
        encode, kind = _ENCODERS[oid]
        head = _pack_head(1, int(None in values), oid, len(values), 1)
        encoded.append(kind(head + encode(values)))
    return encoded
