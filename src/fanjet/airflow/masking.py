"""Secrets that tasks name themselves."""

from __future__ import annotations

from typing import Any

from fanjet.runtime.secrets import SECRETS


def mask_secret(secret: Any, name: str | None = None) -> None:
    """Mask a text, or the texts in a dict or list, in all that is shown from now on.

    Args:
        secret: The secret.
        name: Where it comes from; all that is given here is masked, whatever its name.
    """
    del name
    SECRETS.add(secret)


def redact(value: Any, name: str | None = None, max_depth: int | None = None) -> Any:
    """A value with its secrets masked; dicts and lists inside, too."""
    if isinstance(value, str):
        return SECRETS.mask(value)
    if isinstance(value, dict):
        return {key: redact(item, name, max_depth) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return type(value)(redact(item, name, max_depth) for item in value)
    return value
