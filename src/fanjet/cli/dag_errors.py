"""Errors of DAG files for people: place, what is wrong, fix."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from fanjet.cli.terminal import Terminal, look_at
from fanjet.parsing.report import ParseError


def print_dag_errors(errors: Sequence[ParseError]) -> None:
    """All errors on the standard error."""
    sys.stderr.write(render_dag_errors(errors, look_at(sys.stderr)))


def render_dag_errors(errors: Iterable[ParseError], terminal: Terminal) -> str:
    """A paragraph per error."""
    return "".join(_render(error, terminal) for error in errors)


def _render(error: ParseError, terminal: Terminal) -> str:
    place = f"{error.file}:{error.line}" if error.line else str(error.file)
    head, *more = str(error.message).splitlines() or [""]
    lines = [f"{terminal.style(place, 'bold')}: {terminal.style(error.kind, 'red')}: {head}"]
    lines += [f"    {line}" for line in more]
    if error.fix:
        lines.append(f"    {terminal.style('fix:', 'green')} {error.fix}")
    return "\n".join(lines) + "\n"
