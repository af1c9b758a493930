"""Links in the pages lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.pages import ROOT, find_anchors, find_links, find_pages


@pytest.mark.parametrize("page", find_pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_resolve(page: Path) -> None:
    """Every link to a file or a heading of the repository has its target, with the spelling of the file's name."""
    broken = []
    for link in find_links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in find_anchors(target)):
            broken.append(link)
    assert not broken, f"{page.relative_to(ROOT)} links to what is not there: {broken}"
