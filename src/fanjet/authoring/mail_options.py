"""The arguments `email`, `email_on_failure` and `email_on_retry` of tasks: callbacks that send mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fanjet.authoring import ports

#: The argument that switches mail for a kind of end off; both are on by default.
_SWITCHES = {"failure": "email_on_failure", "retry": "email_on_retry"}


class MailCallback:
    """Mails how a try ended.

    Args:
        addresses: To whom.
        kind: ``failure`` or ``retry``.
    """

    def __init__(self, addresses: tuple[str, ...], kind: str) -> None:
        self._addresses = addresses
        self._kind = kind
        self.__name__ = f"email_on_{kind}"

    def __call__(self, context: Any) -> None:
        ports.load(ports.TELLERS["email"])(context, self._addresses, self._kind)


def convert_addresses(value: Any) -> tuple[str, ...]:
    """Addresses as a list, or in one text.

    Raises:
        ValueError: It is something else; says what is wanted.
    """
    if value is None:
        return ()
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple | set) or not all(isinstance(text, str) for text in texts):
        raise ValueError("an address or a list of addresses")
    return tuple(part.strip() for text in texts for part in re.split(r"[,;]", text) if part.strip())


def with_mail(options: Mapping[str, Any]) -> dict[str, Any]:
    """Converted options of a task, with the callbacks that its mail arguments ask for."""
    merged = dict(options)
    addresses = merged.get("email")
    for kind, switch in _SWITCHES.items():
        if addresses and merged.get(switch, True):
            name = f"on_{kind}_callback"
            merged[name] = (*merged.get(name, ()), MailCallback(addresses, kind))
    return merged
