"""What steers a terminal does not get to one from a text of somebody else's."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import fanjet.cli
from cli.conftest import Call
from fanjet.cli.output import clean_styled
from fanjet.cli.terminal import Terminal
from fanjet.model.texts import escape_controls, harmless, printable

#: Colours, a title, a link, the clipboard, a jump of the cursor, 8-bit forms of them, a turned direction.
_EVIL = "a\x1b[31mb\x1b]0;title\x07c\x1b]8;;http://x\x1b\\d\x1b[2Je\rf\x9b31mg\u202eh\ni"
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def test_a_line_has_nothing_in_it_that_steers() -> None:
    assert printable(_EVIL) == "abcde f 31mg h i"
    assert harmless(_EVIL) == "abcde f 31mg h\ni"
    assert harmless("one\r\n\ttwo") == "one\n\ttwo"


@pytest.mark.parametrize("text", ["naïve café\u00a0!", "👨\u200d👩\u200d👧", "日本語", "\u0645\u06cc\u200c\u062e"])
def test_writing_of_all_kinds_stays(text: str) -> None:
    assert printable(text) == harmless(text) == text


def test_own_styles_stay_and_others_go() -> None:
    terminal = Terminal(live=True, color=True, unicode=True, width=80, height=24)
    styled = terminal.style("red", "bold red")
    assert clean_styled(f"{styled}\x1b[8mhidden\x1b[5;5H") == f"{styled}hidden"


def test_json_says_the_same_and_steers_nothing() -> None:
    text = json.dumps({"a": _EVIL}, ensure_ascii=False)
    assert json.loads(escape_controls(text)) == {"a": _EVIL}
    assert not _STEERING.search(escape_controls(text))


@pytest.mark.parametrize(
    "command",
    [
        ("runs",),
        ("show", "1"),
        ("show", "1", "train[17]"),
        ("watch", "1"),
        ("show", _EVIL),
        ("runs", "--json"),
    ],
)
def test_commands_show_ids_and_errors_without_them(
    call: Call, seeded: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    home = Path(shutil.copytree(seeded, tmp_path / "evil"))
    with closing(sqlite3.connect(home / "fanjet.db")) as database, database:
        database.execute("UPDATE run SET run_id = ? || run, conf = ?", (_EVIL, json.dumps({_EVIL: _EVIL})))
        database.execute("UPDATE instance SET error = ? WHERE error IS NOT NULL", (_EVIL,))
    result = call(*command, home=home)
    assert result.out + result.err
    assert not _STEERING.search(result.out + result.err)


def test_all_that_is_printed_goes_one_way() -> None:
    """But for bytes of logs, which are told as they are, and progress, which moves the cursor itself."""
    own = {"output.py", "prune.py", "check.py", "logs.py"}
    files = [file for file in Path(fanjet.cli.__file__).parent.glob("*.py") if file.name not in own]
    assert files
    for file in files:
        assert not re.search(r"click\.echo\(|(?<![._])print\(|stdout\.write\(f", file.read_text()), file
