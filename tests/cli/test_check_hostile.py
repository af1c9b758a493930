"""`fanjet check` over files that do their worst: each is one error of its own, and none holds up or hides another."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cli.conftest import Call
from installed import FANJET

HEAD = "from fanjet import DAG, EmptyOperator\n"
GOOD = HEAD + "with DAG('{name}'):\n    EmptyOperator(task_id='e')\n"

#: What a file does when it is loaded, the kind of the error, and a part of its message.
HOSTILE = {
    "aborts": ("import os\nos.abort()\n", "crash", "signal 6"),
    "closes_everything": ("import os\nos.closerange(0, 1000)\n", "crash", "ended the process"),
    "crashes": ("import ctypes\nctypes.string_at(0)\n", "crash", "signal 11"),
    "exits": ("import sys\nsys.exit(3)\n", "exit", "code 3"),
    "exits_at_once": ("import os\nos._exit(0)\n", "crash", "exit code 0"),
    "kills_itself": ("import os\nos.kill(os.getpid(), 9)\n", "crash", "signal 9"),
    "kills_its_group": ("import os\nos.killpg(0, 9)\n", "crash", "ended the process"),
    "kills_its_parent": ("import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(60)\n", "crash", "ended the process"),
    "leaves_a_child": ("import os\nif os.fork() == 0:\n    while True: pass\nos._exit(1)\n", "crash", "exit code 1"),
    "lacks_a_module": ("import no_such_module\n", "import", "no_such_module"),
    "lacks_a_provider": (
        "from airflow.providers.snowflake.operators.none import None_\n",
        "dag",
        "apache-airflow-providers-snowflake",
    ),
    "loops": ("while True: pass\n", "timeout", "longer than 2 s"),
    "needs_too_much": ("x = 'x' * 10**15\n", "exception", "MemoryError"),
    "raises": ("raise ValueError('at import')\n", "exception", "at import"),
    "raises_what_nobody_catches": ("class E(BaseException): pass\nraise E('odd')\n", "exception", "E: odd"),
    "recurses": ("def f(): f()\nf()\n", "exception", "RecursionError"),
    "stops": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n", "timeout", "longer than 2 s"),
    "wants_an_answer": ("input()\n", "exception", "EOFError"),
}
#: These load all the same.
TOLERATED = {
    "prints_a_lot": "import os\nfor _ in range(200): os.write(1, b'x' * 1_000_000)\n" + GOOD,
    "leaves_a_thread": "import threading, time\nthreading.Thread(target=lambda: time.sleep(60)).start()\n" + GOOD,
    "leaves_a_daemon": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\n" + GOOD,
    "waits_at_its_end": "import atexit, time\natexit.register(lambda: time.sleep(60))\n" + GOOD,
    "goes_elsewhere": "import os\nos.chdir('/')\n" + GOOD,
}


def test_each_is_told_and_none_hides_another(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "dags"
    folder.mkdir()
    for name, (text, _, _) in HOSTILE.items():
        (folder / f"{name}.py").write_text(HEAD + text)
    for name, text in {**TOLERATED, **{f"good_{number}": GOOD for number in range(30)}}.items():
        (folder / f"{name}.py").write_text(text.replace("{name}", name))
    result = call("check", str(folder), "--parse-timeout-s", "2", "--json")
    assert result.status == 2
    found = json.loads(result.out)
    told = {Path(error["file"]).stem: (error["kind"], error["message"]) for error in found["errors"]}
    assert len(found["errors"]) == len(told)
    assert told.keys() == HOSTILE.keys()
    wrong = {name: told[name] for name, (_, *said) in HOSTILE.items() if told[name][0] != said[0]}
    assert not wrong
    wrong = {name: told[name] for name, (_, _, part) in HOSTILE.items() if part not in told[name][1]}
    assert not wrong
    assert {dag["dag_id"] for dag in found["dags"]} == TOLERATED.keys() | {f"good_{number}" for number in range(30)}


def test_hundreds_of_files_take_seconds(call: Call, tmp_path: Path) -> None:
    """Each has a process of its own, but none that begins with nothing: that would be 15 s of a processor's time."""
    for number in range(120):
        (tmp_path / f"dag_{number}.py").write_text(GOOD.format(name=f"dag_{number}"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = call("check", str(tmp_path))
    assert result.out == "120 files, 120 DAGs: no errors\n"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 8


@pytest.mark.parametrize("text", ["0", "soon", "-1"])
def test_a_limit_that_is_none_is_refused(call: Call, tmp_path: Path, text: str) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    result = call("check", str(tmp_path), "--parse-timeout-s", text)
    assert result.status == 2
    assert f"--parse-timeout-s {text} cannot be used" in result.err


def test_ctrl_c_does_not_wait_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "loops.py").write_text(f"{HEAD}open({str(tmp_path / 'begun')!r}, 'w')\nwhile True: pass\n")
    checking = subprocess.Popen([FANJET, "check", tmp_path], stdout=subprocess.PIPE, start_new_session=True)
    give_up_at = time.monotonic() + 20
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)
    checking.send_signal(signal.SIGINT)
    checking.communicate(timeout=20)
    assert checking.returncode == 130
