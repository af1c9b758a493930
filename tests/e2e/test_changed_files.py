"""A run goes on with the DAG that it started with, whatever was changed meanwhile, and with the data beside it."""

from __future__ import annotations

import json
import signal

from e2e.program import Program, values
from processes import wait_until

READS_BESIDE = """
    import os, time
    from pathlib import Path
    from fanjet import dag, task
    import factors

    HERE = Path(__file__).parent

    @dag
    def beside():
        @task
        def work(item):
            numbers = (HERE / "data" / "numbers.bin").read_bytes()
            time.sleep(0.1)
            (Path(os.environ["FOLDER"]) / "begun").touch()
            return item * factors.FACTOR + len(numbers)

        @task
        def report(values):
            table = HERE / "totals.csv"
            table.write_text(f"{table.read_text()}{sum(values)}\\n")

        report(work.expand(item=list(range(10))))

    beside()
"""


def test_an_edited_dag_goes_on_as_it_was_and_finds_its_data(fanjet: Program) -> None:
    file = fanjet.write("beside.py", READS_BESIDE)
    factors = fanjet.write("factors.py", "FACTOR = 1000")
    fanjet.write("totals.csv", "total\n")
    (fanjet.folder / "data").mkdir()
    (fanjet.folder / "data" / "numbers.bin").write_bytes(b"1234567")
    process = fanjet.start("run", file, "--workers", "1")
    wait_until((fanjet.folder / "begun").exists, "a try has run")
    process.send_signal(signal.SIGKILL)
    process.wait()

    factors.write_text("FACTOR = 0")
    file.write_text("this is not Python any more")
    (fanjet.folder / "totals.csv").write_text("changed total\n")
    results = fanjet.folder / "results.json"
    done = fanjet("resume", "--results", results)
    assert "factors.py" in done.stdout or "beside.py" in done.stdout
    assert "its own copy" in done.stdout
    [run] = json.loads(results.read_text())
    assert run["state"] == "success"
    assert values(run, "work") == {(item,): item * 1000 + 7 for item in range(10)}
    assert (fanjet.folder / "totals.csv").read_text() == "changed total\n45070\n"
