"""How a process asks for variables and connections of the store."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from fanjet import Connection, Variable
from fanjet.errors import ExecutionError, OperationError
from fanjet.model.requests import (
    Count,
    DeleteVariable,
    Failure,
    FindConnection,
    FindVariable,
    Found,
    Request,
    Response,
    SetVariable,
)
from fanjet.runtime.context import VariableNamespace
from fanjet.runtime.lookups import LOOKUPS
from fanjet.runtime.secrets import MASK, SECRETS


class Store:
    """Answers from dicts."""

    def __init__(self) -> None:
        self.variables: dict[str, Found] = {}
        self.connections: dict[str, str] = {}
        self.asked: Counter[str] = Counter()

    def ask(self, request: Request) -> Response:
        self.asked[type(request).__name__] += 1
        match request:
            case FindVariable(name, suggest):
                return self.variables.get(name, Found(None, near=("nearly",) if suggest else ()))
            case FindConnection(name, suggest):
                return Found(self.connections.get(name), near=("nearly",) if suggest else ())
            case SetVariable(name, value):
                self.variables[name] = Found(value)
                return Count(1)
            case DeleteVariable(name):
                return Count(int(self.variables.pop(name, None) is not None))
        return Failure("what is this?")


@pytest.fixture
def store() -> Iterator[Store]:
    SECRETS.clear()
    found = Store()
    with LOOKUPS.asking_through(found.ask):
        yield found
    SECRETS.clear()


def test_the_environment_goes_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.variables["region"] = Found("eu")
    store.connections["db"] = '{"conn_type": "postgres", "host": "stored"}'
    assert Variable.get("region") == VariableNamespace().value.region == "eu"
    assert Connection.get("db").host == "stored"
    asked = store.asked.total()
    monkeypatch.setenv("AIRFLOW_VAR_REGION", "us")
    monkeypatch.setenv("AIRFLOW_CONN_DB", "postgres://given")
    assert Variable.get("region") == "us"
    assert Connection.get("db").host == "given"
    assert store.asked.total() == asked


def test_what_is_nowhere_says_both_places_and_near_names(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJET_VAR_REGIONS", "x")
    with pytest.raises(KeyError) as caught:
        Variable.get("region")
    assert str(caught.value) == (
        "There is no variable 'region', neither in the environment (FANJET_VAR_REGION) nor in the store. "
        "Did you mean 'nearly' or 'regions'? Fix: fanjet variables set region, or give a default."
    )
    with pytest.raises(KeyError) as caught:
        Connection.get("db")
    assert str(caught.value) == (
        "There is no connection 'db', neither in the environment (FANJET_CONN_DB) nor in the store. "
        "Did you mean 'nearly'? Fix: fanjet connections add db"
    )
    assert Variable.get("region", None) is None


def test_secrets_of_the_store_are_masked(store: Store) -> None:
    store.variables |= {"plain": Found("open sesame"), "marked": Found("tell nobody", secret=True)}
    store.variables |= {"api_token": Found("abc-123"), "conf": Found('{"password": "hunter2", "host": "h-1"}')}
    store.variables["deep"] = Found('{"a": ["in a list"]}', secret=True)
    store.connections["db"] = '{"conn_type": "x", "password": "pa55word", "extra": "{\\"token\\": \\"tok-9\\"}"}'
    for name in ("plain", "marked", "api_token"):
        Variable.get(name)
    Variable.get("conf", deserialize_json=True)
    Variable.get("deep", deserialize_json=True)
    Connection.get("db")
    text = "open sesame, tell nobody, abc-123, hunter2, h-1, in a list, pa55word, tok-9"
    assert SECRETS.mask(text) == f"open sesame, {MASK}, {MASK}, {MASK}, h-1, {MASK}, {MASK}, {MASK}"


def test_writing(store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    Variable.set("count", 5)
    assert Variable.get("count") == "5"
    Variable.set("conf", {"a": [1]}, serialize_json=True)  # what was read before is not read again
    assert Variable.get("conf", deserialize_json=True) == {"a": [1]}
    Variable.set("conf", "7")
    assert Variable.get("conf", deserialize_json=True) == 7
    Variable.update("conf", {"b": 2}, serialize_json=True)
    assert Variable.setdefault("conf", {}, deserialize_json=True) == {"b": 2}
    assert Variable.setdefault("new", "first") == Variable.get("new") == "first"
    assert (Variable.delete("count"), Variable.delete("count")) == (1, 0)
    with pytest.raises(KeyError):
        Variable.update("count", 1)
    with pytest.raises(OperationError, match="'odd' cannot be written as JSON"):
        Variable.set("odd", object(), serialize_json=True)
    assert not caplog.records
    monkeypatch.setenv("FANJET_VAR_NEW", "given")
    Variable.set("new", "second")
    assert "FANJET_VAR_NEW, which goes before the store" in caplog.text
    assert Variable.get("new") == "given"


def test_a_secret_that_a_task_writes_is_masked(store: Store) -> None:
    Variable.set("api_token", "abc-123")
    assert SECRETS.mask("abc-123") == MASK


def test_answers_are_kept_for_a_moment(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.variables["region"] = Found("eu")
    for _ in range(1000):
        assert Variable.get("region") == "eu"
        assert Variable.get("nowhere", 1) == 1
    assert store.asked["FindVariable"] == 2
    store.variables["region"] = Found("us")
    LOOKUPS.forget()
    assert Variable.get("region") == "us"
    store.variables["region"] = Found("asia")
    later = time.monotonic() + 1.0
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert Variable.get("region") == "asia"


def test_a_loading_file_changes_nothing(store: Store) -> None:
    with LOOKUPS.asking_through(store.ask, is_loading=True):
        for change in (lambda: Variable.set("a", 1), lambda: Variable.delete("a")):
            with pytest.raises(OperationError, match="'a' cannot be changed while a DAG file is loaded"):
                change()
    assert store.asked.total() == 0


def test_what_cannot_be_answered_is_raised_even_with_a_default() -> None:
    with LOOKUPS.asking_through(lambda _: Failure("cannot be decrypted")), pytest.raises(ExecutionError, match="decr"):
        Variable.get("a", "default")

    def fail(_: Request) -> Response:
        os.write(-1, b"x")
        raise AssertionError

    with LOOKUPS.asking_through(fail), pytest.raises(ExecutionError, match="a task has forked"):
        Connection.get("a")


def test_a_process_of_nobody_asks_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: object) -> None:
    """Such as a script or a notebook; the home is that of the environment."""
    Variable.set("from_script", "x")
    try:
        assert Variable.get("from_script") == "x"
        with pytest.raises(KeyError, match="Did you mean 'from_script'"):
            Variable.get("from_scrip")
    finally:
        assert Variable.delete("from_script") == 1
