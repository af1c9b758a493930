"""What a page shows of a terminal: commands after ``$``, below each what it prints."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: What differs from run to run, and what stands for it when two outputs are compared.
_MASKS = (
    # A run on a busy machine says now and then how far it is.
    (re.compile(r"^\[\d+(?::\d\d)+\] .*\n", re.MULTILINE), ""),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"), "<instant>"),
    (re.compile(r"\b\w+__<instant>\w*"), "<run id>"),
    (re.compile(r"~?\b\d+(?::\d\d)+\b"), "<time>"),
    (re.compile(r"[~<]?\b\d+(?:\.\d+)? (?:ms|s)\b"), "<time>"),
    # What is over in a moment has none.
    (re.compile(r"\b[\d,.]+/(?:s|min|h)\b"), ""),
    (re.compile(r"[━╍─┄]{3,}"), "<bar>"),
    (re.compile(r"[ \t]+"), " "),
)
_ELLIPSIS = "..."


@dataclass(slots=True)
class Step:
    """One command with what the page shows below it."""

    command: str
    output: list[str] = field(default_factory=list)


def read_steps(text: str) -> list[Step]:
    """The commands of a console block; a comment after two blanks and ``#`` is for the reader."""
    steps: list[Step] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append(Step(re.sub(r"\s{2,}#.*$", "", line.removeprefix("$ "))))
        else:
            assert steps, f"output before a command: {line!r}"
            steps[-1].output.append(line)
    return steps


def agrees(shown: list[str], printed: str) -> bool:
    """Whether a command printed what the page shows.

    Times, rates, bars and the width of gaps may differ; ``...`` on a line stands for any text, alone on a line for any
    lines. A page that shows nothing asks for nothing.
    """
    if not shown:
        return True
    return re.fullmatch(_pattern("\n".join(shown)), mask(printed), re.DOTALL) is not None


def _pattern(shown: str) -> str:
    lines = []
    for line in mask(shown).splitlines():
        alone = line.strip() == _ELLIPSIS
        lines.append(r"(?:[^\n]*\n)*?" if alone else r"[^\n]*".join(map(re.escape, line.split(_ELLIPSIS))) + r"\n")
    return "".join(lines)


def mask(text: str) -> str:
    """The text without what differs from run to run; each line ends with a line break."""
    for expression, stand_in in _MASKS:
        text = expression.sub(stand_in, text)
    return "\n".join(line.strip() for line in text.strip().splitlines()) + "\n"
