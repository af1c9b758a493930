"""A few hundred characters of a value for people, so that no page ever loads the value itself."""

from __future__ import annotations

import reprlib
from typing import Any, NamedTuple

from fanjet.model.values import TablePreview
from fanjet.runtime.secrets import SECRETS
from fanjet.runtime.table_previews import find_table

#: The most characters of a preview.
PREVIEW_CHARS = 400

#: So much of a text is searched for secrets before it is cut, as half a secret would not be found.
_SEARCHED_CHARS = 4000


class _MaskedRepr(reprlib.Repr):
    """As `reprlib`, but secrets go before texts are cut."""

    def repr_str(self, x: str, level: int) -> str:
        return super().repr_str(SECRETS.mask(x[:_SEARCHED_CHARS]), level)


_repr = _MaskedRepr()
_repr.maxlevel = 4
_repr.maxlist = _repr.maxtuple = _repr.maxset = _repr.maxfrozenset = _repr.maxdict = 20
_repr.maxstring = _repr.maxother = PREVIEW_CHARS
_repr.maxlong = 100


class Preview(NamedTuple):
    """What is recorded of a value beside it."""

    text: str
    #: None where the value is no table.
    table: TablePreview | None = None


def preview(value: object) -> str:
    """A short text of `value`, secrets masked."""
    return look_into(value).text


def look_into(value: object) -> Preview:
    """What to record of `value`, secrets masked."""
    try:
        table = find_table(value)
    except Exception:  # noqa: BLE001 - types and libraries raise what they like; it has a text then, and no table
        table = None
    text = _describe(value) if table is None else describe_table(type(value).__name__, table)
    return Preview(SECRETS.mask(_shorten(text)), table)


def _describe(value: Any) -> str:
    try:
        if isinstance(value, str):
            return SECRETS.mask(value[:_SEARCHED_CHARS])
        if type(value).__module__.partition(".")[0] == "numpy" and getattr(value, "shape", None):
            return f"{type(value).__name__} {' x '.join(map(str, value.shape))} {value.dtype}\n{value}"
        return _repr.repr(value)
    except Exception as error:  # noqa: BLE001 - user types raise what they like; a preview must not fail a task
        return f"<{type(value).__qualname__} without repr: {type(error).__name__}>"


def describe_table(kind: str, table: TablePreview) -> str:
    """``DataFrame 20,000 x 3: age int64, name str``."""
    rows, columns = table.shape
    named = zip(table.columns[table.index_columns :], table.types[table.index_columns :], strict=True)
    fields = ", ".join(f"{name} {kind}".strip() for name, kind in named)
    more = ", …" if columns > len(table.columns) - table.index_columns else ""
    return f"{kind} {rows:,} x {columns:,}" + (f": {fields}{more}" if fields else "")


def _shorten(text: str) -> str:
    return text if len(text) <= PREVIEW_CHARS else text[: PREVIEW_CHARS - 1] + "…"
