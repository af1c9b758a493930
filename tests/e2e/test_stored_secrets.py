"""Variables and connections of the store in real runs: read, written, masked, wherever user code runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.program import Program, values

_TOKEN = "to-ken-4711"

_DAG = """
    import threading
    from fanjet import BashOperator, Connection, Variable, dag, task

    REGION = Variable.get("region", "nowhere")
    print("loading with", Variable.get("api_token", "none"))
    {more}

    @dag
    def reader():
        @task
        def read():
            token, db = Variable.get("api_token"), Connection.get("db")
            print("token", token, "password", db.password)
            return [REGION, Variable.get("region"), db.host, f"<{{token}}>"]

        @task(isolation="process")
        def isolated():
            Variable.set("written", "isolated")
            return [Variable.get("region"), Variable.get("written")]

        @task
        def fail():
            raise ValueError("no good: " + Variable.get("api_token"))

        read()
        isolated()
        command = "echo {{{{ var.value.region }}}} {{{{ var.json.conf.deep.x }}}} {{{{ conn.db.password }}}}"
        BashOperator(task_id="shell", bash_command=command)
        fail()

    reader()
"""


@pytest.fixture
def stored(fanjet: Program) -> Program:
    """A home with some variables and a connection."""
    fanjet.home.mkdir()
    file = fanjet.write("all.json", json.dumps({"region": "eu", "api_token": _TOKEN, "conf": {"deep": {"x": 7}}}))
    fanjet("variables", "import", file)
    file.write_text(json.dumps({"db": "postgres://me:pa55word@db.example/x"}))
    fanjet("connections", "import", file)
    file.unlink()
    return fanjet


#: Where the file has started one, workers are spawned, not forked.
_THREAD = "threading.Thread(target=threading.Event().wait, daemon=True).start()"


@pytest.mark.parametrize(
    ("flags", "more"),
    [
        ([], ""),
        (["--inline"], ""),
        pytest.param([], _THREAD, marks=pytest.mark.slow),
    ],
    ids=["workers", "inline", "spawned"],
)
def test_tries_and_files_read_what_is_stored(stored: Program, flags: list[str], more: str) -> None:
    file = stored.write("reader.py", _DAG.format(more=more))
    (run,) = stored.results("run", file, *flags, code=1)
    assert values(run, "read") == {(): ["eu", "eu", "db.example", "<***>"]}
    assert values(run, "isolated") == {(): ["eu", "isolated"]}
    assert values(run, "shell") == {(): "eu 7 ***"}
    assert stored("variables", "get", "written").stdout == "isolated\n"
    shown = "".join(
        stored(*words).stdout for words in (["show", "-", "shell"], ["show", "-", "fail"], ["xcom", "-", "read"])
    )
    assert "echo eu 7 ***" in shown
    assert "no good: ***" in shown
    if not flags:
        assert stored("logs", "-", "read").stdout == "token *** password ***\n"
        shown += stored("logs", "-", "fail").stdout
    assert _TOKEN not in shown
    assert "pa55word" not in shown


def test_check_reads_what_is_stored_and_shows_no_secret(stored: Program) -> None:
    file = stored.write("loads.py", "from fanjet import Variable\nraise ValueError(Variable.get('api_token'))\n")
    assert "ValueError: ***" in stored("check", file, code=2).stdout
    for flags in ([], ["--strict"]):
        file = stored.write("reader.py", _DAG.format(more="assert REGION == 'eu'"))
        assert "AssertionError" not in stored("check", file, *flags, code=None).stdout
    file = stored.write("writes.py", "from fanjet import Variable\nVariable.set('region', 'us')\n")
    assert "cannot be changed while a DAG file is loaded" in stored("check", file, code=2).stdout
    assert stored("variables", "get", "region").stdout == "eu\n"


def test_a_fresh_home_has_nothing_and_check_makes_none(fanjet: Program) -> None:
    file = fanjet.write("loads.py", "from fanjet import Variable\nVariable.get('region')\n")
    assert "neither in the environment (FANJET_VAR_REGION) nor in the store" in fanjet("check", file, code=2).stdout
    assert not fanjet.home.exists()


def test_dag_test_reads_what_is_stored_at_the_top_of_a_script_too(stored: Program, tmp_path: Path) -> None:
    file = stored.write(
        "script.py",
        """
        from fanjet import Variable, dag, task

        REGION = Variable.get("region")

        @dag
        def script():
            @task
            def t():
                Variable.set("seen", REGION + Variable.get("region"))

            t()

        script().test()
        """,
    )
    command = [sys.executable, file]
    subprocess.run(command, env=stored.environment(), cwd=tmp_path, check=True, timeout=60, capture_output=True)
    assert stored("variables", "get", "seen").stdout == "eueu\n"


def test_a_task_reads_what_the_task_before_it_wrote_in_whatever_worker(fanjet: Program) -> None:
    """A worker that has just read a variable is told when a task elsewhere changes it."""
    file = fanjet.write(
        "relay.py",
        """
        from fanjet import Variable, dag, task

        @dag
        def relay():
            @task
            def read(_):
                return Variable.get("step", "none")

            @task
            def write(step, _):
                Variable.set("step", step)

            last = read.override(task_id="warm").expand(_=list(range(40)))
            for step in range(5):
                wrote = write.override(task_id=f"write{step}")(f"s{step}", last)
                last = read.override(task_id=f"read{step}").partial().expand(_=list(range(40)))
                wrote >> last

        relay()
        """,
    )
    (run,) = fanjet.results("run", file, "--workers", "3")
    for step in range(5):
        assert set(values(run, f"read{step}").values()) == {f"s{step}"}


def test_a_wrong_key_fails_the_try_and_says_what_to_do(stored: Program) -> None:
    (stored.home / "fernet.key").unlink()
    file = stored.write("reader.py", _DAG.format(more="").replace('Variable.get("api_token", "none")', "1"))
    out = stored("run", file, code=2).stderr
    assert "Variable 'region' cannot be decrypted. The key file" in out
    assert "restore it from a backup" in out


def test_key_in_the_environment_is_masked_in_logs(fanjet: Program) -> None:
    key = fanjet("secrets", "new-key").stdout.strip()
    fanjet.settings["FANJET_FERNET_KEY"] = key
    file = fanjet.write(
        "leak.py",
        """
        import os
        from fanjet import dag, task

        @dag
        def leak():
            @task
            def t():
                print("key", os.environ["FANJET_FERNET_KEY"])

            t()

        leak()
        """,
    )
    fanjet("run", file)
    assert fanjet("logs", "-", "t").stdout == "key ***\n"
    assert key not in fanjet("settings").stdout + fanjet("settings", "--json").stdout
    assert not (fanjet.home / "fernet.key").exists()
