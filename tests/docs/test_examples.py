"""Every DAG that a page shows as an example runs, and becomes what the page says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docs.fanjet_command import fanjet
from docs.outcomes import compare
from docs.pages import Block, find_pages, follow_up, read_blocks

_EXAMPLES = [
    (block, follow_up(blocks, block, "result"))
    for blocks in map(read_blocks, find_pages())
    for block in blocks
    if block.kind == "example"
]


@pytest.mark.parametrize(("example", "result"), _EXAMPLES, ids=[block.name for block, _ in _EXAMPLES])
def test_example_becomes_what_the_page_says(example: Block, result: Block | None, tmp_path: Path) -> None:
    """A reader who copies the block into a file and runs it gets the instances and values shown below it."""
    (tmp_path / example.name).write_text(example.text, encoding="utf-8")
    done = fanjet("run", example.name, "--results", "results.json", folder=tmp_path, home=tmp_path / "home")
    assert done.returncode in (0, 1), f"{example.place}:\n{done.stdout}\n{done.stderr}"
    (run,) = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    problems = compare(result.text if result else "run: success", run)
    place = (result or example).place
    assert not problems, f"{place}:\n" + "\n".join(problems) + f"\n{done.stdout}\n{done.stderr}"
    assert (done.returncode == 0) == (run["state"] == "success")
