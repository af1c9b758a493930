"""What the standard output can show: colours, width, characters."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TextIO

import msgspec

#: The width of what is written to a file or a pipe, where nobody can be asked.
_PLAIN_WIDTH = 120

_CODES = {
    "bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36", "grey": "90",
}  # fmt: skip

_CODE = "|".join(["0", *_CODES.values()])
#: What `Terminal.style` writes; in a group, so that `split` keeps it.
OWN_STYLE = re.compile(rf"(\x1b\[(?:{_CODE})(?:;(?:{_CODE}))*m)")


class Terminal(msgspec.Struct, frozen=True, kw_only=True):
    """The abilities of one output stream."""

    #: Whether a person watches and the cursor can move.
    live: bool
    color: bool
    #: Whether the encoding can show more than ASCII.
    unicode: bool
    width: int
    height: int

    def style(self, text: str, *styles: str) -> str:
        """The text in these styles, where colours are shown."""
        if not self.color or not styles or not text:
            return text
        codes = ";".join(_CODES[part] for style in styles for part in style.split())
        return f"\x1b[{codes}m{text}\x1b[0m"

    def symbol(self, symbol: str, ascii_text: str) -> str:
        """A symbol, or its stand-in where the encoding has no such characters."""
        return symbol if self.unicode else ascii_text


def look_at(stream: TextIO | None = None) -> Terminal:
    """Find out what a stream, by default the standard output, can show."""
    stream = sys.stdout if stream is None else stream
    live = stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
    size = shutil.get_terminal_size((80, 24)) if stream.isatty() else os.terminal_size((_PLAIN_WIDTH, 24))
    return Terminal(
        live=live,
        color=live and not os.environ.get("NO_COLOR"),
        unicode=(getattr(stream, "encoding", None) or "").lower().replace("-", "") in ("utf8", "utf16", "utf32"),
        width=max(size.columns, 20),
        height=max(size.lines, 8),
    )
