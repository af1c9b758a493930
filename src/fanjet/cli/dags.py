"""`fanjet dags`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from fanjet.bootstrap.dag_folders import look_at_folder, switch
from fanjet.cli.arguments import home_option
from fanjet.cli.dag_errors import render_dag_errors, shorten_path
from fanjet.cli.dag_page import dag_lines
from fanjet.cli.finding import settings_of
from fanjet.cli.looks import LOOK_OF_RUN
from fanjet.cli.output import json_option, print_json, print_json_rows, print_text
from fanjet.cli.quantities import instant_as_data, say_count, say_instant
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import Terminal, look_at
from fanjet.model.texts import printable
from fanjet.parsing.report import ParseError
from fanjet.settings import load_settings
from fanjet.store.database.database import Database
from fanjet.store.service.dag_overview import DagOverview, LastRun
from fanjet.store.service.rows import DagRow

_COLUMNS = (
    Column("DAG", flexible=True),
    Column("SCHEDULE", flexible=True),
    Column("NEXT RUN"),
    Column("LAST RUN"),
    Column("FILE", flexible=True),
)
_EMPTY = "The DAG folder has no DAG.\n"


@click.group(name="dags")
def command() -> None:
    """Show and switch the DAGs of the service's folder.

    `fanjet up` looks at the folder by itself; these commands read what it has found, and work without it too.
    """


@command.command(name="list")
@json_option
@home_option
def list_(as_json: bool, home: Path | None) -> None:
    """List the DAGs: schedule, next run, how the last run went."""
    with _open(home) as reader:
        dags, runs, errors = reader.list_all_dags(), reader.list_last_runs(), reader.list_import_errors()
    if as_json:
        print_json_rows(_as_data(dag, runs.get(dag.dag_id)) for dag in dags)
        return
    terminal = look_at()
    rows = [_as_row(dag, runs.get(dag.dag_id), terminal) for dag in dags]
    print_text(render_table(_COLUMNS, rows, terminal) if rows else _EMPTY)
    if errors:
        count = say_count(len(errors), "file")
        has = "has" if len(errors) == 1 else "have"
        print_text(f"\n{count} {has} errors: fanjet dags errors\n")


@command.command()
@click.argument("dag_id", metavar="DAG")
@json_option
@home_option
def show(dag_id: str, as_json: bool, home: Path | None) -> None:
    """Show one DAG: where it comes from, when it runs, its tasks and its latest runs."""
    with _open(home) as reader:
        dag = reader.get_known_dag(dag_id)
        runs = reader.list_service_runs(dag_id=dag_id, limit=5)
        errors = reader.find_errors_of(dag.folder, dag.file)
        versions, last = reader.count_versions(dag_id), reader.list_last_runs().get(dag_id)
    if as_json:
        spec = msgspec.to_builtins(dag.spec)
        print_json({**_as_data(dag, last), "versions": versions, "errors": errors, "spec": spec})
        return
    terminal = look_at()
    print_text(dag_lines(dag, runs, versions, terminal))
    print_text(render_dag_errors(_read_errors(errors), terminal))


@command.command()
@click.argument("dag_ids", nargs=-1, required=True, metavar="DAG...")
@home_option
def pause(dag_ids: tuple[str, ...], home: Path | None) -> None:
    """Start no more runs of DAGs; what is under way goes on."""
    switch(settings_of(home), dag_ids, paused=True)
    print_text(f"{_name(dag_ids)} paused. fanjet dags unpause {' '.join(dag_ids)}\n")


@command.command()
@click.argument("dag_ids", nargs=-1, required=True, metavar="DAG...")
@home_option
def unpause(dag_ids: tuple[str, ...], home: Path | None) -> None:
    """Have DAGs run by their schedules, and start runs of them that wait."""
    switch(settings_of(home), dag_ids, paused=False)
    print_text(f"{_name(dag_ids)} switched on.\n")


@command.command()
@click.option("--traceback", "with_traceback", is_flag=True, help="Show where the errors come from.")
@json_option
@home_option
def errors(with_traceback: bool, as_json: bool, home: Path | None) -> int:
    """Show what is wrong with the files of the folder.

    Exit status: 0 when nothing is, else 2.
    """
    with _open(home) as reader:
        rows = reader.list_import_errors()
    found = [error for row in rows for error in _read_errors(row.errors)]
    if as_json:
        print_json_rows(msgspec.structs.asdict(error) for error in found)
    elif found:
        _print_errors(found, look_at(), with_traceback=with_traceback)
    else:
        print_text("Nothing is wrong with the files of the DAG folder.\n")
    return 2 if found else 0


@command.command()
@click.option("--dags", metavar="FOLDER", help="The folder; by default that of the service.")
@json_option
@home_option
def reparse(dags: str | None, as_json: bool, home: Path | None) -> int:
    """Load all files of the folder now, whether they have changed or not.

    Exit status: 0 when all could be loaded, else 2.
    """
    looked = look_at_folder(load_settings({"home": home and str(home), "dags": dags}))
    if as_json:
        errors = [msgspec.structs.asdict(error) for error in looked.errors]
        print_json({"folder": str(looked.folder), "files": looked.files, "dags": looked.dags, "errors": errors})
        return 2 if looked.errors else 0
    terminal = look_at()
    print_text(render_dag_errors(looked.errors, terminal))
    verdict = say_count(len(looked.errors), "error") if looked.errors else "no errors"
    style = "bold red" if looked.errors else "green"
    counts = f"{say_count(looked.files, 'file')}, {say_count(looked.dags, 'DAG')}"
    print_text(f"{shorten_path(str(looked.folder))}: {counts}: {terminal.style(verdict, style)}\n")
    return 2 if looked.errors else 0


def _open(home: Path | None) -> DagOverview:
    return DagOverview.open(Database.of(settings_of(home)))


def _print_errors(found: list[ParseError], terminal: Terminal, *, with_traceback: bool) -> None:
    for error in found:
        print_text(render_dag_errors([error], terminal))
        if with_traceback and error.traceback:
            print_text("".join(f"    {printable(line)}\n" for line in error.traceback.splitlines()))
    if not with_traceback and any(error.traceback for error in found):
        print_text("\nfanjet dags errors --traceback shows where they come from.\n")


def _read_errors(errors: list[dict[str, object]]) -> list[ParseError]:
    return [msgspec.convert(error, ParseError) for error in errors]


def _name(dag_ids: tuple[str, ...]) -> str:
    return f"{dag_ids[0]} is" if len(dag_ids) == 1 else f"{len(dag_ids)} DAGs are"


def _as_row(dag: DagRow, last: LastRun | None, terminal: Terminal) -> list[str | Cell]:
    look = None if last is None else LOOK_OF_RUN[last.state]
    return [
        dag.dag_id,
        dag.spec.schedule or "-",
        _say_next(dag),
        "-" if look is None else Cell(f"{terminal.symbol(look.symbol, look.ascii_symbol)} {look.word}", look.style),
        Cell(dag.file, "dim"),
    ]


def _say_next(dag: DagRow) -> str | Cell:
    if dag.is_paused:
        return Cell("paused", "yellow")
    return say_instant(dag.next_run_after) if dag.plan_error is None else Cell("error", "red")


def _as_data(dag: DagRow, last: LastRun | None) -> dict[str, Any]:
    return {
        "dag_id": dag.dag_id,
        "schedule": dag.spec.schedule,
        "is_paused": dag.is_paused,
        "is_present": dag.is_present,
        "next_run_after": instant_as_data(dag.next_run_after),
        "schedule_error": dag.plan_error,
        "last_run": None if last is None else {"run": last.run, "state": last.state.label},
        "folder": dag.folder,
        "file": dag.file,
        "version": dag.version,
        "description": dag.spec.description,
        "tags": list(dag.spec.tags),
        "tasks": [task.task_id for task in dag.spec.tasks],
    }
