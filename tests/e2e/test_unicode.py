"""Letters of all scripts, wide and combining ones, and bytes that are no text at all, wherever people put them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.program import Program, states, values
from installed import FANJET

FILE = """
    import os
    from fanjet import dag, get_current_context, task, task_group

    WORDS = [
        "größe", "日本語", "🎉👩‍👩‍👧‍👦", "مرحبا", "e\\u0301", "\\u202eleft", "\\x1b[31mred", "two\\nlines",
        "caf\\udce9",
    ]

    @dag(params={"straße": "Köln"}, description="été")
    def größen():
        @task
        def wörter():
            return WORDS

        @task(map_index_template="{{ wort }}")
        def messe(wort):
            get_current_context()["ti"].xcom_push(key="schlüssel 🔑", value={"ключ": wort})
            print("→", wort, get_current_context()["params"]["straße"], flush=True)
            os.write(1, b"\\xff no text \\x80\\n")
            if wort[0] in "日c":
                raise ValueError(f"kaputt: {wort} 💥")
            return {wort: len(wort)}

        @task_group
        def группа(x):
            @task
            def задача(x):
                return x
            return задача(x)

        messe.expand(wort=wörter())
        группа.expand(x=["я"])

    größen()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "größe 数据 📦"
    folder.mkdir()
    return folder


def test_everything_that_people_name_may_be_in_any_script(fanjet: Program, place: Path) -> None:
    file = fanjet.write(f"{place.name}/übung 📊.py", FILE)
    fanjet.home = place / "heim 🏠"
    (run,) = fanjet.results("run", file, "--params", '{"straße": "Zürich"}', code=1)
    assert run["dag_id"] == "größen"
    assert [path for path, state in states(run, "messe").items() if state == "failed"] == [(1,), (8,)]
    assert values(run, "messe")[3,] == {"مرحبا": 5}
    assert values(run, "группа.задача") == {(0,): "я"}
    assert [i["label"] for i in run["instances"] if i["task_id"] == "messe"][-1] == "caf\\udce9"
    shown = fanjet("show", "1").stdout
    assert '{"straße": "Zürich"}' in shown
    assert "messe[1] (日本語) failed" in shown
    assert "ValueError: kaputt: caf\\udce9 💥" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    command = [FANJET, "logs", "1", "messe", "-i", "3"]
    log = subprocess.run(command, env=fanjet.environment(), stdout=subprocess.PIPE, check=True).stdout
    assert b"\xff no text \x80\n" in log, "a log is bytes"
    assert "→ مرحبا Zürich\n".encode() in log
    assert '"schlüssel 🔑"' in fanjet("xcom", "1", "messe", "--json").stdout
    assert fanjet("xcom", "1", "messe", "-i", "0", "--key", "schlüssel 🔑").stdout.split() == [
        "{",
        '"ключ":',
        '"größe"',
        "}",
    ]


def test_a_terminal_that_knows_ascii_alone_gets_question_marks(fanjet: Program, place: Path) -> None:
    file = fanjet.write(f"{place.name}/übung 📊.py", FILE)
    fanjet.settings |= {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    for command in (["run", file], ["show"], ["runs"], ["xcom", "1", "messe"], ["check", file]):
        done = fanjet(*command, code=None)
        assert "Traceback" not in done.stderr
        assert (done.stdout + done.stderr).isascii()
    found = json.loads(fanjet("show", "--json").stdout)
    assert found["dag_id"] == "größen"


def test_a_locale_without_utf8_says_what_to_set(fanjet: Program, place: Path) -> None:
    file = fanjet.write(f"{place.name}/übung.py", FILE)
    fanjet.settings |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = fanjet("run", file, code=2)
    assert "Set PYTHONUTF8=1" in done.stderr
    fanjet.settings["PYTHONUTF8"] = "1"
    fanjet("run", file, code=1)


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are any bytes on Linux alone")
@pytest.mark.slow
def test_files_whose_names_are_no_text(fanjet: Program) -> None:
    """They are common where archives come from old systems; a task may well be mapped over them."""
    folder = os.fsencode(fanjet.folder / "data")
    (fanjet.folder / "data").mkdir()
    for name in (b"caf\xe9.csv", b"na\xefve.csv", b"plain.csv"):
        Path(os.fsdecode(folder + b"/" + name)).write_text("1\n")
    file = fanjet.write(
        "listing.py",
        """
        from pathlib import Path
        from fanjet import dag, get_current_context, task

        @dag
        def listing():
            @task
            def find():
                return sorted(Path("data").iterdir())

            @task(map_index_template="{{ file.name }}")
            def load(file):
                print("loading", file)
                return len(file.read_text())

            @task
            def push():
                get_current_context()["ti"].xcom_push(key="\\udce9", value=1)

            @task
            def pull():
                ti = get_current_context()["ti"]
                try:
                    ti.xcom_pull(task_ids="find", key="\\udce9")
                except UnicodeEncodeError:
                    return len(ti.xcom_pull(task_ids="find"))

            @task
            def fails():
                raise OSError("cannot read caf\\udce9")

            found = find()
            load.expand(file=found)
            found >> [push(), pull(), fails()]

        listing()
        """,
    )
    done = fanjet("run", file, "--results", "results.json", "--workers", "1", code=1)
    assert "their names are no UTF-8" in done.stdout
    (run,) = json.loads((fanjet.folder / "results.json").read_text())
    assert values(run, "load") == {(0,): 2, (1,): 2, (2,): 2}
    assert values(run, "pull") == {(): 3}
    assert states(run, "push") == {(): "failed"}
    shown = fanjet("show", "1").stdout
    assert "is no text that UTF-8 can hold" in shown
    assert "OSError: cannot read caf\\udce9" in shown
    (fanjet.folder / "data" / "x.py").write_text("")
    odd = os.fsdecode(os.fsencode(fanjet.folder) + b"/d\xe4g.py")
    Path(odd).write_bytes(file.read_bytes())
    assert "is no UTF-8. Rename" in fanjet("run", odd, code=2).stderr
    assert "is no UTF-8. Rename" in fanjet("check", ".", code=2).stdout
