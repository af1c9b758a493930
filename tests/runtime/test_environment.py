"""Variables and connections of the environment, and that secrets do not show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fanjet import DAG, task
from fanjet.errors import OperationError
from fanjet.runtime.connections import BaseHook, Connection
from fanjet.runtime.secrets import MASK, SECRETS, SecretMask
from fanjet.runtime.values import find_reference, to_json
from fanjet.runtime.variables import Variable
from runtime.bench import Bench


@pytest.fixture(autouse=True)
def _forget_secrets() -> Iterator[None]:
    SECRETS.clear()
    yield
    SECRETS.clear()


def test_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJET_VAR_PLACE", "Berlin")
    monkeypatch.setenv("AIRFLOW_VAR_PLACE", "elsewhere")
    monkeypatch.setenv("AIRFLOW_VAR_OLD", '{"a": [1]}')
    assert Variable.get("place") == "Berlin"
    assert Variable.get("old", deserialize_json=True) == {"a": [1]}
    assert Variable.get("nope", "default") == Variable.get("nope", default_var="default") == "default"
    assert Variable.get("nope", None) is None
    with pytest.raises(KeyError, match="There is no variable 'nope'"):
        Variable.get("nope")
    with pytest.raises(OperationError, match="'place' is not JSON"):
        Variable.get("place", deserialize_json=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "postgresql://us%40er:p%2Fw@Host.example:5432/my%2Fdb?sslmode=require",
            {"conn_type": "postgres", "host": "Host.example", "login": "us@er", "password": "p/w", "port": 5432}
            | {"schema": "my/db", "extra_dejson": {"sslmode": "require"}},
        ),
        ("google-cloud-platform://?__extra__=%7B%22n%22%3A+1%7D", {"conn_type": "google_cloud_platform", "host": None}),
        ("http://[::1]:80", {"host": "[::1]", "port": 80, "schema": None}),
        ('{"conn_type": "s3", "password": "x", "port": "9", "extra": {"a": 1}}', {"port": 9, "extra_dejson": {"a": 1}}),
        ('{"uri": "ftp://host"}', {"conn_type": "ftp", "host": "host"}),
    ],
)
def test_connections(text: str, expected: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_C", text)
    connection = BaseHook.get_connection("c")
    assert {name: getattr(connection, name) for name in expected} == expected
    monkeypatch.setenv("FANJET_CONN_AGAIN", connection.get_uri())
    again = Connection.get("again")
    assert [getattr(again, name) for name in ("host", "login", "password", "port", "schema", "extra_dejson")] == [
        getattr(connection, name) for name in ("host", "login", "password", "port", "schema", "extra_dejson")
    ]


@pytest.mark.parametrize("text", ["no uri", "http://host:port", "{bad json", '{"nope": 1}'])
def test_wrong_connections_are_named(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJET_CONN_C", text)
    with pytest.raises(OperationError, match="Connection 'c'"):
        Connection.get("c")
    with pytest.raises(KeyError, match="no connection 'other'"):
        Connection.get("other")


def test_secrets_are_masked_in_all_their_forms() -> None:
    mask = SecretMask()
    assert not mask
    assert mask.mask("pass") == "pass"
    mask.add('p"ä/ss wört')
    mask.add_fields({"user": "bob", "api_key": "k123", "nested": {"token": ["t456"]}, "password": "x"})
    assert mask
    for shown in (
        'a p"ä/ss wört b',
        'a p\\"\\u00e4/ss w\\u00f6rt b',
        "a p%22%C3%A4%2Fss%20w%C3%B6rt b",
        "a k123 b",
        "a t456 b",
    ):
        assert mask.mask(shown) == f"a {MASK} b"
    assert mask.mask("bob x") == "bob x"
    assert mask.mask_bytes("\xff ü k123".encode() + b"\xff") == "\xff ü ***".encode() + b"\xff"


def test_secrets_do_not_show_in_errors_previews_and_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FANJET_CONN_DB", "postgres://u:hunter2@h/d?private_key=kkkk")
    monkeypatch.setenv("FANJET_VAR_API_KEY", "topsecret")
    with DAG("d") as dag:

        @task
        def fails():
            raise ValueError(BaseHook.get_connection("db").password + "kkkk" + Variable.get("api_key"))

        @task
        def large():
            return Variable.get("api_key") * 20_000

        fails()
        large()
    bench = Bench(dag, tmp_path)
    assert bench.error("fails").startswith("ValueError: *********")
    assert "hunter2" not in capfd.readouterr().err
    value = bench.result("large").value
    reference = find_reference(value)
    assert reference is not None
    assert "topsecret" not in reference.preview
    assert to_json(value)["preview"] == reference.preview
    assert "hunter2" not in repr(BaseHook.get_connection("db"))
