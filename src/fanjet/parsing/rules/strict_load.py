"""Loads a DAG file and applies all rules to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

import msgspec

from fanjet.parsing.loader import load_file, make_report
from fanjet.parsing.report import Finding, ParseReport
from fanjet.parsing.rules.broken_template import find_broken_templates
from fanjet.parsing.rules.ignoring import is_ignored, read_comments
from fanjet.parsing.rules.names import RULES, UNKNOWN_RULE
from fanjet.parsing.rules.no_retries import find_no_retries
from fanjet.parsing.rules.rule import Checked, Suspicion
from fanjet.parsing.rules.slow_file import find_slow_file
from fanjet.parsing.rules.statement_times import StatementTimes
from fanjet.parsing.rules.unused_results import find_unused_results

_Rule: TypeAlias = Callable[[Checked], Iterator[Suspicion]]

_FIND: dict[str, _Rule] = {
    "broken-template": find_broken_templates,
    "no-retries": find_no_retries,
    "slow-file": find_slow_file,
    "unused-results": find_unused_results,
}


def load_strictly(path: Path, root: Path) -> ParseReport:
    """The report of a file with all findings that no comment switches off, in the order of their lines."""
    started_at = time.monotonic()
    times = StatementTimes()
    loaded = load_file(path, root, execute=times.execute)
    report = make_report(loaded, time.monotonic() - started_at)
    if loaded.errors:
        return report
    path = path.absolute()
    checked = Checked(path, path.read_text(encoding="utf-8", errors="replace"), loaded.dags, times.taken)
    findings = [*_apply(checked), *_find_unknown_rules(path)]
    findings.sort(key=lambda finding: (finding.file, finding.line or 0, finding.rule))
    return msgspec.structs.replace(report, findings=list(dict.fromkeys(findings)))


def _apply(checked: Checked) -> Iterator[Finding]:
    for rule, find in _FIND.items():
        for each in find(checked):
            if not is_ignored(rule, checked.path, each.line, each.task):
                yield each.as_finding(rule, checked.path)


def _find_unknown_rules(path: Path) -> Iterator[Finding]:
    """A comment with a misspelt rule would switch nothing off, in silence."""
    for comment in read_comments(str(path)):
        for name in sorted((comment.rules or frozenset()) - RULES.keys()):
            near = get_close_matches(name, RULES, n=1)
            fix = f"did you mean '{near[0]}'?" if near else f"the rules are {', '.join(RULES)}"
            message = f"The comment names a rule '{name}', which there is not."
            yield Finding(str(path), comment.line, UNKNOWN_RULE, None, None, message, fix)
