"""docs/troubleshooting.md knows every message, and its headings are what people see."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.message_tables import PAGE, SOURCE, TABLES, find_messages, find_table, render_table

#: Headings with what a user sees at their start, quoted, when no message of the source begins so.
_MADE_OF_PARTS = re.compile(r"^### `(?P<seen>[^`]+)`", re.MULTILINE)


@pytest.mark.parametrize("name", TABLES)
def test_every_message_is_in_its_table(name: str) -> None:
    """Also one that is gone stays until the tables are written again: nobody misses anything by that."""
    missing = set(render_table(name).splitlines()) - set(find_table(name).splitlines())
    assert not missing, "run: python tests/docs/message_tables.py"


def test_every_folder_that_raises_has_a_table() -> None:
    assert {message.folder for message in find_messages()} <= {folder for names in TABLES.values() for folder in names}


def test_headings_are_what_the_product_says() -> None:
    """Each piece of a heading between dots is in the source, so that people who search for it find it."""
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(SOURCE).rglob("*.py")))
    joined = re.sub(r'"\s*\n\s*f?"', "", source)
    missing = [
        (seen, piece)
        for seen in _MADE_OF_PARTS.findall(PAGE.read_text(encoding="utf-8"))
        for piece in filter(None, (part.strip() for part in seen.split("…")))
        if piece not in joined
    ]
    assert not missing
