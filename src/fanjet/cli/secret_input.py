"""Values that must not stand in the history of a shell: asked for on a terminal, else read from the standard input."""

from __future__ import annotations

import sys

import click

from fanjet.errors import OperationError


def read_value(prompt: str, *, hidden: bool = True) -> str:
    """A text; one line end behind it is not part of it.

    Args:
        prompt: What a terminal shows.
        hidden: Whether what is typed there stays unseen.

    Raises:
        OperationError: Nothing comes, or what comes is no UTF-8.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        return str(click.prompt(prompt, hide_input=hidden, err=True))
    try:
        text = sys.stdin.buffer.read().decode() if sys.stdin is not None else ""
    except UnicodeDecodeError:
        raise OperationError("What came on the standard input is no text in UTF-8.") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise OperationError(f"Nothing came on the standard input. {prompt}: type it on a terminal, or pipe it in.")
    return text
