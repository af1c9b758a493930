"""Kinds of arguments: JSON objects, instants, map indexes, files to run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from fanjet.errors import OperationError
from fanjet.model import paths
from fanjet.model.instants import check_date
from fanjet.model.json_texts import check_json
from fanjet.settings.convert import convert_seconds
from fanjet.settings.table import MOST_SLOTS

_JSON_EXAMPLE = "Write for example '{\"depth\": 3}'."
#: Of what was given, in an error about it.
_MOST_SHOWN = 200
_Function = TypeVar("_Function", bound=Callable[..., Any])


class Count(click.IntRange):
    """A whole number that can be counted to: no database and no list takes larger ones.

    Args:
        least: The smallest that makes sense.
    """

    def __init__(self, least: int) -> None:
        super().__init__(least, MOST_SLOTS)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number.

        Raises:
            click.BadParameter: It is none, or out of bounds.
        """
        found = click.INT.convert(value, param, ctx)
        if found > MOST_SLOTS:
            self.fail(f"{str(value)[:_MOST_SHOWN]} is too large; the most is {MOST_SLOTS:,}.", param, ctx)
        return super().convert(value, param, ctx)

    def _describe_range(self) -> str:
        return f"x>={self.min}"


def read_json_object(text: str) -> dict[str, Any]:
    """A JSON object such as ``{"depth": 3}``.

    Raises:
        click.BadParameter: It is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"{text[:_MOST_SHOWN]!r} is not valid JSON ({error}). {_JSON_EXAMPLE}") from None
    if not isinstance(found, dict):
        raise click.BadParameter(f"{text[:_MOST_SHOWN]!r} is no JSON object. {_JSON_EXAMPLE}")
    check_json(found, "JSON object")
    return found


def read_instant(text: str) -> datetime:
    """An aware datetime from an ISO 8601 date or date and time; UTC where it names no offset.

    Raises:
        click.BadParameter: It is none.
        OperationError: It is too near to the ends of the calendar.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        example = "Write for example 2026-01-31 or 2026-01-31T06:00Z."
        raise click.BadParameter(f"{text!r} is no ISO 8601 date. {example}") from None
    return check_date(found if found.tzinfo else found.replace(tzinfo=UTC))


def read_duration(text: str) -> float:
    """Seconds, from a number with or without a unit: ``30``, ``12h``, ``90d``.

    Raises:
        click.BadParameter: It is something else.
    """
    try:
        return convert_seconds(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no length of time. Write for example 90d, 12h or 30m.") from None


def read_map_index(text: str) -> paths.Path:
    """Positions from the outermost map to the innermost, ``3`` or ``3,7``; ``-`` for none.

    Raises:
        click.BadParameter: It is something else.
    """
    try:
        return paths.parse(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        example = "Write positions such as 3 or 3,7, counted from 0."
        raise click.BadParameter(f"{text!r} is no map index. {example}") from None


def check_file(file: Path) -> Path:
    """A DAG file that can be read.

    Raises:
        OperationError: It cannot; a near name is suggested.
    """
    if file.is_dir():
        raise OperationError(f"{file} is a folder. Name one DAG file; `fanjet check {file}` looks at all of them.")
    if file.is_symlink() and not file.exists():
        raise OperationError(f"{file} is a link to {file.readlink()}, which is not there.")
    if not file.exists():
        folder = file.parent
        names = [path.name for path in folder.glob("*.py")] if folder.is_dir() else []
        near = get_close_matches(file.name, names, n=1)
        raise OperationError(f"There is no file {file}." + (f" Did you mean {folder / near[0]}?" if near else ""))
    return file


def home_option(function: _Function) -> _Function:
    """Adds `--home`."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="The folder of the database and the logs, instead of FANJET_HOME or ~/.fanjet.",
    )(function)


def params_options(function: _Function) -> _Function:
    """Adds `--params` and `--conf`, as arguments of these names: dictionaries."""
    params = click.option(
        "--params",
        type=read_json_object,
        metavar="JSON",
        default="{}",
        help="Values for the parameters of the DAG: '{\"depth\": 3}'.",
    )
    conf = click.option(
        "--conf",
        type=read_json_object,
        metavar="JSON",
        default="{}",
        help="The configuration of the run, for `dag_run.conf`.",
    )
    return params(conf(function))


def map_index_option(function: _Function) -> _Function:
    """Adds `--map-index`, as the argument `map_index`: a path, None when not given."""
    return click.option(
        "--map-index",
        "-i",
        type=read_map_index,
        metavar="INDEX",
        help="Which instance of a mapped task: 3, or 3,7 in nested maps.",
    )(function)
