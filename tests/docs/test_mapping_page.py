"""docs/mapping.md is complete: every trigger rule, and a picture for each form."""

from __future__ import annotations

import re

from docs.pages import ROOT, read_blocks
from fanjet.model.rules import TriggerRule

PAGE = ROOT / "docs" / "mapping.md"


def test_the_table_has_every_trigger_rule() -> None:
    """A rule that is added shows up in the table; the rule of teardowns is not for authors."""
    text = PAGE.read_text(encoding="utf-8")
    section = text[text.index("## Trigger rules over maps") : text.index("<!-- example: rules.py -->")]
    rules = re.findall(r"^\| `(\w+)`", section, re.MULTILINE)
    assert sorted(rules) == sorted(rule.value for rule in TriggerRule if rule != TriggerRule.ALL_DONE_SETUP_SUCCESS)


def test_every_example_says_what_becomes_of_it() -> None:
    """An example without a result would be run, and nobody would notice that it does something else."""
    blocks = read_blocks(PAGE)
    kinds = [block.kind for block in blocks]
    silent = [block.name for block, after in zip(blocks, [*kinds[1:], ""], strict=True)
              if block.kind == "example" and after != "result"]  # fmt: skip
    assert not silent
    names = [block.name for block in blocks if block.kind == "example"]
    assert len(set(names)) == len(names)
