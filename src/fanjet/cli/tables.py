"""Tables in plain text: aligned columns, cut to the width of the terminal, coloured where that is shown."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fanjet.cli.terminal import Terminal
from fanjet.cli.text_width import cut, pad, text_width
from fanjet.model.texts import printable

_GAP = "  "
_LEAST = 8


class Column(msgspec.Struct, frozen=True):
    """One column."""

    title: str
    #: Numbers stand at the right.
    right: bool = False
    #: Whether the column may be cut when the table is too wide; the widest such column gives way first.
    flexible: bool = False


class Cell(msgspec.Struct, frozen=True):
    """One text in a style of `Terminal.style`."""

    text: str
    style: str = ""


def render_table(columns: Sequence[Column], rows: Sequence[Sequence[str | Cell]], terminal: Terminal) -> str:
    """The lines of a table with its heading, each with an end of line."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [
        max([text_width(column.title), *(text_width(row[at].text) for row in cells)])
        for at, column in enumerate(columns)
    ]
    if terminal.live:
        _narrow(widths, columns, terminal.width)
    heading = [Cell(column.title, "bold") for column in columns]
    return "".join(_render_row(row, columns, widths, terminal) + "\n" for row in [heading, *cells])


def _cell(value: str | Cell) -> Cell:
    return Cell(printable(value.text), value.style) if isinstance(value, Cell) else Cell(printable(value))


def _narrow(widths: list[int], columns: Sequence[Column], room: int) -> None:
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - room
    while over > 0:
        candidates = [at for at, column in enumerate(columns) if column.flexible and widths[at] > _LEAST]
        if not candidates:
            return
        widest = max(candidates, key=lambda at: widths[at])
        widths[widest] -= 1
        over -= 1


def _render_row(row: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int], terminal: Terminal) -> str:
    mark = terminal.symbol("…", "~")
    texts = [
        (pad(cut(cell.text, width, mark=mark), width, right=column.right), cell.style)
        for cell, column, width in zip(row, columns, widths, strict=True)
    ]
    while len(texts) > 1 and not texts[-1][0].strip():
        texts.pop()
    if not columns[len(texts) - 1].right:
        texts[-1] = (texts[-1][0].rstrip(), texts[-1][1])
    return _GAP.join(terminal.style(text, style) if style else text for text, style in texts)
