"""The template fields of a try as they were after rendering, for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from fanjet.runtime.lazy_sequence import LazyXComSequence
from fanjet.runtime.previews import preview
from fanjet.runtime.secrets import MASK, SECRETS, looks_secret

#: The most characters that are kept of all fields of a try together.
MAX_CHARS = 16_000

#: So many are noted before secrets are masked, so that what is cut in the end is never half a secret.
_NOTED_CHARS = 4 * MAX_CHARS
_MAX_ITEMS = 1000
_MAX_DEPTH = 10

_NUMBERS = frozenset({int, float, bool, type(None)})
#: JSON knows neither infinite numbers nor NaN, and many of its readers no larger integers.
_LARGEST = 2**53
_SEQUENCES = frozenset({list, tuple, set, frozenset})

_COLLECTIONS = _SEQUENCES | {dict}

_encode = msgspec.json.Encoder().encode


class RenderedFields:
    """Takes fields down while they are rendered, before the task can change them.

    Lists, dicts, texts and numbers are noted as such, of anything else the preview. A text whose name in a dict looks
    secret is masked.
    """

    __slots__ = ("_fields", "_room")

    def __init__(self) -> None:
        self._fields: dict[str, Any] = {}
        self._room = _Room(_NOTED_CHARS)

    def note(self, field: str, value: object) -> None:
        """Take a field down as it is now; one that is None or an empty collection is left out."""
        empty = type(value) in _COLLECTIONS and not value
        if value is not None and not empty:
            self._fields[field] = self._room.fit(value)

    def text(self) -> str | None:
        """All that was noted as a JSON object, without secrets, and with a mark where something was cut off.

        None if nothing was.
        """
        if not self._fields:
            return None
        room = _Room(MAX_CHARS, SECRETS.mask)
        return _encode({name: room.fit(value) for name, value in self._fields.items()}).decode()


class _Room:
    """Fits values into a number of characters.

    Args:
        chars: So many are left for texts, the names in dicts, and numbers.
        change: What happens to each text before.
    """

    def __init__(self, chars: int, change: Callable[[str], str] | None = None) -> None:
        self._left = chars
        self._change = change

    def fit(self, value: Any, depth: int = 0) -> Any:
        """What of a value there is room for, as something that has a JSON form."""
        kind = type(value)
        if kind is str:
            return self._fit_text(value)
        if kind in _NUMBERS and (value is None or abs(value) < _LARGEST):
            self._left -= 1
            return value
        if depth < _MAX_DEPTH:
            if kind is dict:
                return self._fit_dict(value, depth)
            if kind in _SEQUENCES:
                return self._fit_items(value, depth)
            fields = getattr(value, "template_fields", None)
            if isinstance(fields, tuple | list):
                return self._fit_dict({name: getattr(value, name, None) for name in fields}, depth)
        if isinstance(value, LazyXComSequence):  # showing its elements would read them
            return self._fit_text("LazyXComSequence(...)")
        return self._fit_text(preview(value))

    def _fit_text(self, text: str) -> str:
        if self._change is not None:
            text = self._change(text)
        room = max(self._left, 0)
        self._left -= len(text)
        # A lone surrogate has no place in JSON.
        kept = text[:room].encode("utf-8", "replace").decode()
        return kept if len(text) <= room else f"{kept}… ({len(text) - room:,} more characters)"

    def _fit_dict(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        fitted: dict[str, Any] = {}
        for at, (key, item) in enumerate(value.items()):
            if self._is_full(at):
                fitted["…"] = f"{len(value) - at:,} more"
                break
            name = key if type(key) is str else preview(key)
            secret = type(item) is str and looks_secret(name)
            fitted[self._fit_text(name)] = MASK if secret else self.fit(item, depth + 1)
        return fitted

    def _fit_items(self, value: list[Any], depth: int) -> list[Any]:
        fitted: list[Any] = []
        for at, item in enumerate(value):
            if self._is_full(at):
                fitted.append(f"… ({len(value) - at:,} more)")
                break
            fitted.append(self.fit(item, depth + 1))
        return fitted

    def _is_full(self, items: int) -> bool:
        return self._left <= 0 or items >= _MAX_ITEMS
