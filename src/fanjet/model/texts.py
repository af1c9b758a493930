"""Text that can be kept: Python's may hold what UTF-8, and with it every database, has no place for."""

from __future__ import annotations

import sys


def storable(text: str) -> str:
    r"""The text, with each lone surrogate spelled as in a literal: ``caf\udce9``.

    Names of files that are not UTF-8 hold some, and so does what is cut from the middle of a UTF-16 text.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="backslashreplace").decode()
    return text


def find_path_fault(path: str) -> str | None:
    """Why a path cannot be kept in a database, and what to do; None when it can."""
    told = storable(path)
    if told == path:
        return None
    encoding = sys.getfilesystemencoding()
    if encoding != "utf-8":
        return f"The path {told} is not {encoding}, as this Python takes names of files to be. Set PYTHONUTF8=1."
    return f"The path {told} is no UTF-8. Rename what is spelled with \\udc in it here."
