"""`fanjet note`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from fanjet.cli.arguments import home_option
from fanjet.cli.finding import find_run, settings_of
from fanjet.cli.output import print_text, print_value
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader
from fanjet.store.service.switches import set_note


@click.command(name="note")
@click.argument("run")
@click.argument("text", required=False)
@click.option("--clear", is_flag=True, help="Take the note away.")
@home_option
def command(run: str, text: str | None, clear: bool, home: Path | None) -> None:
    """Keep TEXT as a note with RUN, in the place of the one before; without TEXT, print the note.

    RUN is the number of a run, its id, or - for the latest. `fanjet show` and the pages of the service show notes.
    """
    if clear and text is not None:
        raise click.UsageError("Give TEXT or --clear, not both.")
    database = Database.of(settings := settings_of(home))
    with Reader.open(database) as reader:
        number = find_run(reader, run).info.number
        note = reader.find_note(number)
    if text is None and not clear:
        print_value(f"{note}\n" if note else f"Run {number} has no note.\n")
        return
    with closing(open_writer(database, settings.db_busy_timeout_s)) as connection:
        set_note(connection, number, text)
    print_text(f"Run {number} has {'no note any more' if text is None else 'a new note'}: fanjet show {number}\n")
