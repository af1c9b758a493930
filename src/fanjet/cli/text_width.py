"""How many columns a text takes on a terminal, and cutting it to fit."""

from __future__ import annotations

import unicodedata

_NOTHING = frozenset({"Mn", "Me", "Cf"})


def text_width(text: str) -> int:
    """The number of columns: 2 for wide characters, 0 for those that combine with the one before."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in _NOTHING:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, width: int, *, mark: str = "…") -> str:
    """The text in at most `width` columns, with a mark at its end where something is missing."""
    if text_width(text) <= width:
        return text
    room = width - text_width(mark)
    if room <= 0:
        return mark[: max(width, 0)]
    end = used = 0
    for end, char in enumerate(text):  # noqa: B007 - the place where the room ends is wanted
        used += _char_width(char)
        if used > room:
            break
    return text[:end].rstrip() + mark


def cut_task_id(task_id: str, width: int, *, mark: str = "…") -> str:
    """The id in at most `width` columns: without its outer groups first, as tasks of one group differ at the end."""
    rest, outer = task_id, False
    while "." in rest and text_width(rest) + outer * text_width(mark) > width:
        rest, outer = rest.partition(".")[2], True
    return cut(mark * outer + rest, width, mark=mark)


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text filled up with spaces to `width` columns; `right` puts it at the right side."""
    spaces = " " * max(0, width - text_width(text))
    return spaces + text if right else text + spaces
