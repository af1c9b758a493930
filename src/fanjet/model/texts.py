"""Text of others that can be kept and shown: without what no database holds, and what would steer a terminal."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import Final

#: What colours text, moves the cursor, and sets titles and the clipboard of terminals.
_SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])?")
_ABOVE_ASCII: Final = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
#: Controls, half characters, and ends of lines that are no ``\\n``.
_STEERING: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
#: They turn the direction of what follows, so that a text reads as another.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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


def printable(text: str) -> str:
    """One line without control characters, so that data cannot move the cursor or change colours."""
    return text if text.isprintable() else _clean(text, kept="")


def harmless(text: str) -> str:
    """As `printable`, of several lines, with their ends and tabs."""
    if text.replace("\n", "").isprintable():
        return text
    return _clean(text.replace("\r\n", "\n"), kept="\n\t")


def escape_controls(json_text: str) -> str:
    """A JSON text in which controls beyond those that JSON forbids are escaped too; it says the same."""
    return json_text if json_text.isprintable() else _ABOVE_ASCII.sub(lambda at: f"\\u{ord(at[0]):04x}", json_text)


def _clean(text: str, *, kept: str) -> str:
    return "".join(char if char in kept or not _steers(char) else " " for char in _SEQUENCE.sub("", text))


def _steers(char: str) -> bool:
    return not char.isprintable() and (unicodedata.category(char) in _STEERING or char in _TURNING)
