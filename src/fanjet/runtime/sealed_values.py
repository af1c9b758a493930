"""Values in which a secret was found: they travel whole, behind what may be shown of them.

The tasks after it need the secret itself. Commands and pages show the masked form and never look behind it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from fanjet.model.values import SECRET
from fanjet.runtime.secrets import MASK, SECRETS

_LENGTH_CHARS = 8


def seal(data: bytes, shown: Any) -> bytes:
    """Put an encoded value behind what may be shown of it."""
    text = msgspec.json.encode(shown)
    return SECRET + f"{len(text):0{_LENGTH_CHARS}x}".encode() + text + data


def split_sealed(data: bytes) -> tuple[Any, bytes]:
    """What may be shown, and the encoded value behind it."""
    end = 1 + _LENGTH_CHARS + int(data[1 : 1 + _LENGTH_CHARS], 16)
    return msgspec.json.decode(data[1 + _LENGTH_CHARS : end]), data[end:]


def mask_tree(shown: Any) -> Any:
    """JSON without the secrets that this process knows, at any depth."""
    if type(shown) is str:
        return SECRETS.mask(shown)
    if type(shown) is list:
        return [mask_tree(item) for item in shown]
    if type(shown) is dict:
        return {SECRETS.mask(key): mask_tree(item) for key, item in shown.items()}
    if type(shown) in (int, float) and SECRETS.mask(str(shown)) != str(shown):
        return MASK
    return shown


def has_mask(shown: Any) -> bool:
    """Whether something in it is masked."""
    if type(shown) is str:
        return MASK in shown
    if type(shown) is list:
        return any(map(has_mask, shown))
    return type(shown) is dict and (any(map(has_mask, shown)) or any(map(has_mask, shown.values())))


def learn_secrets(shown: Any, value: Any) -> None:
    """Mask in this process too what is a secret as a whole, at the places where `shown` has a mask."""
    if type(shown) is str:
        if shown == MASK:
            SECRETS.add(value)
    elif type(shown) is list and isinstance(value, list | tuple):
        for part, item in zip(shown, value, strict=False):
            learn_secrets(part, item)
    elif type(shown) is dict and type(value) is dict:
        for key, item in value.items():
            if key in shown:
                learn_secrets(shown[key], item)
