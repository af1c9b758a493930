"""`fanjet show RUN TASK`: one instance with its tries, its rendered fields and its value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import msgspec

from fanjet.cli.finding import Found, find_task, get_path
from fanjet.cli.looks import LOOK_CANCELLED, LOOK_INTERRUPTED, LOOK_OF_STATE, Look
from fanjet.cli.progress_closing import instance_name, logs_command
from fanjet.cli.progress_lines import Line
from fanjet.cli.quantities import instant_as_data, say_duration, say_instant
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import Terminal
from fanjet.cli.text_width import cut
from fanjet.model import paths
from fanjet.model.states import State
from fanjet.model.texts import printable
from fanjet.runtime.values import to_json
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import InstanceRow, TryRow

_COLUMNS = (
    Column("TRY", right=True),
    Column("STATE"),
    Column("STARTED"),
    Column("TOOK", right=True),
    Column("ERROR", flexible=True),
)
_VALUE_CHARS = 400
#: What is recorded of others, such as a mark by hand, is no error.
_ERRORS = (State.FAILED, State.UP_FOR_RETRY, State.UPSTREAM_FAILED)
#: How the reason of a try begins that somebody cancelled.
_CANCELLED = "cancelled: "
#: The name of a field and its value stand on one line up to this width.
_NAME_WIDTH = 14


class ShownInstance(msgspec.Struct, frozen=True):
    """What is known of one instance."""

    found: Found
    path: paths.Path
    #: None while its first try runs.
    row: InstanceRow | None
    #: A try that was rescheduled or deferred has several parts.
    parts: list[TryRow]

    @property
    def state(self) -> State:
        """What it does now, or how it ended."""
        if self.row is None or (self.parts and self.parts[-1].state is State.RUNNING):
            return State.RUNNING
        return self.row.state

    @property
    def error(self) -> str | None:
        """Why it did not succeed, as far as there is an error."""
        return None if self.row is None else self.row.error


def read_instance(reader: Reader, run: str | None, task: str, map_index: paths.Path | None) -> ShownInstance:
    """Everything that is recorded of an instance.

    Raises:
        OperationError: There is no such run, task or instance, or it has not been said which instance.
    """
    found = find_task(reader, run, task, map_index)
    path = get_path(reader, found, "fanjet show")
    number = found.run.info.number, found.task.number
    return ShownInstance(found, path, reader.find_instance(*number, path), reader.tries(*number, path))


def instance_as_data(shown: ShownInstance) -> dict[str, Any]:
    """An instance for `--json`."""
    row, info = shown.row, shown.found.run.info
    return {
        "run": info.number,
        "dag_id": info.dag_id,
        "run_id": info.run_id,
        "task_id": shown.found.task.task_id,
        "operator": shown.found.task.operator,
        "map_index": list(shown.path),
        "state": shown.state.label,
        "label": row.label if row else None,
        "try_number": shown.parts[-1].try_number if shown.parts else 0,
        "ended_at": instant_as_data(row.ended_at) if row and shown.state is not State.RUNNING else None,
        "error": shown.error,
        "rendered": _rendered(row),
        "tries": [_part_as_data(part) for part in shown.parts],
        **({} if row is None or row.value is None else {"value": to_json(row.value)}),
    }


def _part_as_data(part: TryRow) -> dict[str, Any]:
    return {
        "try_number": part.try_number,
        "state": part.state.label,
        "cancelled": is_cancelled(part),
        "started_at": instant_as_data(part.started_at),
        "ended_at": instant_as_data(part.ended_at),
        "label": part.label,
        "error": part.error,
        "rendered": _rendered(part),
    }


def _rendered(row: InstanceRow | TryRow | None) -> Any:
    return None if row is None or row.rendered is None else json.loads(row.rendered)


def instance_lines(shown: ShownInstance, terminal: Terminal) -> list[Line]:
    """The whole screen."""
    lines = [_heading(shown, terminal), [("", "")], *_tries(shown, terminal)]
    if shown.error:
        lines += [[("", "")], [("error" if shown.state in _ERRORS else "reason", "bold")], *_block(shown.error)]
    rendered = _rendered(shown.row)
    if rendered:
        lines += [[("", "")], [("rendered fields", "bold")]]
        for name, value in rendered.items():
            lines += _field(name, value)
    if shown.row is not None and shown.row.value is not None:
        text = json.dumps(to_json(shown.row.value), ensure_ascii=False)
        lines += [[("", "")], [("value", "bold")], *_block(cut(text, _VALUE_CHARS, mark=terminal.symbol("…", "~")))]
    if any(part.log is not None and part.log.length for part in shown.parts):
        command = logs_command(shown.found.run.info.number, shown.found.task.task_id, shown.path)
        lines += [[("", "")], [(f"{terminal.symbol('→', '->')} ", "dim"), (command, "cyan")]]
    return lines


def _heading(shown: ShownInstance, terminal: Terminal) -> Line:
    look = _look_of(shown, shown.state)
    name = instance_name(shown.found.task.task_id, shown.path)
    label = f" ({printable(shown.row.label)})" if shown.row and shown.row.label else ""
    info = shown.found.run.info
    return [
        (f"{terminal.symbol(look.symbol, look.ascii_symbol)} {name}", f"bold {look.style}"),
        (f"{label}  {info.dag_id} run {info.number}  ", ""),
        (look.word, look.style),
    ]


def _look_of(shown: ShownInstance, state: State) -> Look:
    """A try that was running when its scheduler died is lost."""
    return LOOK_INTERRUPTED if state is State.RUNNING and not shown.found.run.owned else LOOK_OF_STATE[state]


def _tries(shown: ShownInstance, terminal: Terminal) -> Iterator[Line]:
    """A line per try; an error that is told in full below is not told here."""
    rows: list[list[str | Cell]] = []
    for number, group in groupby(shown.parts, key=lambda part: part.try_number):
        parts = list(group)
        first, last = parts[0], parts[-1]
        look = LOOK_CANCELLED if is_cancelled(last) else _look_of(shown, last.state)
        rows.append(
            [
                str(number),
                Cell(f"{terminal.symbol(look.symbol, look.ascii_symbol)} {look.word}", look.style),
                say_instant(first.started_at),
                _say_span(first.started_at, last.ended_at),
                "" if last.error == shown.error else last.error or "",
            ]
        )
    if not rows:
        yield [("no try of it was started", "dim")]
        return
    shown_columns = len(_COLUMNS) - (not any(row[-1] for row in rows))
    table = render_table(_COLUMNS[:shown_columns], [row[:shown_columns] for row in rows], terminal)
    for line in table.splitlines():
        yield [(line, "")]


def is_cancelled(part: TryRow) -> bool:
    """Whether somebody cancelled the try while it ran."""
    return part.state is State.FAILED and (part.error or "").startswith(_CANCELLED)


def _say_span(started_at: float | None, ended_at: float | None) -> str:
    return "-" if started_at is None or ended_at is None else say_duration(ended_at - started_at)


def _field(name: str, value: Any) -> list[Line]:
    """A short value beside its name, a long one below it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text.splitlines()) <= 1 and len(text) <= _VALUE_CHARS:
        return [[(f"  {name:<{_NAME_WIDTH}} ", "dim"), (printable(text), "")]]
    longer = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return [[(f"  {name}", "dim")], *_block(longer, "    ")]


def _block(text: str, indent: str = "  ") -> list[Line]:
    return [[(indent + printable(line), "")] for line in text.splitlines()]
