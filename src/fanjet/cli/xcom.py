"""`fanjet xcom`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
import msgspec

from fanjet.cli.arguments import Count, home_option, map_index_option
from fanjet.cli.finding import Found, find_task, settings_of
from fanjet.cli.output import json_option, print_json_rows, print_note, print_text
from fanjet.cli.progress_closing import instance_name
from fanjet.cli.quantities import say_count
from fanjet.cli.shown_values import value_as_data, value_line, value_screen
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import look_at
from fanjet.cli.text_width import cut
from fanjet.errors import OperationError
from fanjet.model import paths
from fanjet.model.states import ENDED, State
from fanjet.model.values import RETURN_VALUE
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader

_COLUMNS = (Column("INDEX"), Column("LABEL", flexible=True), Column("KEY"), Column("VALUE", flexible=True))
_VALUE_AT = 3
_LABEL_WIDTH = 60
_PRESENT = frozenset(State) - {State.REMOVED}


class _Value(msgspec.Struct, frozen=True):
    """One value of one instance."""

    path: paths.Path
    label: str | None
    key: str
    data: bytes
    state: State


@click.command(name="xcom")
@click.argument("run")
@click.argument("task")
@map_index_option
@click.option("--key", help="Only values under this key; what a task returns has the key return_value.")
@click.option("--limit", type=Count(0), default=100, show_default=True, help="At most so many; 0 for all.")
@click.option("--removed", is_flag=True, help="Also values of instances that a rerun has removed.")
@json_option
@home_option
def command(
    *,
    run: str,
    task: str,
    map_index: paths.Path | None,
    key: str | None,
    limit: int,
    removed: bool,
    as_json: bool,
    home: Path | None,
) -> None:
    """Print the values that instances of TASK returned or pushed.

    A large value is shown by the preview that was recorded of it; --json reads it where it is JSON.

    RUN is the number of a run, its id, the start of its id, or - for the latest. Without --map-index all instances
    of a mapped task are shown; in nested maps the first positions alone select everything below them. Instances that
    a rerun has removed are left out, unless --removed is given or one is named with its whole map index.
    """
    with Reader.open(Database.of(settings_of(home))) as reader:
        found = find_task(reader, run, task, map_index)
        values = list(islice(_iter_values(reader, found, key, removed=removed), limit + 1 if limit else None))
    more = bool(limit) and len(values) > limit
    values = values[:limit] if more else values
    if not values and not as_json:
        raise OperationError(_explain_none(found, key))
    problems: list[str] = []
    if as_json:
        print_json_rows(_as_data(value, problems) for value in values)
    elif len(values) == 1:
        print_text(value_screen(values[0].data, _whole_command(found, values[0]), look_at()))
    else:
        _print_table(values)
    _tell_earlier(values)
    for problem in problems:
        print_note(f"warning: {problem}")
    if more:
        print_note(f"There are more than {limit} values; see all with --limit 0.")


def _tell_earlier(values: list[_Value]) -> None:
    """Cleared instances keep their values until they end again."""
    count = len({value.path for value in values if value.state not in ENDED})
    if count:
        print_note(f"Values of {say_count(count, 'instance')} are from before: their new tries have not ended.")


def _iter_values(reader: Reader, found: Found, key: str | None, *, removed: bool) -> Iterator[_Value]:
    run, task = found.run.info.number, found.task
    if found.path is not None and len(found.path) > task.depth:
        raise OperationError(f"The map index {paths.show(found.path)} has too many positions for {task.task_id}.")
    is_one = found.path is not None and len(found.path) == task.depth
    states = None if removed or is_one else _PRESENT
    for row in reader.iter_instances(run, task.number, found.path or (), states=states):
        for name, data in sorted(reader.xcoms(run, task.number, row.path).items(), key=_return_value_first):
            if key is None or name == key:
                yield _Value(row.path, row.label, name, data, row.state)


def _return_value_first(item: tuple[str, bytes]) -> tuple[bool, str]:
    return item[0] != "return_value", item[0]


def _as_data(value: _Value, problems: list[str]) -> dict[str, Any]:
    return {
        "map_index": list(value.path),
        "state": value.state.label,
        "label": value.label,
        "key": value.key,
        "value": value_as_data(value.data, problems),
    }


def _whole_command(found: Found, value: _Value) -> str:
    """What prints all of a value."""
    place = f" --map-index {paths.show(value.path)}" if value.path else ""
    key = "" if value.key == RETURN_VALUE else f" --key {value.key}"
    return f"fanjet xcom {found.run.info.number} {found.task.task_id}{place}{key} --json"


def _print_table(values: list[_Value]) -> None:
    """A line per value; columns that say nothing are left out."""
    rows: list[list[str | Cell]] = [
        [paths.show(value.path), cut(value.label or "", _LABEL_WIDTH), value.key, value_line(value.data)]
        for value in values
    ]
    useful = [at for at in range(len(_COLUMNS)) if at == _VALUE_AT or len({row[at] for row in rows} - {""}) > 1]
    print_text(render_table([_COLUMNS[at] for at in useful], [[row[at] for at in useful] for row in rows], look_at()))


def _explain_none(found: Found, key: str | None) -> str:
    name = instance_name(found.task.task_id, found.path or ())
    what = f"value {key!r}" if key else "value"
    return f"{name} has no {what} in run {found.run.info.number}: it returned None, or has not succeeded."
