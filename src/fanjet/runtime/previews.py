"""A few hundred characters of a value for people, so that no page ever loads the value itself."""

from __future__ import annotations

import reprlib
from typing import Any

from fanjet.runtime.secrets import SECRETS

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


def preview(value: object) -> str:
    """A short text of `value`, secrets masked."""
    return SECRETS.mask(_shorten(_describe(value)))


def _describe(value: Any) -> str:
    try:
        if isinstance(value, str):
            return SECRETS.mask(value[:_SEARCHED_CHARS])
        library = type(value).__module__.partition(".")[0]
        if library in {"pandas", "polars", "pyarrow"} and hasattr(value, "shape"):
            return _describe_table(value)
        return _repr.repr(value)
    except Exception as error:  # noqa: BLE001 - user types raise what they like; a preview must not fail a task
        return f"<{type(value).__qualname__} without repr: {type(error).__name__}>"


def _describe_table(value: Any) -> str:
    size = " x ".join(map(str, value.shape))
    head = value.head(5) if hasattr(value, "head") else value.slice(0, 5)
    return f"{type(value).__name__} {size}\n{head}"


def _shorten(text: str) -> str:
    return text if len(text) <= PREVIEW_CHARS else text[: PREVIEW_CHARS - 1] + "…"
