"""The pytest plugin: the fixture `run_dag`. pytest loads it in every run, so it imports nothing of weight."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def run_dag(request: pytest.FixtureRequest) -> Any:
    """Run a DAG to its end, here and now: `fanjet.testing.run_dag`.

    A relative path of a DAG file counts from the current folder, from pytest's root folder, or from the folder of the
    test file, wherever the file is.
    """
    from fanjet.testing.run import run_dag as run  # noqa: PLC0415 - late: most tests run no DAG

    return partial(_run, run, (Path.cwd(), request.config.rootpath, request.path.parent))


def _run(run: Any, folders: tuple[Path, ...], dag: Any, **arguments: Any) -> Any:
    __tracebackhide__ = True
    if isinstance(dag, str | os.PathLike):
        dag = next((folder / dag for folder in folders if (folder / dag).is_file()), dag)
    return run(dag, **arguments)
