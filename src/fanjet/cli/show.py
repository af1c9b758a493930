"""`fanjet show`."""

from __future__ import annotations

import json
from pathlib import Path

import click
import msgspec

from fanjet.cli.arguments import Count, home_option, map_index_option
from fanjet.cli.failure_kinds import as_failure
from fanjet.cli.failures import (
    choose_failures,
    count_failed,
    find_reasons,
    iter_failed,
    leave_out_error,
    read_tail,
)
from fanjet.cli.finding import find_run, settings_of
from fanjet.cli.output import json_option, print_json, print_text
from fanjet.cli.progress_closing import Failure, count_told, describe_failure
from fanjet.cli.progress_lines import Line
from fanjet.cli.quantities import instant_as_data, say_count, say_duration, say_instant
from fanjet.cli.runs import counts_as_data, is_interrupted, look_of, run_as_data, took_s
from fanjet.cli.show_instance import instance_as_data, instance_lines, read_instance
from fanjet.cli.show_result import result_as_data, result_line
from fanjet.cli.show_tree import Lengths, build_tree, render_tree
from fanjet.cli.terminal import Terminal, look_at
from fanjet.cli.text_width import cut
from fanjet.model import paths
from fanjet.model.json_texts import read_json
from fanjet.model.spec import DagSpec
from fanjet.model.states import State
from fanjet.model.texts import printable
from fanjet.settings import Settings
from fanjet.store.database.database import Database
from fanjet.store.queries.dag_results import DagResult, find_dag_result
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import InstanceRow, RunRow, TaskCounts

_LOG_LINES = 5
_MOST_FAILURES = 5


@click.command(name="show")
@click.argument("run", required=False)
@click.argument("task", required=False)
@map_index_option
@click.option("--failures", type=Count(0), help="Of a run: name the first so many, not one of each kind.")
@json_option
@home_option
def command(
    *,
    run: str | None,
    task: str | None,
    map_index: paths.Path | None,
    failures: int | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Show one run: its tasks with counts and durations, and what failed. With TASK, show one instance of it.

    RUN is the number of a run, its id, the start of its id, or - for the latest, which is the default. Of an instance
    it shows the tries, the error, the rendered fields and the value. TASK may carry the map index: 'train[3]'.
    """
    settings = settings_of(home)
    if task is not None:
        if failures is not None:
            raise click.UsageError("--failures is for a whole run; leave it out, or leave TASK out.")
        _show_instance(settings, run, task, map_index, as_json=as_json)
        return
    if map_index is not None:
        raise click.UsageError("--map-index needs a TASK: fanjet show RUN TASK --map-index 3")
    with Reader.open(Database.of(settings)) as reader:
        shown = _read(reader, find_run(reader, run), failures)
    if as_json:
        print_json(_as_data(settings, shown))
        return
    terminal = look_at()
    text = "".join(_draw(line, terminal) for line in _heading(shown, terminal))
    text += "\n" + render_tree(
        build_tree(shown.spec, shown.counts, shown.lengths, shown.running, shown.retried), terminal
    )
    print_text(text + "".join(_draw(line, terminal) for line in _failures(settings, shown, terminal)))


def _show_instance(
    settings: Settings, run: str | None, task: str, map_index: paths.Path | None, *, as_json: bool
) -> None:
    with Reader.open(Database.of(settings)) as reader:
        shown = read_instance(reader, run, task, map_index)
    if as_json:
        print_json(instance_as_data(shown))
        return
    terminal = look_at()
    print_text("".join(_draw(line, terminal) for line in instance_lines(shown, terminal)))


class _Shown(msgspec.Struct, frozen=True):
    """What this screen needs of a run."""

    run: RunRow
    spec: DagSpec
    counts: dict[int, TaskCounts]
    lengths: Lengths
    #: How many instances of each task workers have in their hands.
    running: dict[int, int]
    #: How many instances of each task had earlier tries.
    retried: dict[int, int]
    failed: list[tuple[Failure, InstanceRow]]
    #: Where nothing failed: instances that could not run, and why.
    reasons: list[Failure]
    #: None where the DAG has none.
    result: DagResult | None
    #: What people keep with it.
    note: str | None


def _read(reader: Reader, row: RunRow, failures: int | None) -> _Shown:
    run = row.info.number
    spec, counts = reader.get_spec(run), reader.counts(run)
    if failures is None:
        failed = choose_failures(reader, run, spec.tasks, counts, _MOST_FAILURES)
    else:
        rows = iter_failed(reader, run, spec.tasks, counts, failures)
        failed = [(as_failure(task.task_id, instance), instance) for task, instance in rows]
    return _Shown(
        run=row,
        spec=spec,
        counts=counts,
        lengths=reader.map_lengths(run),
        running={task.number: len(reader.running(run, task.number)) for task in spec.tasks} if row.owned else {},
        retried={task: reader.count_retried(run, task) for task in counts},
        failed=failed,
        reasons=find_reasons(reader, run, spec.tasks, counts, _MOST_FAILURES if failures is None else failures),
        result=find_dag_result(reader, run, spec),
        note=reader.find_note(run),
    )


def _draw(line: Line, terminal: Terminal) -> str:
    return "".join(terminal.style(printable(text), style) for text, style in line) + "\n"


def _heading(shown: _Shown, terminal: Terminal) -> list[Line]:
    row = shown.run
    info, look, seconds = row.info, look_of(row), took_s(row)
    took = "" if seconds is None else f", {'took' if row.ended_at else 'for'} {say_duration(seconds)}"
    symbol = terminal.symbol(look.symbol, look.ascii_symbol)
    lines: list[Line] = [
        [(f"{symbol} {info.dag_id}", f"bold {look.style}"), (f"  run {info.number}  ", ""), (look.word, look.style)],
        _fact("run id", info.run_id),
    ]
    if row.queued_at is not None:
        lines.append(_fact("queued", say_instant(row.queued_at)))
    if row.started_at is not None:
        lines.append(_fact("started", say_instant(row.started_at) + took))
    if info.logical_date is not None:
        lines.append(_fact("logical date", info.logical_date.isoformat()))
    for name, text in (("params", info.params), ("conf", info.conf)):
        if found := read_json(text):
            lines.append(_long_fact(name, json.dumps(found, ensure_ascii=False), terminal))
    if shown.note:
        lines.append(_long_fact("note", shown.note, terminal))
    if shown.result is not None:
        lines.append(_long_fact("result", result_line(shown.run, shown.result), terminal))
    if is_interrupted(row):
        lines.append(_fact("next", f"fanjet resume {info.number}"))
    return lines


def _fact(name: str, text: str) -> Line:
    return [(f"  {name:<13}", "dim"), (text, "")]


def _long_fact(name: str, text: str, terminal: Terminal) -> Line:
    told = printable(text)
    return _fact(name, cut(told, max(20, terminal.width - 16)) if terminal.live else told)


def _failures(settings: Settings, shown: _Shown, terminal: Terminal) -> list[Line]:
    """Each failed instance with its error, the end of its log, and the command for the rest of it."""
    lines: list[Line] = []
    for failure, instance in shown.failed:
        *told, command_line = describe_failure(shown.run.info.number, failure, terminal)
        log = leave_out_error(read_tail(settings, instance, _LOG_LINES), failure.error)
        tail: list[Line] = [[(f"    {terminal.symbol('│', '|')} {_fit(text, terminal)}", "dim")] for text in log]
        lines += [[("", "")], *told, *tail, command_line]
    for failure in shown.reasons:
        lines += [[("", "")], *describe_failure(shown.run.info.number, failure, terminal)]
    total = count_failed(shown.counts)
    more = total - count_told([failure for failure, _ in shown.failed])
    if more > 0:
        text = f"... and {say_count(more, 'more failed instance')}; see them with --failures {total}"
        lines += [[("", "")], [(text, "dim")]]
    return lines


def _fit(text: str, terminal: Terminal) -> str:
    return cut(printable(text), max(20, terminal.width - 6)) if terminal.live else printable(text)


def _as_data(settings: Settings, shown: _Shown) -> dict[str, object]:
    total = [sum(task.counts[state] for task in shown.counts.values()) for state in State]
    return {
        **run_as_data(shown.run, total),
        "params": read_json(shown.run.info.params),
        "conf": read_json(shown.run.info.conf),
        "note": shown.note,
        **result_as_data(shown.run, shown.result),
        "tasks": [
            {"task_id": task.task_id, "operator": task.operator, "group": task.group, "mapped": task.depth > 0}
            | {"running": shown.running.get(task.number, 0), "retried": shown.retried.get(task.number, 0)}
            | _times_as_data(shown.counts.get(task.number))
            for task in shown.spec.tasks
        ],
        "failed": [
            {
                "task_id": failure.task_id,
                "map_index": list(failure.path),
                "try_number": failure.try_number,
                "label": failure.label,
                "error": failure.error,
                "more_like_it": failure.like,
                "log_tail": read_tail(settings, instance, _LOG_LINES),
            }
            for failure, instance in shown.failed
        ],
        "not_run": [
            {
                "task_id": reason.task_id,
                "map_index": list(reason.path),
                "state": reason.state.label,
                "reason": reason.error,
            }
            for reason in shown.reasons
        ],
    }


def _times_as_data(counts: TaskCounts | None) -> dict[str, object]:
    if counts is None:
        return {"counts": {}, "first_started_at": None, "last_ended_at": None}
    return {
        "counts": counts_as_data(counts.counts),
        "first_started_at": instant_as_data(counts.first_started_at),
        "last_ended_at": instant_as_data(counts.last_ended_at),
    }
