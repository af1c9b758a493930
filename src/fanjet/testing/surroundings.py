"""The process as a test's run finds it, and leaves it."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from fanjet.errors import OperationError
from fanjet.model.requests import Found, Request, Response
from fanjet.runtime.connections import Connection, parse_json, parse_uri
from fanjet.runtime.lookups import LOOKUPS
from fanjet.runtime.secrets import SECRETS

_VARIABLE = "FANJET_VAR_"
_CONNECTION = "FANJET_CONN_"
_FIELDS = ("conn_type", "host", "login", "password", "schema", "port", "extra", "description")


@contextmanager
def surroundings(variables: Mapping[str, Any], connections: Mapping[str, Any]) -> Iterator[None]:
    """Give variables and connections for the time of the block, and leave everything as it was before.

    Restored are: what was set in the environment for it, the search path, modules that came from folders added to it,
    the current folder, logging, and the secrets that are masked.

    Args:
        variables: Texts, or values that become JSON, by name.
        connections: URIs, dicts of fields or `Connection` objects, by id.

    Raises:
        OperationError: One of them cannot be used.
    """
    with ExitStack() as stack:
        stack.enter_context(_secrets())
        stack.enter_context(LOOKUPS.asking_through(_find_nothing, is_loading=True))
        stack.enter_context(_environment({**_read_variables(variables), **_read_connections(connections)}))
        stack.enter_context(_modules())
        stack.enter_context(_folder())
        stack.enter_context(_logging())
        yield


def _find_nothing(_request: Request) -> Response:
    """A test has a store of its own, which is empty when the DAG is made: it must not depend on somebody's home."""
    return Found(None)


def _read_variables(variables: Mapping[str, Any]) -> dict[str, str]:
    texts = {}
    for name, value in variables.items():
        try:
            texts[_VARIABLE + name.upper()] = value if isinstance(value, str) else json.dumps(value)
        except TypeError as error:
            raise OperationError(f"variables: {name!r} is no text and cannot be written as JSON: {error}.") from error
    return texts


def _read_connections(connections: Mapping[str, Any]) -> dict[str, str]:
    texts = {}
    for conn_id, given in connections.items():
        text = _connection_text(conn_id, given)
        try:
            parse_json(conn_id, text) if text.lstrip().startswith("{") else parse_uri(conn_id, text)
        except OperationError as error:
            raise OperationError(f"connections: {error}") from error
        texts[_CONNECTION + conn_id.upper()] = text
    return texts


def _connection_text(conn_id: str, given: Any) -> str:
    if isinstance(given, str):
        return given
    if isinstance(given, Connection):
        given = {name: value for name in _FIELDS if (value := getattr(given, name)) is not None}
    if not isinstance(given, Mapping):
        raise OperationError(
            f"connections: {conn_id!r} is of type {type(given).__name__}. Fix: give a URI, a dict or a Connection."
        )
    extra = given.get("extra")
    return json.dumps({**given, "extra": json.dumps(extra)} if isinstance(extra, Mapping) else dict(given))


@contextmanager
def _secrets() -> Iterator[None]:
    before = SECRETS.list_texts()
    try:
        yield
    finally:
        SECRETS.clear()
        SECRETS.learn(before)


@contextmanager
def _environment(added: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = text


@contextmanager
def _modules() -> Iterator[None]:
    """Two projects may both have a `helpers.py`: what was found through a DAG file's folder is forgotten with it."""
    path, modules = list(sys.path), dict(sys.modules)
    try:
        yield
    finally:
        folders = [folder for folder in sys.path if folder not in path]
        sys.path[:] = path
        for name, module in list(sys.modules.items()):
            if modules.get(name) is not module and _is_of_dag(module, path, folders):
                _put_back(name, modules.get(name))


def _is_of_dag(module: ModuleType, path: list[str], folders: list[str]) -> bool:
    """Whether a module is a DAG file, or was found through one of `folders` and not through an entry of `path`.

    A project may have its environment inside; what is installed there stays, as much of it can be loaded only once.
    """
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return False
    if getattr(getattr(module, "__spec__", None), "loader", file) is None:  # nobody imported it
        return True
    nearest = max(
        (entry for entry in (*path, *folders) if entry and Path(file).is_relative_to(entry)), key=len, default=""
    )
    return nearest in folders


def _put_back(name: str, module: ModuleType | None) -> None:
    if module is None:
        sys.modules.pop(name, None)
    else:
        sys.modules[name] = module


@contextmanager
def _folder() -> Iterator[None]:
    before = Path.cwd()
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
