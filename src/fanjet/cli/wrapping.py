"""Rows of a table whose cells go on in further lines where there is no room, so that nothing is cut."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from fanjet.cli.tables import Column
from fanjet.cli.text_width import text_width

_GAP = 2
#: No column is made narrower than this.
_LEAST = 8
#: A line may end after these; ids of tasks in groups after their dots.
_PIECE = re.compile(r"\S*?\.(?=\w)|\S+\s*")


def wrap_rows(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """The rows as lines of a table that fits into `width`, as far as that can be.

    Columns that are `flexible` give way, the widest first; a cell without room goes on in the next line.
    """
    widths = [max(map(text_width, texts)) for texts in zip([c.title for c in columns], *rows, strict=True)]
    least = [_find_least(column, texts) for column, texts in zip(columns, zip(*rows, strict=True), strict=True)]
    over = sum(widths) + _GAP * (len(widths) - 1) - width
    while over > 0:
        candidates = [at for at, column in enumerate(columns) if column.flexible and widths[at] > least[at]]
        if not candidates:
            break
        widths[max(candidates, key=lambda at: widths[at])] -= 1
        over -= 1
    return [list(line) for row in rows for line in zip_longest(*map(wrap_text, row, widths), fillvalue="")]


def _find_least(column: Column, texts: Sequence[str]) -> int:
    pieces = [text_width(piece.rstrip()) for text in texts for piece in _PIECE.findall(text)]
    return max([_LEAST, text_width(column.title), *pieces])


def wrap_text(text: str, width: int) -> list[str]:
    """The lines of a text; a piece that is wider than `width` keeps a line of its own."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and text_width(lines[-1]) + text_width(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]
