"""docs/testing.md: the failure that it shows is what one gets, and every rule and argument is in its tables."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from docs.pages import ROOT, read_blocks
from fanjet.parsing.rules.names import RULES
from fanjet.testing import run_dag

PAGE = ROOT / "docs" / "testing.md"


def test_every_rule_has_a_row() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z]+-[a-z]+)` \|", text, re.MULTILINE) == sorted(RULES)


def test_every_argument_has_a_row() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text[text.index("| argument |") : text.index("A run that fails raises nothing")]
    named = set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines() if "|" in line)))
    assert named == set(inspect.signature(run_dag).parameters) - {"dag"}


def test_a_failed_assertion_reads_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file,) = [block for block in read_blocks(PAGE) if block.name == "shop.py"]
    (tmp_path / file.name).write_text(file.text)
    monkeypatch.chdir(tmp_path)
    orders = [{"id": name, "amount": amount} for name, amount in (("a1", 1), ("b2", 1), ("c3", -1))]
    result = run_dag("shop.py", values={"wait_for_export": None, "fetch_orders": orders})
    with pytest.raises(AssertionError) as raised:
        result.assert_success()
    told = str(raised.value).partition("\n\nWhat price[2] printed:")[0]
    assert f"AssertionError: {told}\n```" in PAGE.read_text(encoding="utf-8")
