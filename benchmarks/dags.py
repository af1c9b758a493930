"""The DAG files that are measured, written to a folder for each measurement."""

from __future__ import annotations

from pathlib import Path

FAN_OUT = """
from fanjet import dag, task

@dag
def fan_out():
    @task
    def discover():
        return list(range({count}))

    @task
    def work(item):
        return item

    @task
    def gather(values):
        return len(values)

    gather(work.expand(item=discover()))

fan_out()
"""

CHAIN = """
from fanjet import DAG, chain, task

with DAG("chain"):
    @task
    def hop():
        return None

    chain(*[hop.override(task_id=f"hop_{{place:03}}")() for place in range({count})])
"""

SWEEP = """
import sys
sys.path.insert(0, {root!r})

from benchmarks.work import burn_cpu
from fanjet import dag, task

@dag
def sweep():
    @task
    def discover():
        return list(range({count}))

    @task
    def work(item):
        return burn_cpu(item)

    work.expand(item=discover())

sweep()
"""


def write_dag(folder: Path, text: str, **values: object) -> Path:
    """The file of a DAG with the values filled in."""
    file = folder / "measured.py"
    file.write_text(text.format(**values))
    return file
