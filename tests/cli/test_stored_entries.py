"""fanjet variables, connections and secrets."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Call
from fanjet.store.secrets.key_file import KEY_FILE_NAME, KeyFile


class _Input(io.TextIOWrapper):
    """A standard input with some bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8")


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives the next commands a standard input."""
    return lambda data: monkeypatch.setattr("sys.stdin", _Input(data if isinstance(data, bytes) else data.encode()))


def test_variables_from_arguments_and_from_the_standard_input(call: Call, feed: Any) -> None:
    assert "no stored variables" in call("variables", "list").out
    assert call("variables", "set", "region", "eu", "--description", "where").out == "Variable 'region' is set.\n"
    feed("two\nlines\n")
    assert call("variables", "set", "text").status == 0
    assert call("variables", "get", "text").out == "two\nlines\n"
    feed("sesame\r\n")
    assert call("variables", "set", "api_token").status == 0
    assert call("variables", "get", "api_token", "--reveal").out == "sesame\n"
    assert call("variables", "list").out == (
        "KEY        VALUE      DESCRIPTION\napi_token  ***\nregion     eu         where\ntext       two lines\n"
    )
    assert "sesame" in call("variables", "list", "--reveal").out
    [token, region, _] = json.loads(call("variables", "list", "--json").out)
    assert (token["value"], token["secret"]) == ("***", True)
    assert (region["key"], region["value"], region["description"]) == ("region", "eu", "where")


@pytest.mark.parametrize(
    ("arguments", "data", "words"),
    [
        (["set", "api_token", "x"], "", "would stay in the history of the shell"),
        (["set", "a", "x", "--secret"], "", "would stay in the history of the shell"),
        (["set", "marked", "x"], "", "would stay in the history of the shell"),
        (["set", "a"], "", "Nothing came on the standard input"),
        (["set", "a"], b"\xff", "no text in UTF-8"),
        (["set", " a", "x"], "", "cannot be the name of a variable"),
        (["get", "marked"], "", "--reveal prints it"),
        (["get", "conf"], "", "--reveal prints it"),
        (["get", "makred"], "", "Did you mean 'marked'?"),
        (["delete", "conf", "makred"], "", "Nothing was deleted. Did you mean 'marked'?"),
        (["import", "none.json"], "", "There is no file none.json"),
        (["import", "-"], "[1]", "no JSON object"),
        (["import", "-"], "{", "no JSON"),
        (["import", "-"], '{"a": {"value": "x", "secret": 1}}', "secret is true or false"),
        (["import", "-"], '{"new": "x", "conf": "y"}', "There already: conf. Nothing was imported"),
        (["import", "-"], "FANJET_VAR_A='x", "No closing quotation"),
        (["import", "-"], "just words", "a word has no = in it"),
        (["import", "v.yaml"], "", "write it as JSON"),
        (["export", "no/folder.json"], "", "No such file or directory"),
        (["get"], "", "Missing argument 'KEY'"),
    ],
)
def test_wrong_uses_of_variables_change_nothing(
    call: Call, feed: Any, arguments: list[str], data: str | bytes, words: str
) -> None:
    feed('{"conf": {"password": "x"}, "marked": {"value": "y", "secret": true}}')
    assert call("variables", "import", "-").status == 0
    before = call("variables", "export", "-").out
    feed(data)
    result = call("variables", *arguments)
    assert words in result.err
    assert result.status in (1, 2)
    assert call("variables", "export", "-").out == before


def test_the_environment_goes_first_and_is_told(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_REGION", "us")
    monkeypatch.setenv("FANJET_CONN_DB", "postgres://me:pa55word@h")
    assert "AIRFLOW_VAR_REGION is set" in call("variables", "set", "region", "eu").err
    assert call("variables", "get", "region").out == "us\n"
    assert json.loads(call("variables", "get", "region", "--json").out)["in_environment"] == "AIRFLOW_VAR_REGION"
    listed = call("variables", "list").out
    assert "eu" in listed
    assert "In the environment, which goes first: AIRFLOW_VAR_REGION" in listed
    shown = call("connections", "get", "db").out
    assert "password     ***" in shown
    assert "pa55word" in call("connections", "get", "db", "--uri", "--reveal").out


@pytest.mark.parametrize("name", ["v.json", ".env", "odd.txt"])
def test_export_and_import_of_variables(call: Call, feed: Any, tmp_path: Path, name: str) -> None:
    texts = {"plain": "a 'b' \"c\"\n#d $e", "number": "5", "json": '{"value": 1}', "empty": ""}
    feed(json.dumps({**texts, "token": {"value": "s", "secret": True, "description": "why"}}))
    call("variables", "import", "-")
    file = tmp_path / name
    file.write_text("old")
    file.chmod(0o644)
    assert call("variables", "export", str(file)).status == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = call("variables", "export", "-").out
    assert call("variables", "delete", *texts, "token").out == "5 variables deleted.\n"
    assert call("variables", "import", str(file)).out == "5 variables imported.\n"
    if name == ".env":  # which has only texts
        assert call("variables", "get", "plain").out == texts["plain"] + "\n"
    else:
        assert call("variables", "export", "-").out == before
    assert call("variables", "import", str(file), "--on-existing", "skip").out.startswith(
        "0 variables imported, 5 left"
    )
    assert call("variables", "import", str(file), "--on-existing", "overwrite").out.endswith("5 replaced.\n")


def test_files_as_airflow_exports_them(call: Call, feed: Any) -> None:
    feed('{"a": "text", "b": 5, "c": {"x": [1]}, "d": {"value": "v", "description": "why"}}')
    call("variables", "import", "-")
    found = {row["key"]: row["value"] for row in json.loads(call("variables", "list", "--json").out)}
    assert (found["a"], found["b"], json.loads(found["c"]), found["d"]) == ("text", "5", {"x": [1]}, "v")
    feed(
        '{"db": {"conn_type": "postgres", "description": "", "login": "u", "password": "p", "host": "h", "port": 5432,'
        ' "schema": "s", "extra": "{\\"a\\": 1}"},'
        ' "web": "https://h", "files": {"conn_type": "fs", "extra_dejson": {}}}'
    )
    assert call("connections", "import", "-").out == "3 connections imported.\n"
    assert (
        call("connections", "get", "db", "--uri", "--reveal").out
        == "postgres://u:p@h:5432/s?__extra__=%7B%22a%22%3A+1%7D\n"
    )
    feed("AIRFLOW_CONN_OTHER='ftp://o'\nexport plain_id=sftp://p  # a comment\n")
    assert call("connections", "import", "-").status == 0
    assert [row["conn_id"] for row in json.loads(call("connections", "list", "--json").out)] == [
        "db", "files", "other", "plain_id", "web",
    ]  # fmt: skip


def test_connections_field_by_field(call: Call, feed: Any) -> None:
    feed("pa55word\n")
    fields = ("--type", "http", "--host", "h", "--login", "me", "--password", "--extra", '{"timeout": 3}')
    assert call("connections", "add", "web", *fields).out == "Connection 'web' is set.\n"
    assert call("connections", "set", "web", "--host", "other", "--description", "the site").status == 0
    fields = json.loads(call("connections", "get", "web", "--json").out)
    assert fields == {
        "conn_id": "web", "in_environment": None, "conn_type": "http", "description": "the site", "host": "other",
        "login": "me", "password": "***", "extra": {"timeout": 3},
    }  # fmt: skip
    assert "pa55word" in call("connections", "get", "web", "--reveal").out
    feed('{"conn_type": "ftp", "extra": {"token": "tok-9", "a": 1}}')
    assert call("connections", "set", "web").status == 0
    assert json.loads(call("connections", "get", "web", "--json").out)["extra"] == {"token": "***", "a": 1}
    assert call("connections", "list").out.splitlines()[1].split() == ["web", "ftp", "the", "site"]
    assert call("connections", "delete", "web").out == "1 connection deleted.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "db", "--type", "x"], "There is a connection 'db' already"),
        (["add", "new", "--uri", "x://u:pw@h"], "The password of connection 'new' would stay"),
        (["add", "new", "--type", "x", "--extra", '{"api_key": "k"}'], "The api_key of connection 'new' would stay"),
        (["add", "new", "--type", "x", "--extra", "[1]"], "no JSON object"),
        (["add", "new", "--host", "h"], "needs a type"),
        (["add", "new", "--uri", "nonsense"], "lacks a type"),
        (["add", "new"], "Nothing came on the standard input"),
        (["add", "new", "--port", "0"], "--port"),
        (["get", "db", "--uri"], "--uri --reveal"),
        (["get", "bd"], "no connection 'bd'"),
    ],
)
def test_wrong_uses_of_connections_change_nothing(call: Call, feed: Any, arguments: list[str], words: str) -> None:
    feed("postgres://h")
    call("connections", "add", "db")
    before = call("connections", "export", "-").out
    feed("")
    result = call("connections", *arguments)
    assert (result.status, words in result.err) == (2, True), result.err
    assert call("connections", "export", "-").out == before


def test_a_value_that_cannot_be_decrypted_is_listed_can_be_set_again_and_deleted(call: Call, tmp_path: Path) -> None:
    call("variables", "set", "a", "1")
    call("variables", "set", "b", "2")
    (tmp_path / "home" / KEY_FILE_NAME).write_text(call("secrets", "new-key").out)
    assert "a    cannot be decrypted" in call("variables", "list").out
    assert all("error" in row for row in json.loads(call("variables", "list", "--json").out))
    failed = call("variables", "get", "a")
    assert (failed.status, "bring the old key back" in failed.err) == (2, True)
    assert call("variables", "delete", "b").status == 0


def test_rotating(call: Call, feed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call("variables", "set", "a", "1")
    file = KeyFile(tmp_path / "home")
    before = file.read()
    assert "1 value encrypted with a new key, in" in call("secrets", "rotate-key").out
    assert file.read() != before
    monkeypatch.setenv("FANJET_FERNET_KEY", call("secrets", "new-key").out.strip())
    assert "the first key of fernet_key" in call("secrets", "rotate-key").out
    file.path.unlink()
    assert call("variables", "get", "a").out == "1\n"


def test_the_key_stands_in_no_file_of_a_project(call: Call, tmp_path: Path) -> None:
    (tmp_path / "fanjet.toml").write_text('fernet_key = "abc"\n')
    refused = call("settings")
    assert refused.status == 2
    assert "'fernet_key' cannot be set in the file of a project" in refused.err
    (tmp_path / "fanjet.toml").unlink()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "fanjet.toml").write_text('fernet_key = "abc-key"\n')
    shown = call("settings").out
    assert "fernet_key" in shown
    assert "abc-key" not in shown
