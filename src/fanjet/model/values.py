"""XCom values as they travel and rest: one byte that names the format, then the value itself or where it lies.

`PLAIN` is JSON whose meaning is complete; `TAGGED` is JSON in which an object with a single key that starts with ``$``
stands for a Python type (tuple, set, dict with other keys, datetime, bytes, ...); `REFERENCE` is JSON of a
`ValueReference`. Engine, store and server carry the bytes and never decode more than the reference.
"""

from __future__ import annotations

import msgspec

PLAIN = b"j"
TAGGED = b"t"
REFERENCE = b"r"

#: The key of what a task returned.
RETURN_VALUE = "return_value"


class ValueReference(msgspec.Struct, frozen=True, kw_only=True):
    """A value that rests in the value store, with all that a page may show without loading it."""

    uri: str
    #: ``json``, ``parquet``, ``arrow``, ``numpy``, ``pickle`` or ``file``.
    codec: str
    #: The qualified name of the Python type.
    type: str
    size_bytes: int
    #: A few hundred characters for people.
    preview: str
    #: `len()` of the value, None where it has none.
    length: int | None = None
