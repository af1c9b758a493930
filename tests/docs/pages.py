"""Reads the pages: code blocks that a comment marks as an example, a result, a session and so on.

A marked block looks like this, and is what a reader of the page sees::

    <!-- example: squares.py -->
    ```python
    ...
    ```
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: A marker, then the block right after it.
_MARKED = re.compile(
    r"^<!-- (?P<kind>[a-z]+)(?:: (?P<name>[^\n]*?))? -->\n(?P<fence>```+)(?P<language>\w*)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_FENCED = re.compile(r"^(?P<fence>```+).*?^(?P=fence)$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One marked block of a page."""

    page: str
    #: 1-based, of the first line of the text.
    line: int
    #: ``example``, ``result``, ``refused``, ``message``, ``session``, ``file``.
    kind: str
    #: What stands after the colon; empty without one.
    name: str
    text: str

    @property
    def place(self) -> str:
        """Where to mend the page."""
        return f"{self.page}:{self.line}"


def read_blocks(page: Path) -> list[Block]:
    """All marked blocks of a page, from top to bottom."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page=str(page.relative_to(ROOT)),
            line=text.count("\n", 0, match.start("text")) + 1,
            kind=match["kind"],
            name=match["name"] or "",
            text=match["text"],
        )
        for match in _MARKED.finditer(text)
    ]


def follow_up(blocks: list[Block], block: Block, kind: str) -> Block | None:
    """The block right after `block` if it is of this kind: what the page says becomes of `block`."""
    at = blocks.index(block) + 1
    return blocks[at] if at < len(blocks) and blocks[at].kind == kind else None


def find_pages() -> list[Path]:
    """Every page that a user may open."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])


def find_links(page: Path) -> list[str]:
    """Targets of all links and pictures of a page that lead to files or headings of the repository."""
    prose = _FENCED.sub("", page.read_text(encoding="utf-8"))
    targets = [first or second for first, second in _LINK.findall(prose)]
    return [target for target in targets if "://" not in target and not target.startswith("mailto:")]


def find_anchors(page: Path) -> set[str]:
    """The anchors of all headings, made as GitHub makes them."""
    prose = _FENCED.sub("", page.read_text(encoding="utf-8"))
    anchors: set[str] = set()
    for heading in _HEADING.findall(prose):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        repeats = sum(known == anchor or known.startswith(f"{anchor}-") for known in anchors)
        anchors.add(anchor if anchor not in anchors else f"{anchor}-{repeats}")
    return anchors
