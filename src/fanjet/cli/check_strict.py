"""What `fanjet check --strict` adds: the findings of the rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches

import msgspec

from fanjet.cli.dag_errors import shorten_path
from fanjet.cli.terminal import Terminal
from fanjet.cli.text_width import text_width
from fanjet.errors import OperationError
from fanjet.parsing.report import Finding, ParseReport
from fanjet.parsing.rules.names import RULES

_SLOW = "slow-file"


def check_rule_names(names: Collection[str], *, strict: bool) -> None:
    """Refuse rules that are to be ignored and do not exist, or that nobody asks for.

    Raises:
        OperationError: There is no such rule, or no `--strict`.
    """
    if names and not strict:
        raise OperationError("--ignore switches off rules of --strict. Add --strict, or leave it out.")
    for name in names:
        if name not in RULES:
            near = get_close_matches(name, RULES, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"The rules are {', '.join(RULES)}."
            raise OperationError(f"--ignore {name}: there is no such rule. {hint}")


def without(report: ParseReport, ignored: Collection[str]) -> ParseReport:
    """A report without the findings of some rules."""
    return msgspec.structs.replace(report, findings=[each for each in report.findings if each.rule not in ignored])


def is_slow(report: ParseReport, ignored: Collection[str]) -> bool:
    """Whether loading took too long, and somebody wants to know."""
    return _SLOW not in ignored and any(finding.rule == _SLOW for finding in report.findings)


def render_findings(findings: Sequence[Finding], terminal: Terminal) -> str:
    """A line for each; the fix once where several in a row have the same."""
    lines = []
    for at, finding in enumerate(findings):
        file = shorten_path(finding.file)
        place = f"{file}:{finding.line}" if finding.line else file
        head = f"{place}: {finding.rule}: {finding.message}"
        fits = not terminal.live or text_width(head) <= terminal.width
        styled = f"{terminal.style(place, 'bold')}: {terminal.style(finding.rule, 'yellow')}:"
        lines += [f"{styled} {finding.message}"] if fits else [styled, f"    {finding.message}"]
        following = findings[at + 1] if at + 1 < len(findings) else None
        if following is None or (following.rule, following.fix) != (finding.rule, finding.fix):
            lines.append(f"    {terminal.style('fix:', 'green')} {finding.fix}")
    return "".join(f"{line}\n" for line in lines)
