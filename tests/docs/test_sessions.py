"""What the pages show of a terminal is what one gets."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from docs.fanjet_command import environment
from docs.pages import ROOT, find_pages, read_blocks
from docs.sessions import agrees, mask, read_steps

_PAGES = [page for page in find_pages() if any(block.kind == "session" for block in read_blocks(page))]


@pytest.mark.parametrize("page", _PAGES, ids=[str(page.relative_to(ROOT)) for page in _PAGES])
def test_sessions_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    """All commands of a page in their order, in one folder with the page's files and one new home."""
    home = tmp_path / "home"
    folder = tmp_path / "work"
    folder.mkdir()
    problems = []
    for block in read_blocks(page):
        if block.kind in ("example", "file"):
            (folder / block.name).write_text(block.text, encoding="utf-8")
        if block.kind != "session":
            continue
        for step in read_steps(block.text):
            done = subprocess.run(
                ["bash", "-c", step.command],
                cwd=folder,
                env=environment(home),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
                check=False,
            )
            if not agrees(step.output, done.stdout):
                shown = mask("\n".join(step.output))
                problems.append(f"{block.place}: $ {step.command}\n--- page\n{shown}--- printed\n{done.stdout}")
    assert not problems, "\n".join(problems)
