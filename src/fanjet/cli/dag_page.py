"""One DAG of a service on a screen."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fanjet.cli.looks import LOOK_OF_RUN
from fanjet.cli.quantities import say_count, say_duration, say_instant
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import Terminal
from fanjet.cli.text_width import cut
from fanjet.model.spec import DagSpec, ParamSpec
from fanjet.model.texts import printable
from fanjet.store.service.rows import DagRow, ServiceRunRow

_LABEL_WIDTH = 13
_RUNS = (Column("RUN", right=True), Column("STATE"), Column("STARTED"), Column("TOOK", right=True), Column("RUN ID"))
_TASKS = (Column("TASK", flexible=True), Column("OPERATOR"), Column("AFTER", flexible=True))
_MOST_TASKS = 30


def dag_lines(dag: DagRow, runs: Sequence[ServiceRunRow], versions: int, terminal: Terminal) -> str:
    """What there is to say of it, with an end of line."""
    spec = dag.spec
    state = ("paused", "yellow") if dag.is_paused else ("on", "green")
    if not dag.is_present:
        state = ("gone: no file has it any more", "red")
    facts = [
        ("file", f"{dag.folder}/{dag.file}"),
        ("schedule", spec.schedule or "none: only started by hand"),
        ("next run", _say_next(dag)),
        ("version", f"{dag.version} ({say_count(versions, 'version')} so far)"),
        ("tags", ", ".join(spec.tags)),
        ("owners", ", ".join(sorted({task.owner for task in spec.tasks if task.owner}))),
        ("parameters", ", ".join(map(_say_param, spec.params))),
        ("description", (spec.description or "").strip().partition("\n")[0]),
    ]
    text = f"{terminal.style(printable(dag.dag_id), 'bold')}  {terminal.style(*state)}\n"
    for label, fact in facts:
        if fact:
            room = max(terminal.width - _LABEL_WIDTH - 2, 20)
            shown = cut(printable(fact), room) if terminal.live else printable(fact)
            text += f"  {terminal.style(f'{label:{_LABEL_WIDTH}}', 'dim')}{shown}\n"
    text += "\n" + render_table(_TASKS, _task_rows(spec), terminal)
    if len(spec.tasks) > _MOST_TASKS:
        text += f"... and {len(spec.tasks) - _MOST_TASKS:,} more\n"
    if runs:
        text += "\n" + render_table(_RUNS, [_run_row(row, terminal) for row in runs], terminal)
    return text + "\n"


def _say_next(dag: DagRow) -> str:
    if dag.plan_error is not None:
        return "not known: see the error below"
    return "-" if dag.is_paused else say_instant(dag.next_run_after)


def _say_param(param: ParamSpec) -> str:
    return param.name if param.default is None else f"{param.name}={json.dumps(json.loads(param.default))}"


def _task_rows(spec: DagSpec) -> list[list[str | Cell]]:
    return [
        [
            task.task_id + ("[]" if task.depth else ""),
            task.operator,
            ", ".join(spec.tasks[number].task_id for number in task.upstream) or "-",
        ]
        for task in spec.tasks[:_MOST_TASKS]
    ]


def _run_row(row: ServiceRunRow, terminal: Terminal) -> list[str | Cell]:
    run, look = row.run, LOOK_OF_RUN[row.run.state]
    took_s = None if run.ended_at is None else (run.ended_at - run.info.started_at).total_seconds()
    return [
        str(run.info.number),
        Cell(f"{terminal.symbol(look.symbol, look.ascii_symbol)} {look.word}", look.style),
        say_instant(run.started_at),
        "-" if took_s is None else say_duration(took_s),
        Cell(run.info.run_id, "dim"),
    ]
