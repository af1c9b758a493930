"""The store of a test: its own, and empty, whatever is in anybody's home."""

from __future__ import annotations

from pathlib import Path

import pytest

from fanjet import DAG, Connection, Variable, dag, task
from fanjet.bootstrap.requests import DagFileError
from fanjet.store.secrets.vault import NewEntry, Vault
from fanjet.testing import run_dag


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJET_HOME", str(tmp_path / "home"))
    with Vault(tmp_path / "home") as vault:
        vault.put("variable", [NewEntry(name="region", value="of the home")])
        vault.put("connection", [NewEntry(name="db", value='{"conn_type": "ftp", "host": "of-the-home"}')])


@dag
def reader() -> None:
    @task
    def read() -> list[str | None]:
        return [Variable.get("region", "none"), Connection.get("db").host]

    read()


def test_given_ones_stand_for_those_of_the_home() -> None:
    assert run_dag(reader, variables={"region": "given"}, connections={"db": "ftp://given"})["read"].value == [
        "given",
        "given",
    ]


def test_the_home_is_not_read(tmp_path: Path) -> None:
    result = run_dag(reader, connections={"db": "ftp://given"})
    assert result["read"].value == ["none", "given"]
    assert "There is no connection 'db'" in str(run_dag(reader)["read"].error)
    file = tmp_path / "loads.py"
    file.write_text("from fanjet import Variable\nVariable.get('region')\n")
    with pytest.raises(DagFileError, match="There is no variable 'region'"):
        run_dag(file)


def test_what_a_task_writes_is_read_in_the_same_run_and_gone_after_it(tmp_path: Path) -> None:
    with DAG("relay") as relay:

        @task
        def write() -> None:
            Variable.set("region", "written")

        @task
        def read() -> str:
            return str(Variable.get("region"))

        write() >> read()

    assert run_dag(relay)["read"].value == "written"
    assert run_dag(reader, connections={"db": "ftp://given"})["read"].value == ["none", "given"]
    with Vault(tmp_path / "home") as vault:
        assert vault.get("variable", "region").value == "of the home"
