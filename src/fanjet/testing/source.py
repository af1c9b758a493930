"""Finds the DAG that a test means: an object, a function that makes one, or a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fanjet.authoring.dag import DAG
from fanjet.bootstrap.requests import DagFileError
from fanjet.errors import OperationError
from fanjet.parsing.bundle import find_root
from fanjet.parsing.loader import load_file
from fanjet.parsing.spec_builder import BuiltDag, build_spec
from fanjet.testing.places import say_nearest


def load_dag(source: DAG | Callable[[], Any] | str | os.PathLike[str], dag_id: str | None) -> BuiltDag:
    """The DAG to run.

    Args:
        source: The DAG, a function that makes it (such as one decorated with ``@dag``), or the path of its file.
        dag_id: Which one of a file with several.

    Raises:
        DagFileError: The file cannot be loaded.
        DagError: The DAG is wrong.
        OperationError: There is no such file or DAG.
    """
    if isinstance(source, str | os.PathLike):
        return _load_file(Path(source), dag_id)
    dag = source() if callable(source) and not isinstance(source, DAG) else source
    if not isinstance(dag, DAG):
        what = f"a function that returns {dag!r:.60}" if callable(source) else f"{source!r:.60}"
        raise OperationError(f"{what} is no DAG. Fix: give a DAG, a @dag function, or the path of a DAG file.")
    if dag_id is not None and dag.dag_id != dag_id:
        raise OperationError(f"The DAG is '{dag.dag_id}', not {dag_id!r}. Fix: leave dag_id out.")
    return build_spec(dag, file=Path(dag.definition.file).name if dag.definition else "")


def _load_file(path: Path, dag_id: str | None) -> BuiltDag:
    path = path.absolute()
    loaded = load_file(path, find_root(path))
    if loaded.errors:
        if any(error.message == "KeyboardInterrupt" for error in loaded.errors):
            raise KeyboardInterrupt
        raise DagFileError(loaded.errors)
    of_id = {built.spec.dag_id: built for built in loaded.dags}
    if dag_id is None:
        if len(of_id) > 1:
            raise OperationError(
                f"{path.name} has {len(of_id)} DAGs. Fix: name one by dag_id: {', '.join(map(repr, of_id))}."
            )
        return loaded.dags[0]
    if dag_id not in of_id:
        raise OperationError(f"{path.name} has no DAG {dag_id!r}. {say_nearest(dag_id, of_id)}")
    return of_id[dag_id]
