"""The tables of docs/troubleshooting.md, made of the source. `python tests/docs/message_tables.py` writes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"
SOURCE = ROOT / "src" / "fanjet"

#: Which folders of the source a table on the page is about.
TABLES = {
    "loading": ("airflow", "authoring", "folder", "parsing", "schedules"),
    "commands": ("bootstrap", "cli", "engine", "model", "scheduler", "settings"),
    "tasks": ("executors", "operators", "runtime", "worker"),
    "store": ("store",),
    "tests": ("testing",),
}
_ERRORS = {
    "DagError",
    "DatabaseReplacedError",
    "DagTypeError",
    "DagValueError",
    "OperationError",
    "ExecutionError",
    "FailException",
    "LibraryNotInstalled",
}
#: `ParseError(file, line, kind, message)`.
_PARSE_ERROR = ("ParseError", 3)
_REGION = "(?<=<!-- messages: {} -->\n).*?(?=<!-- end of messages -->)"


class Message(NamedTuple):
    """One text that people can meet, with … where it tells the case at hand."""

    folder: str
    text: str
    fix: str


@cache
def find_messages() -> list[Message]:
    """All messages that are written where they are raised, each once."""
    found: dict[tuple[str, str], Message] = {}
    for file in sorted(SOURCE.rglob("*.py")):
        folder = file.relative_to(SOURCE).parts[0]
        for message in _find_in(folder, ast.parse(file.read_text(encoding="utf-8"))):
            found.setdefault((folder, message.text), message)
    return list(found.values())


def _find_in(folder: str, tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        at = 0 if name in _ERRORS else _PARSE_ERROR[1] if name == _PARSE_ERROR[0] else None
        if at is None or len(node.args) <= at:
            continue
        text = _read(node.args[at])
        given = next((_read(keyword.value) for keyword in node.keywords if keyword.arg == "fix"), None)
        if text is None or not re.search(r"\w{2}", text):
            continue  # made elsewhere; the headings of the page speak of these
        text, _, told = text.partition(" Fix: ")
        yield Message(folder, text, (given or told).strip().rstrip("."))


def _read(node: ast.expr) -> str | None:
    """The text of a literal, an f-string or a sum of them; None where it is computed."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "…" for part in values]
            return re.sub("…(…|\\s…)*", "…", "".join(parts))
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            first, second = _read(left), _read(right)
            return None if first is None else first + (second or " …")
        case ast.IfExp(body=body):
            return _read(body)
    return None


def render_table(name: str) -> str:
    """The table of one part of the product, in the order of the alphabet."""
    rows = sorted(
        {(m.text, m.fix) for m in find_messages() if m.folder in TABLES[name]}, key=lambda row: (_sort_key(row[0]), row)
    )
    head = "| message | what to do |\n|---|---|\n"
    return head + "".join(f"| {_quote(text)} | {_escape(fix) or 'as it says'} |\n" for text, fix in rows)


def _sort_key(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().lower()


def _quote(text: str) -> str:
    text = " ".join(text.split())
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _escape(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;").replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")


def find_table(name: str) -> str:
    """A table as it stands in the page."""
    found = re.search(_REGION.format(name), PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, f"the page has no place for the messages of {name}"
    return found.group()


def write_tables() -> None:
    """Bring the page up to date."""
    text = PAGE.read_text(encoding="utf-8")
    for name in TABLES:
        text = re.sub(_REGION.format(name), lambda _, name=name: render_table(name), text, count=1, flags=re.DOTALL)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_tables()
