"""`fanjet db`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from fanjet.cli.arguments import home_option
from fanjet.cli.finding import settings_of
from fanjet.cli.output import json_option, print_json, print_note, print_text
from fanjet.cli.terminal import look_at
from fanjet.errors import OperationError
from fanjet.settings import Settings
from fanjet.store.database.connections import open_as_it_is
from fanjet.store.database.copying import Progress, copy_database
from fanjet.store.database.database import Database
from fanjet.store.database.faults import explained
from fanjet.store.database.port import Connection
from fanjet.store.database.upgrades import can_upgrade, upgrade
from fanjet.store.database.versions import SCHEMA_VERSION, check_version, find_version


@click.group(name="db")
def command() -> None:
    """Look at the database, bring it up to date, copy it."""


@command.command()
@home_option
@json_option
def current(home: Path | None, as_json: bool) -> None:
    """Print which database is used, and whether it is up to date."""
    settings = settings_of(home)
    database = Database.of(settings)
    connection = open_as_it_is(database, settings.db_busy_timeout_s)
    version, state = None, "not made yet"
    if connection is not None:
        with explained(database.shown), closing(connection):
            version, state = _look(connection)
    if as_json:
        found = {"database": database.shown, "schema": version, "known": SCHEMA_VERSION, "state": state}
        print_json(found)
    else:
        schema = "" if version is None else f"schema {version}, "
        print_text(f"{database.shown}: {schema}{state}. This Fanjet knows schema {SCHEMA_VERSION}.\n")


def _look(connection: Connection) -> tuple[int | None, str]:
    """The version of the schema, and what that means."""
    version = find_version(connection)
    if version is None or version == SCHEMA_VERSION:
        return version, "not made yet" if version is None else "up to date"
    if can_upgrade(connection):
        return version, "older; `fanjet db upgrade` brings it up to date"
    return version, "newer; upgrade Fanjet" if version > SCHEMA_VERSION else "too old to be upgraded"


@command.command(name="upgrade")
@home_option
def upgrade_(home: Path | None) -> None:
    """Bring the database of an older Fanjet up to date.

    A SQLite file is upgraded by whatever opens it first. A PostgreSQL database waits for this command, because
    schedulers of the older release may be using it: stop them before.
    """
    settings = settings_of(home)
    database = Database.of(settings)
    connection = open_as_it_is(database, settings.db_busy_timeout_s)
    was = None
    if connection is not None:
        with explained(database.shown), closing(connection):
            was = upgrade(connection)
            if was is not None:
                check_version(connection)
    if was is None:
        raise OperationError(f"There is no database of Fanjet at {database.shown} yet; the first run makes it.")
    changed = f"upgraded from schema {was} to {SCHEMA_VERSION}" if was != SCHEMA_VERSION else "up to date already"
    print_text(f"{database.shown}: {changed}.\n")


@command.command(name="copy")
@click.option("--from", "source", metavar="WHERE", help="A home or a URL; by default the database of the settings.")
@click.option("--to", "target", metavar="WHERE", required=True, help="A home or a URL. It must be empty.")
@home_option
def copy_(source: str | None, target: str, home: Path | None) -> None:
    """Copy everything that is recorded to another database.

    All or nothing is copied. Logs, values, kept files and the key stay in the home: go on with the same FANJET_HOME.
    A password is better left out of the URL: PGPASSWORD or ~/.pgpass give it too.
    """
    settings = settings_of(home)
    one = Database.of(settings) if source is None else _find_database(source, settings)
    other = _find_database(target, settings)
    with _shown_progress() as progress:
        counts = copy_database(one, other, progress)
    runs, instances, rows = counts["run"], counts["instance"], sum(counts.values())
    print_text(f"Copied to {other.shown}: {runs:,} runs, {instances:,} instances, {rows:,} rows in all.\n")
    if other.url is not None:
        print_text("To use it: set FANJET_DATABASE to that URL.\n")


def _find_database(text: str, settings: Settings) -> Database:
    """A URL, or the SQLite file of a home."""
    if "://" in text:
        return Database.at(settings.home, text)
    if not text:
        raise OperationError("An empty text names no database. Fix: a home, or postgresql://user@host/name.")
    return Database(Path(text).expanduser().absolute())


@contextmanager
def _shown_progress() -> Iterator[Progress]:
    """A bar on a terminal, a line per table elsewhere; on the standard error."""
    if not look_at(sys.stderr).live:
        yield _print_table
        return
    from rich import progress as bar  # noqa: PLC0415 - late: only a terminal needs it
    from rich.console import Console  # noqa: PLC0415 - as above

    columns = (
        bar.TextColumn("{task.description}"),
        bar.BarColumn(),
        bar.MofNCompleteColumn(),
        bar.TimeRemainingColumn(),
    )
    with bar.Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        numbers: dict[str, bar.TaskID] = {}

        def show(table: str, done: int, total: int) -> None:
            if table not in numbers:
                numbers[table] = bars.add_task(table, total=total)
            bars.update(numbers[table], completed=done)

        yield show


def _print_table(table: str, done: int, total: int) -> None:
    if done == total:
        print_note(f"{table}: {total:,} rows")
