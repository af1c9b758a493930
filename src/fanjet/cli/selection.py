"""The options by which people say which instances of a run they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from fanjet.bootstrap.requests import Selection
from fanjet.cli.index_ranges import read_paths
from fanjet.model.paths import Path

_Function = TypeVar("_Function", bound=Callable[..., Any])


def map_indexes_option(function: _Function) -> _Function:
    """Adds `--map-index`, several times, as the argument `map_indexes`: a list of paths for each."""
    return click.option(
        "--map-index",
        "-i",
        "map_indexes",
        type=read_paths,
        multiple=True,
        metavar="INDEX",
        help="Only these instances: 3, 0-9, or 3,7 in nested maps, where 3 is all of 3,*. May be given several times.",
    )(function)


def make_selection(tasks: Sequence[str], map_indexes: Sequence[Sequence[Path]]) -> Selection:
    """What is meant. A task may carry its map index: ``train[3,7]``.

    Raises:
        click.BadParameter: A map index in brackets is none.
        click.UsageError: A map index without a task, or both ways at once.
    """
    names: list[str] = []
    paths = [path for each in map_indexes for path in each]
    for task in tasks:
        name, bracket, rest = task.partition("[")
        if bracket and rest.endswith("]"):
            if map_indexes or len(tasks) > 1:
                raise click.UsageError(f"Give the map index in {task!r} or with --map-index, and for one task only.")
            paths += read_paths(rest[:-1])
            task = name  # noqa: PLW2901 - the rest of it has been read
        names.append(task)
    if paths and not names:
        raise click.UsageError("A map index goes with a task: name it with --task.")
    return Selection(tasks=tuple(names), paths=tuple(dict.fromkeys(paths)))
