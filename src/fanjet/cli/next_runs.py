"""`fanjet next`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, tzinfo
from difflib import get_close_matches
from pathlib import Path

import click

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
from fanjet.parsing.bundle import find_root
from fanjet.parsing.forked import ForkedParser
from fanjet.parsing.report import ParseReport
from fanjet.schedules import list_next, needs_code
from fanjet.schedules.zones import get_zone
from fanjet.settings import load_settings

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
    of its own, what it says then may depend on the clock, and --from does not change that.
    """
    report = _load(file)
    if report.errors:
        print_text(render_dag_errors(report.errors, look_at()))
        return 2
    specs = _choose(report.specs, dag_id, file)
    at = time.time() if now is None else now.timestamp()
    found = [(spec, _list_due(spec, report, count, at)) for spec in specs]
    if as_json:
        print_json([_as_data(spec, due) for spec, due in found])
    else:
        print_text("\n".join(_describe(spec, due, at, look_at()) for spec, due in found))
    return 0


def _load(file: Path) -> ParseReport:
    settings = load_settings({}, start=file)
    with ForkedParser(lambda request: answer_lookup(settings, request), niceness=0) as parser:
        return parser.parse(file, find_root(file), settings.parse_timeout_s, "due")


def _choose(specs: Sequence[DagSpec], dag_id: str | None, file: Path) -> list[DagSpec]:
    known = [spec.dag_id for spec in specs]
    if dag_id is None or dag_id in known:
        return [spec for spec in specs if dag_id in {None, spec.dag_id}]
    near = get_close_matches(dag_id, known, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"It has {', '.join(known)}."
    raise OperationError(f"{file} has no DAG '{dag_id}'. {hint}")


def _list_due(spec: DagSpec, report: ParseReport, count: int, at: float) -> list[Due]:
    return report.due.get(spec.dag_id, [])[:count] if needs_code(spec.timetable) else list_next(spec, count, at)


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
