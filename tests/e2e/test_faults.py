"""Bad input and a hostile world: one clear error in the right place, and nothing else is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import pytest

from e2e.program import Program, states, values

BAD_FILES = {
    "syntax.py": ("from fanjet import DAG\ndef broken(:\n", ["syntax.py:2"]),
    "missing_module.py": ("from fanjet import DAG\nimport no_such_module\n", ["missing_module.py:2", "no_such_module"]),
    "cycle.py": (
        (
            "from fanjet import DAG, EmptyOperator\nwith DAG('c'):\n"
            "    a, b = EmptyOperator(task_id='a'), EmptyOperator(task_id='b')\n    a >> b >> a\n"
        ),
        ["cycle.py", "a", "b"],
    ),
    "twice.py": (
        (
            "from fanjet import DAG, EmptyOperator\nwith DAG('c'):\n"
            "    EmptyOperator(task_id='a')\n    EmptyOperator(task_id='a')\n"
        ),
        ["twice.py:4", "'a'"],
    ),
    "unknown_argument.py": (
        "from fanjet import DAG, BashOperator\nwith DAG('c'):\n    BashOperator(task_id='a', bash_comand='true')\n",
        ["unknown_argument.py:3", "bash_comand"],
    ),
    "exits.py": ("import sys\nfrom fanjet import DAG\nsys.exit(3)\n", ["exits.py:3"]),
    "no_dag.py": ("x = 1\n", ["no_dag.py"]),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_its_place(fanjet: Program, name: str) -> None:
    text, expected = BAD_FILES[name]
    done = fanjet("run", fanjet.write(name, text), code=2)
    assert all(part in done.stdout + done.stderr for part in expected)
    assert "Traceback" not in done.stderr


def test_check_reports_all_bad_files_at_once(fanjet: Program) -> None:
    for name, (text, _) in BAD_FILES.items():
        fanjet.write(name, text)
    done = fanjet("check", fanjet.folder, code=2)
    told = done.stdout + done.stderr
    for name in BAD_FILES.keys() - {"no_dag.py"}:  # in a folder, a file without DAGs is a helper module
        assert all(part in told for part in BAD_FILES[name][1])
    assert "Traceback" not in told
    assert "no_dag.py" in fanjet("check", fanjet.folder / "no_dag.py", code=2).stdout


def test_a_file_that_loops_for_ever_hits_the_parse_timeout(fanjet: Program) -> None:
    file = fanjet.write("loops.py", "while True: pass\n")
    fanjet.settings["FANJET_PARSE_TIMEOUT_S"] = "0.5"
    done = fanjet("run", file, code=2)
    assert "loops.py" in done.stderr
    assert "0.5" in done.stderr


NASTY = """
    import os, sys, time, threading
    from fanjet import dag, task

    @dag
    def nasty():
        @task
        def cannot_be_serialised():
            return threading.Lock()

        @task
        def exits():
            os._exit(7)

        @task
        def closes_stdout():
            print("before")
            sys.stdout.close()
            os.close(2)
            return "still here"

        @task
        def leaves_children():
            if os.fork() == 0:
                time.sleep(1)
                os.write(1, b"from the child\\n")
                os._exit(0)
            return "parent"

        @task
        def raises():
            raise ValueError("boom from raises")

        @task
        def fine(item):
            print("fine", item)
            return item

        cannot_be_serialised(), exits(), closes_stdout(), leaves_children(), raises()
        fine.expand(item=list(range(50)))

    nasty()
"""


def test_nasty_tasks_fail_alone_and_say_why(fanjet: Program) -> None:
    (run,) = fanjet.results("run", fanjet.write("nasty.py", NASTY), code=1)
    found = {i["task_id"]: i["state"] for i in run["instances"] if not i["map_index"]}
    assert found == {
        "cannot_be_serialised": "failed",
        "exits": "failed",
        "closes_stdout": "success",
        "leaves_children": "success",
        "raises": "failed",
    }
    assert values(run, "fine") == {(item,): item for item in range(50)}
    shown = fanjet.read("show", "1")
    assert "lock" in shown
    assert "exit code 7" in shown or "exited with 7" in shown or "code 7" in shown
    assert "boom from raises" in shown
    assert fanjet.read("logs", "1", "closes_stdout").startswith("before")
    assert fanjet.read("logs", "1", "fine", "--map-index", "7") == "fine 7\n"


def test_interrupts_and_exits_of_a_task_and_of_its_callbacks_say_whose_they_are(fanjet: Program) -> None:
    file = fanjet.write(
        "exits.py",
        """
        import sys
        from fanjet import dag, task

        def leave(context):
            sys.exit("the callback leaves")

        def tell(context):
            print("callback for", context["ti"].task_id)

        @dag
        def exits():
            @task(on_success_callback=leave)
            def works():
                return 1

            @task(on_failure_callback=tell)
            def interrupts():
                raise KeyboardInterrupt("by the task itself")

            works(), interrupts()

        exits()
        """,
    )
    (run,) = fanjet.results("run", file, code=1)
    assert values(run, "works") == {(): 1}, "a callback changes nothing about how a try ended"
    assert "the callback leaves" in fanjet.read("logs", "1", "works")
    assert "KeyboardInterrupt: by the task itself (exits.py:" in fanjet.read("show", "1")
    assert "Traceback" in fanjet.read("logs", "1", "interrupts")


def test_secrets_are_masked_whoever_read_them_and_however_it_ended(fanjet: Program) -> None:
    file = fanjet.write(
        "telling.py",
        """
        import os
        from fanjet import Variable, dag, get_current_context, task

        def tell(how):
            print(how, Variable.get("api_password"), flush=True)

        @dag
        def telling():
            @task(isolation="process")
            def isolated():
                tell("isolated")

            @task(isolation="process")
            def isolated_exit():
                tell("isolated_exit")
                os._exit(3)

            @task
            def exits():
                tell("exits")
                os._exit(3)

            @task
            def child():
                pid = os.fork()
                if pid == 0:
                    tell("child")
                    os._exit(0)
                os.waitpid(pid, 0)

            @task(map_index_template="{{ password }}")
            def labelled(x):
                get_current_context()["password"] = Variable.get("api_password")

            labelled.expand(x=[1])
            isolated() >> isolated_exit() >> exits.override(trigger_rule="all_done")()
            child()

        telling()
        """,
    )
    fanjet.settings["FANJET_VAR_API_PASSWORD"] = "correct horse battery"
    fanjet("run", file, "--workers", "2", code=1)
    for task in ("isolated", "isolated_exit", "exits", "child"):
        assert fanjet.read("logs", "1", task) == f"{task} ***\n"
    assert "correct horse" not in fanjet.read("show", "1", "--json")
    with sqlite3.connect(fanjet.home / "fanjet.db") as connection:
        assert connection.execute("SELECT label FROM instance WHERE label IS NOT NULL").fetchall() == [("***",)]
    connection.close()
    assert not any(b"correct horse" in path.read_bytes() for path in (fanjet.home / "logs").iterdir())


@pytest.mark.slow
def test_a_try_that_prints_a_gigabyte_is_cut_and_harms_nothing(fanjet: Program) -> None:
    file = fanjet.write(
        "loud.py",
        """
        import os
        from fanjet import dag, task

        @dag
        def loud():
            @task
            def shout():
                block = b"x" * 1_000_000
                for _ in range(1000):
                    os.write(1, block)
                return "done"

            @task
            def quiet(item):
                print("quiet", item)

            shout()
            quiet.expand(item=[1, 2, 3])

        loud()
        """,
    )
    (run,) = fanjet.results("run", file)
    assert values(run, "shout") == {(): "done"}
    size = sum(path.stat().st_size for path in (fanjet.home / "logs").iterdir())
    assert size < 110_000_000
    assert fanjet.read("logs", "1", "quiet", "--map-index", "1") == "quiet 2\n"


def test_a_locked_database_is_one_clear_error(fanjet: Program) -> None:
    file = fanjet.write(
        "small.py", "from fanjet import DAG, EmptyOperator\nwith DAG('s'):\n    EmptyOperator(task_id='a')\n"
    )
    fanjet("run", file)
    blocker = sqlite3.connect(fanjet.home / "fanjet.db", isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    fanjet.settings["FANJET_DB_BUSY_TIMEOUT_S"] = "0.3"
    try:
        done = fanjet("run", file, code=1)
    finally:
        blocker.execute("ROLLBACK")
        blocker.close()
    assert "locked" in done.stderr
    assert "Traceback" not in done.stderr
    fanjet("run", file)


def test_a_home_that_cannot_be_one_is_one_clear_error(fanjet: Program) -> None:
    file = fanjet.write(
        "small.py", "from fanjet import DAG, EmptyOperator\nwith DAG('s'):\n    EmptyOperator(task_id='a')\n"
    )
    fanjet.home.write_text("a file")
    done = fanjet("run", file, code=1)
    assert "FANJET_HOME" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounting a small file system needs root")
def test_a_full_disk_is_one_clear_error_and_the_run_resumes(fanjet: Program) -> None:
    fanjet.settings["FANJET_DB_BUSY_TIMEOUT_S"] = "1"
    fanjet.home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", fanjet.home], check=True)
    try:
        file = fanjet.write(
            "filling.py",
            """
            from fanjet import dag, task

            @dag
            def filling():
                @task
                def work(item):
                    return "x" * 2000

                work.expand(item=list(range(3000)))

            filling()
            """,
        )
        done = fanjet("run", file, code=1)
        assert "full" in done.stderr
        assert "Traceback" not in done.stderr
        subprocess.run(["mount", "-o", "remount,size=60m", fanjet.home], check=True)
        (run,) = fanjet.results("resume")
        assert set(states(run, "work").values()) == {"success"}
        assert len(states(run, "work")) == 3000
    finally:
        subprocess.run(["umount", "-l", fanjet.home], check=True)


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounting a small file system needs root")
def test_a_disk_that_is_full_of_logs_fails_the_tries_that_print_and_says_so(fanjet: Program) -> None:
    logs = fanjet.home / "logs"
    logs.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", logs], check=True)
    try:
        file = fanjet.write(
            "printing.py",
            """
            from fanjet import dag, task

            @dag
            def printing():
                @task
                def work(item):
                    if item < 60:
                        print("x" * 20_000)
                    return item

                work.expand(item=list(range(80)))

            printing()
            """,
        )
        (run,) = fanjet.results("run", file, "--workers", "1", code=1)
    finally:
        subprocess.run(["umount", "-l", logs], check=True)
    found = states(run, "work")
    assert [found[item,] for item in range(40)] == ["success"] * 40
    assert [found[item,] for item in range(60, 80)] == ["success"] * 20, "those that print nothing need no disk"
    assert found[59,] == "failed"
    shown = fanjet.read("show", "1")
    assert "No space left on device" in shown
    assert "exit code" not in shown
