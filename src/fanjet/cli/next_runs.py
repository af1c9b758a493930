"""`fanjet next`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import click

from fanjet.bootstrap.asked_timetables import ask_file
from fanjet.bootstrap.stored_lookups import answer_lookup
from fanjet.cli.arguments import read_instant
from fanjet.cli.dag_errors import render_dag_errors
from fanjet.cli.output import json_option, print_json, print_text
from fanjet.cli.quantities import instant_as_data
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import Terminal, look_at
from fanjet.errors import OperationError
from fanjet.model.schedules import AssetSchedule, ContinuousSchedule, Due
from fanjet.model.spec import DagSpec
from fanjet.model.timetables import NextRuns
from fanjet.parsing.bundle import find_root
from fanjet.parsing.forked import ForkedParser
from fanjet.parsing.report import ParseError, ParseReport, TimetableAnswer
from fanjet.schedules import list_next, needs_code
from fanjet.schedules.zones import get_zone
from fanjet.settings import Settings, load_settings

_COLUMNS = (Column("RUN AFTER"), Column("LOGICAL DATE"), Column("INTERVAL END"))


@click.command(name="next")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("dag_id", required=False, metavar="[DAG]")
@click.option("-n", "--count", type=click.IntRange(1, 1000), default=10, show_default=True, help="At most so many.")
@click.option(
    "--from",
    "now",
    metavar="INSTANT",
    callback=lambda _, __, text: None if text is None else read_instant(text),
    help="As seen at this instant, such as 2026-03-28 or 2026-03-28T12:00+01:00, instead of now.",
)
@json_option
def command(file: Path, dag_id: str | None, count: int, now: datetime | None, as_json: bool) -> int:
    """Print when the DAGs of a file are due next, by their schedules.

    It looks at the file alone: runs that there have been do not count, and the DAGs need not be known to a service.
    Times are in the time zone of the DAG, that of its start_date. A timetable class of your own is asked in a process
    of its own. With --from, Fanjet's timetables and airflow.utils.timezone.utcnow() see that instant there; what asks
    the clock of the machine by itself does not.
    """
    settings = load_settings({}, start=file)
    report = _load(file, settings)
    if report.errors:
        print_text(render_dag_errors(report.errors, look_at()))
        return 2
    specs = _choose(report.specs, dag_id, file)
    at = time.time() if now is None else now.timestamp()
    found = [(spec, _list_due(spec, count, at, partial(_ask, settings, file, now))) for spec in specs]
    failed = [answer for _, answer in found if isinstance(answer, ParseError)]
    if failed:
        print_text(render_dag_errors(failed, look_at()))
        return 2
    if as_json:
        print_json([_as_data(spec, due) for spec, due in found if not isinstance(due, ParseError)])
    else:
        told = [_describe(spec, due, at, look_at()) for spec, due in found if not isinstance(due, ParseError)]
        print_text("\n".join(told))
    return 0


def _load(file: Path, settings: Settings) -> ParseReport:
    with ForkedParser(lambda request: answer_lookup(settings, request), niceness=0) as parser:
        return parser.parse(file, find_root(file), settings.parse_timeout_s, "")


def _ask(settings: Settings, file: Path, now: datetime | None, dag_id: str, count: int) -> TimetableAnswer:
    seen_at = None if now is None else now.timestamp()
    question = NextRuns(dag_id=dag_id, most=count, seen_at=seen_at, wants_all=True)
    return ask_file(settings, file, find_root(file), question)


def _choose(specs: Sequence[DagSpec], dag_id: str | None, file: Path) -> list[DagSpec]:
    known = [spec.dag_id for spec in specs]
    if dag_id is None or dag_id in known:
        return [spec for spec in specs if dag_id in {None, spec.dag_id}]
    near = get_close_matches(dag_id, known, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"It has {', '.join(known)}."
    raise OperationError(f"{file} has no DAG '{dag_id}'. {hint}")


def _list_due(
    spec: DagSpec, count: int, at: float, ask: Callable[[str, int], TimetableAnswer]
) -> list[Due] | ParseError:
    if not needs_code(spec.timetable):
        return list_next(spec, count, at)
    answer = ask(spec.dag_id, count)
    return [run.due for run in answer.runs] if answer.error is None else answer.error


def _describe(spec: DagSpec, due: Sequence[Due], at: float, terminal: Terminal) -> str:
    head = f"{terminal.style(spec.dag_id, 'bold')}  {_say_schedule(spec)}\n"
    if not due:
        return head
    zone = get_zone(spec.timezone)
    table = render_table(_COLUMNS, [_row(each, zone) for each in due], terminal)
    return head + table + _say_missed(sum(each.run_after <= at for each in due), len(due))


def _say_missed(missed: int, count: int) -> str:
    if not missed:
        return ""
    which = "All are" if missed == count > 1 else "The first is" if missed == 1 else f"The first {missed} are"
    return f"{which} due at once.\n"


def _say_schedule(spec: DagSpec) -> str:
    match spec.timetable:
        case None:
            return "is only started by hand"
        case AssetSchedule():
            return f"{spec.schedule}: due when they have been made"
        case ContinuousSchedule():
            return f"{spec.schedule}: due when the run before has ended"
    parts = [spec.schedule or "", f"times in {spec.timezone}", "catching up" if spec.catchup else "without catching up"]
    return ", ".join(filter(None, parts))


def _row(due: Due, zone: tzinfo) -> list[str | Cell]:
    has_length = due.interval_start != due.interval_end
    return [
        _say(due.run_after, zone, "%a "),
        _say(due.logical_date, zone),
        _say(due.interval_end, zone) if has_length else Cell("-", "dim"),
    ]


def _say(at: float, zone: tzinfo, prefix: str = "") -> str:
    shown = datetime.fromtimestamp(at, zone)
    seconds = ":%S" if shown.second else ""
    return f"{shown.strftime(f'{prefix}%Y-%m-%d %H:%M{seconds}')} {shown.isoformat()[-6:]}"


def _as_data(spec: DagSpec, due: Sequence[Due]) -> dict[str, object]:
    return {
        "dag_id": spec.dag_id,
        "schedule": spec.schedule,
        "timezone": spec.timezone,
        "catchup": spec.catchup,
        "next": [
            {
                "run_after": instant_as_data(each.run_after),
                "logical_date": instant_as_data(each.logical_date),
                "data_interval_start": instant_as_data(each.interval_start),
                "data_interval_end": instant_as_data(each.interval_end),
            }
            for each in due
        ],
    }
