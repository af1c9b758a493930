"""The mistakes that docs/mapping.md lists are found when the file is loaded, and answered as the page says."""

from __future__ import annotations

import re
from pathlib import Path

from docs.fanjet_command import fanjet
from docs.pages import ROOT, read_blocks

PAGE = ROOT / "docs" / "mapping.md"
_MARKER = "<!-- refused lines -->"
_ROW = re.compile(r"^\| `(?P<line>[^`]+)` \| (?P<message>.*?) \| (?P<fix>.*?) \|$", re.MULTILINE)


def test_each_line_is_refused_with_the_message_of_the_page(tmp_path: Path) -> None:
    """One file per line of the table, all looked at by one `fanjet check`."""
    text = PAGE.read_text(encoding="utf-8")
    (scaffold,) = [block for block in read_blocks(PAGE) if block.kind == "scaffold"]
    table = text[text.index(_MARKER) + len(_MARKER) :].lstrip().partition("\n\n")[0]
    rows = list(_ROW.finditer(table))
    assert len(rows) == table.strip().count("\n") - 1, "a row of the table cannot be read"
    for number, row in enumerate(rows):
        file = tmp_path / f"line_{number:02}.py"
        file.write_text(scaffold.text.replace("    ...\n", f"    {row['line']}\n"), encoding="utf-8")
    checked = fanjet("check", tmp_path, folder=tmp_path, home=tmp_path / "home")
    assert checked.returncode == 2, checked.stdout + checked.stderr
    said = re.sub(r"\s+", " ", checked.stdout + checked.stderr)
    missing = []
    for number, row in enumerate(rows):
        about = _what_is_said(said, f"line_{number:02}.py")
        expected = ("double", "both", "b", "find")
        if row["message"] not in about or row["fix"] not in about or not any(name in about for name in expected):
            missing.append(f"{row['line']}\n    {about or 'no error'}")
    assert not missing, "\n".join(missing)


def _what_is_said(text: str, file: str) -> str:
    """The paragraph about one file."""
    start = text.find(file)
    end = text.find("line_", start + len(file))
    return text[start : end if end > 0 else len(text)] if start >= 0 else ""
