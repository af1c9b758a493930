"""Comments that switch rules off: ``# fanjet: ignore[no-retries]`` and ``# fanjet: ignore-file[slow-file]``."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fanjet.authoring.definition import Definition
from fanjet.authoring.operator import Operator
from fanjet.parsing.rules.function_code import find_function

_COMMENT = re.compile(r"#\s*fanjet:\s*(?P<kind>ignore(?:-file)?)\b(?:\s*\[(?P<rules>[^\]]*)\])?")


class Comment(NamedTuple):
    """One such comment."""

    #: 1-based.
    line: int
    #: None for all rules.
    rules: frozenset[str] | None
    is_for_file: bool

    def covers(self, rule: str) -> bool:
        """Whether it switches a rule off."""
        return self.rules is None or rule in self.rules


@cache
def read_comments(file: str) -> tuple[Comment, ...]:
    """All such comments of a file; none where it cannot be read."""
    try:
        text = Path(file).read_text(encoding="utf-8")
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (OSError, UnicodeDecodeError, SyntaxError, tokenize.TokenError):
        return ()
    return tuple(
        comment for token in tokens if token.type == tokenize.COMMENT for comment in _read(token.string, token.start[0])
    )


def _read(text: str, line: int) -> Iterator[Comment]:
    for match in _COMMENT.finditer(text):
        rules = None if match["rules"] is None else frozenset(re.split(r"[\s,]+", match["rules"].strip()))
        yield Comment(line, rules, match["kind"] == "ignore-file")


def is_ignored(rule: str, path: Path, line: int | None, task: Operator | None) -> bool:
    """Whether a comment switches a rule off at a place.

    Args:
        rule: The name of the rule.
        path: The DAG file.
        line: The line, where it is about no task.
        task: The task that it is about. Its comments stand where it is called, or at the head of its function.
    """
    if any(comment.is_for_file and comment.covers(rule) for comment in read_comments(str(path))):
        return True
    places = _find_places(task) if task is not None else [Definition(str(path), line)] if line else []
    return any(
        comment.covers(rule) and not comment.is_for_file and comment.line in _find_lines(place.file, place.line)
        for place in places
        for comment in read_comments(place.file)
    )


def _find_places(task: Operator) -> list[Definition]:
    places = [task.definition] if task.definition else []
    code = getattr(find_function(task), "__code__", None)
    return places if code is None else [*places, Definition(code.co_filename, code.co_firstlineno)]


def _find_lines(file: str, line: int) -> Collection[int]:
    """The lines of the statement around a line; of one with a body only its head."""
    inside = [range(first, last + 1) for first, last in _read_statements(file) if first <= line <= last]
    return min(inside, key=len, default=range(line, line + 1))


@cache
def _read_statements(file: str) -> tuple[tuple[int, int], ...]:
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ()
    return tuple(_find_extent(node) for node in ast.walk(tree) if isinstance(node, ast.stmt))


def _find_extent(node: ast.stmt) -> tuple[int, int]:
    first, body = _find_start(node), getattr(node, "body", None)
    if isinstance(body, list) and body:
        return first, max(node.lineno, _find_start(body[0]) - 1)
    return first, node.end_lineno or node.lineno


def _find_start(node: ast.stmt) -> int:
    """The first line, with decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])
