"""`fanjet check`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import click
import msgspec

from fanjet.cli.check_loading import Loader
from fanjet.cli.check_strict import check_rule_names, render_findings
from fanjet.cli.dag_errors import render_dag_errors, shorten_path
from fanjet.cli.dag_files import DagFile, find_dag_files
from fanjet.cli.duplicates import find_duplicates
from fanjet.cli.output import json_option, print_json, print_text
from fanjet.cli.quantities import say_count
from fanjet.cli.terminal import Terminal, look_at
from fanjet.cli.text_width import cut
from fanjet.errors import OperationError
from fanjet.model.texts import printable, storable
from fanjet.parsing.bundle import check_name
from fanjet.parsing.report import Finding, ParseError, ParseReport

#: Up to so many files, each is named also when it is right.
_MOST_NAMED = 20


class _Checked(msgspec.Struct, frozen=True):
    """A file with what came of it."""

    file: DagFile
    report: ParseReport

    @property
    def errors(self) -> list[ParseError]:
        """What is wrong; that a file of a folder has no DAG is not."""
        return [error for error in self.report.errors if error.kind != "empty" or not self.file.in_folder]


@click.command(name="check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--strict", is_flag=True, help="Report also what works and is most likely not meant; for CI.")
@click.option(
    "--ignore", "ignored", multiple=True, metavar="RULE", help="Switch off a rule of --strict; may be given repeatedly."
)
@click.option(
    "--parse-timeout-s",
    "timeout",
    metavar="SECONDS",
    help="How long a file may take to load, such as 5 or 2m; as the setting parse_timeout_s.",
)
@json_option
def command(paths: tuple[Path, ...], strict: bool, ignored: tuple[str, ...], timeout: str | None, as_json: bool) -> int:
    """Load DAG files and report everything that is wrong with them.

    Of a folder all Python files below it are loaded that could hold a DAG and that no ignore file excludes.
    Each is loaded in a process of its own, and stopped if it takes too long. Nothing is run.

    With --strict also: broken-template, no-retries, slow-file, unused-results. A comment
    "# fanjet: ignore[no-retries]" where a task is defined or called switches a rule off there,
    "# fanjet: ignore-file[...]" in the whole file.

    Exit status: 0 when all is well, 2 when there are errors or findings; warnings do not count.
    """
    check_rule_names(ignored, strict=strict)
    missing = [
        ParseError(str(path), None, "missing", "There is no such file or folder.")
        for path in paths
        if not path.exists()
    ]
    found = find_dag_files([path for path in paths if path.exists()])
    odd = [error for file in found for error in _find_odd_name(file)]
    files = [file for file in found if not _find_odd_name(file)]
    checked = list(_check_all(files, Loader(timeout, rules=strict, ignored=ignored)))
    duplicates = find_duplicates([(one.file.path, one.report) for one in checked])
    errors = [*missing, *odd, *(error for one in checked for error in one.errors), *duplicates]
    told = list(dict.fromkeys(warning for one in checked for warning in one.report.warnings))
    findings = list(dict.fromkeys(finding for one in checked for finding in one.report.findings))
    if as_json:
        data = {**_as_data(checked, errors), "warnings": [msgspec.structs.asdict(each) for each in told]}
        print_json({**data, "findings": [msgspec.structs.asdict(each) for each in findings]} if strict else data)
    else:
        _print(checked, errors, told, findings, look_at(), strict=strict)
    return 2 if errors or findings else 0


def _find_odd_name(file: DagFile) -> list[ParseError]:
    try:
        check_name(file.path.absolute())
    except OperationError as error:
        return [ParseError(storable(str(file.path)), None, "path", str(error))]
    return []


def _check_all(files: Sequence[DagFile], loader: Loader) -> Iterator[_Checked]:
    """In the order of the files."""
    with loader.loading(files) as reports, _Counter(len(files)) as counter:
        for file, report in zip(files, reports, strict=True):
            counter.done(file.path)
            yield _Checked(file, report)


class _Counter:
    """One line on the standard error that counts, where that is a terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._terminal = look_at(sys.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._show("")

    def done(self, path: Path) -> None:
        """One more."""
        self._done += 1
        self._show(cut(f"{self._done}/{self._total}  {printable(str(path))}", self._terminal.width - 1))

    def _show(self, text: str) -> None:
        if self._terminal.live:
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()


def _print(
    checked: Sequence[_Checked],
    errors: Sequence[ParseError],
    told: Sequence[ParseError],
    findings: Sequence[Finding],
    terminal: Terminal,
    *,
    strict: bool,
) -> None:
    if len(checked) <= _MOST_NAMED:
        print_text("".join(_describe(one, terminal) for one in checked if not one.errors and not one.report.findings))
    print_text(render_dag_errors(told, terminal))
    print_text(render_dag_errors(errors, terminal))
    print_text(render_findings(findings, terminal))
    dags = sum(len(one.report.specs) for one in checked)
    summary = f"{say_count(len(checked), 'file')}, {say_count(dags, 'DAG')}: "
    verdict = terminal.style(say_count(len(errors), "error") if errors else "no errors", _colour(errors))
    if told:
        verdict += ", " + terminal.style(say_count(len(told), "warning"), "yellow")
    if strict:
        count = say_count(len(findings), "finding") if findings else "no findings"
        verdict += ", " + terminal.style(count, _colour(findings))
    print_text(f"{summary}{verdict}\n")


def _colour(found: Sequence[object]) -> str:
    return "bold red" if found else "green"


def _describe(one: _Checked, terminal: Terminal) -> str:
    mark = terminal.style(terminal.symbol("✓", "ok"), "green")
    dags = [f"{spec.dag_id} ({say_count(len(spec.tasks), 'task')})" for spec in one.report.specs]
    return f"{mark} {shorten_path(str(one.file.path))}: {', '.join(dags)}\n" if dags else ""


def _as_data(checked: Sequence[_Checked], errors: Sequence[ParseError]) -> dict[str, object]:
    return {
        "files": [str(one.file.path) for one in checked],
        "dags": [
            {
                "file": str(one.file.path),
                "dag_id": spec.dag_id,
                "tasks": [task.task_id for task in spec.tasks],
                "mapped": [task.task_id for task in spec.tasks if task.depth],
            }
            for one in checked
            for spec in one.report.specs
        ],
        "errors": [msgspec.structs.asdict(error) for error in errors],
    }
