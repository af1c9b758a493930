"""Runs the code of a file statement by statement and takes the time of each."""

from __future__ import annotations
import __future__

import ast
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class StatementTime:
    """How long a statement at the top of a file took."""

    #: 1-based, of its first line.
    line: int
    #: Its first line.
    text: str
    seconds: float


class StatementTimes:
    """Runs a file as `fanjet.parsing.loader.execute_file` does, and remembers how long each statement took."""

    def __init__(self) -> None:
        self.taken: list[StatementTime] = []

    def execute(self, text: bytes, path: Path, variables: dict[str, Any]) -> None:
        """Run the code of a file."""
        tree = compile(text, str(path), "exec", flags=ast.PyCF_ONLY_AST, dont_inherit=True)
        assert isinstance(tree, ast.Module)
        variables["__doc__"] = ast.get_docstring(tree, clean=False)
        flags = _find_flags(tree)
        lines = text.decode(errors="replace").splitlines()
        for statement in tree.body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue  # a text by itself; alone it would be taken for the docstring
            code = compile(ast.Module([statement], []), str(path), "exec", flags=flags, dont_inherit=True)
            began = time.perf_counter()
            try:
                exec(code, variables)  # noqa: S102 - its purpose
            finally:
                at = statement.lineno
                seconds = time.perf_counter() - began
                self.taken.append(StatementTime(at, lines[at - 1].strip() if at <= len(lines) else "", seconds))


def _find_flags(tree: ast.Module) -> int:
    """What the file imports from `__future__` holds for all of it."""
    names = [
        alias.name
        for statement in tree.body
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        for alias in statement.names
    ]
    flags = 0
    for name in names:
        flags |= getattr(__future__, name).compiler_flag
    return flags
