"""Kinds of arguments: JSON objects, instants, map indexes, files to run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from fanjet.model import paths

_Function = TypeVar("_Function", bound=Callable[..., Any])


class JsonObject(click.ParamType):
    """A JSON object such as ``{"depth": 3}``."""

    name = "JSON"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        """The object as a dict."""
        if isinstance(value, dict):
            return value
        try:
            found = json.loads(str(value))
        except json.JSONDecodeError as error:
            self.fail(f"{value!r} is not valid JSON ({error}). Write for example '{{\"depth\": 3}}'.", param, ctx)
        if not isinstance(found, dict):
            self.fail(f"{value!r} is no JSON object. Write for example '{{\"depth\": 3}}'.", param, ctx)
        return found


class Instant(click.ParamType):
    """An ISO 8601 date or date and time; UTC where it names no offset."""

    name = "ISO"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """An aware datetime."""
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no ISO 8601 date. Write for example 2026-01-31 or 2026-01-31T06:00Z.", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


class MapIndex(click.ParamType):
    """A map index: positions from the outermost map to the innermost, ``3`` or ``3,7``; ``-`` for none."""

    name = "INDEX"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> paths.Path:
        """The path."""
        if isinstance(value, tuple):
            return value
        try:
            return paths.parse(str(value).strip().removeprefix("[").removesuffix("]"))
        except ValueError:
            self.fail(f"{value!r} is no map index. Write positions such as 3 or 3,7, counted from 0.", param, ctx)


def check_file(file: Path) -> Path:
    """A DAG file that can be read.

    Raises:
        click.BadParameter: It cannot; a near name is suggested.
    """
    if file.is_dir():
        raise click.BadParameter(f"{file} is a folder. Name one DAG file; `fanjet check {file}` looks at all of them.")
    if not file.exists():
        folder = file.parent
        names = [path.name for path in folder.glob("*.py")] if folder.is_dir() else []
        near = get_close_matches(file.name, names, n=1)
        raise click.BadParameter(f"there is no file {file}." + (f" Did you mean {folder / near[0]}?" if near else ""))
    return file


def home_option(function: _Function) -> _Function:
    """Adds `--home`."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="The folder of the database and the logs, instead of FANJET_HOME or ~/.fanjet.",
    )(function)


def map_index_option(function: _Function) -> _Function:
    """Adds `--map-index`, as the argument `map_index`: a path, None when not given."""
    return click.option(
        "--map-index", "-i", type=MapIndex(), help="Which instance of a mapped task: 3, or 3,7 in nested maps."
    )(function)
