"""Loads a DAG file into the running process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

import msgspec

from fanjet.airflow.finder import airflow_names
from fanjet.authoring.dag import DAG
from fanjet.authoring.dag_collection import collect_dags
from fanjet.authoring.dag_decorator import find_factories
from fanjet.authoring.registry import take_registered
from fanjet.errors import DagError
from fanjet.parsing.load_errors import explain_load_error, find_traceback
from fanjet.parsing.report import ParseError, ParseReport
from fanjet.parsing.search_path import extend_search_path, find_project_folders
from fanjet.parsing.spec_builder import BuiltDag, build_spec
from fanjet.runtime.secrets import SECRETS

#: Runs the code of a file (its text, its path) in the variables of a module.
Execute: TypeAlias = Callable[[bytes, Path, dict[str, Any]], None]


class LoadedFile(NamedTuple):
    """What a DAG file provides; no DAGs when there is any error."""

    dags: list[BuiltDag]
    errors: list[ParseError]


def execute_file(text: bytes, path: Path, variables: dict[str, Any]) -> None:
    """Run the code of a file as Python does."""
    exec(compile(text, str(path), "exec", dont_inherit=True), variables)  # noqa: S102 - its purpose


def load_file(path: Path, root: Path, *, execute: Execute = execute_file) -> LoadedFile:
    """Run a DAG file and build the specs of its DAGs.

    It runs once per process: what it leaves behind (modules, context, threads) stays. The folder of the file, `root`
    and the project's ``dags`` and ``plugins`` are put on `sys.path`. ``import airflow`` gives Fanjet's names meanwhile.

    Args:
        path: The file.
        root: The root of its bundle.
        execute: Runs the file's code.
    """
    path, root = path.absolute(), root.absolute()
    if not path.is_file():
        return _fail(ParseError(str(path), None, "missing", "There is no such file."))
    extend_search_path(path.parent, root, *find_project_folders(path))
    with airflow_names():
        return _load(path, root, execute)


def _load(path: Path, root: Path, execute: Execute) -> LoadedFile:
    module = _make_module(path)
    take_registered()  # what this process made before is not the file's
    try:
        execute(path.read_bytes(), path, module.__dict__)
    except BaseException as error:  # noqa: BLE001 - it is the file's, and reported
        found = explain_load_error(error, path)
        trace = find_traceback(error, path)
        masked = SECRETS.mask(found.message), trace and SECRETS.mask(trace)
        return _fail(msgspec.structs.replace(found, message=masked[0], traceback=masked[1]))
    dags = collect_dags(vars(module))
    return _build(dags, path, root) if dags else _fail(_explain_no_dag(module, path))


def make_report(loaded: LoadedFile, duration_s: float) -> ParseReport:
    """What another process is told of a file that was loaded."""
    places = {dag.spec.dag_id: (dag.definition.file, dag.definition.line) for dag in loaded.dags if dag.definition}
    return ParseReport([dag.spec for dag in loaded.dags], loaded.errors, duration_s, places)


def _explain_no_dag(module: ModuleType, path: Path) -> ParseError:
    for name, function in find_factories(vars(module)).items():
        line = function.__wrapped__.__code__.co_firstlineno
        message = f"The @dag function '{name}' is never called, so the file defines no DAG."
        return ParseError(str(path), line, "uncalled", message, f"write {name}() at the end of the file")
    fix = "call the @dag function at the top level of the file, or create the DAG there"
    return ParseError(str(path), None, "empty", "The file defines no DAG.", fix)


def _make_module(path: Path) -> ModuleType:
    """A module that is registered like an imported one, so that helper modules and pickles find the same one.

    It has its natural name where that leads to this file, otherwise (`pandas.py`, `my dag.py`) one that clashes with
    nothing. No bytecode is cached: two changes within a second would leave the cache behind.
    """
    name = path.stem
    found = PathFinder.find_spec(name) if name.isidentifier() and name not in sys.modules else None
    if found is None or found.origin != str(path):
        name = f"fanjet_dag_file_{name}"
    module = ModuleType(name)
    module.__file__ = str(path)
    module.__spec__ = ModuleSpec(name, None, origin=str(path))
    module.__spec__.has_location = True
    sys.modules[name] = module
    return module


def _build(dags: list[DAG], path: Path, root: Path) -> LoadedFile:
    errors = _find_duplicates(dags, path)
    built: list[BuiltDag] = []
    file = str(path.relative_to(root) if path.is_relative_to(root) else path)
    for dag in dags:
        try:
            built.append(build_spec(dag, file=file))
        except DagError as error:
            errors.append(explain_load_error(error, path))
    return LoadedFile([], errors) if errors else LoadedFile(built, [])


def _find_duplicates(dags: list[DAG], path: Path) -> list[ParseError]:
    seen: dict[str, DAG] = {}
    errors = []
    for dag in dags:
        first = seen.setdefault(dag.dag_id, dag)
        if first is not dag:
            where = f", first in line {first.definition.line}" if first.definition else ""
            line = dag.definition.line if dag.definition else None
            message = f"Two DAGs have the id '{dag.dag_id}'{where}."
            errors.append(ParseError(str(path), line, "duplicate", message, "give one of them another dag_id"))
    return errors


def _fail(error: ParseError) -> LoadedFile:
    return LoadedFile([], [error])
