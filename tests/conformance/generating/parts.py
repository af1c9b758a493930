"""A DAG that is being written: its text, and who waits for whom."""

from __future__ import annotations

from dataclasses import dataclass, field

#: What the functions of every generated file are.
HEADER = '''"""Random DAGs; written by `python -m conformance.generating`."""

from datetime import timedelta
from zlib import crc32

from airflow.sdk import DAG, setup, task, task_group, teardown
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


def fold(value):
    """A small number that differs where the value does."""
    if isinstance(value, dict):
        return crc32(repr([(key, fold(item)) for key, item in value.items()]).encode()) % 97
    if isinstance(value, (str, int, float, type(None))):
        return crc32(repr(value).encode()) % 97
    return crc32(repr([fold(item) for item in value]).encode()) % 97


def act(how, ti, *values):
    """End as `how` says for this map index; else with a number that depends on all that came in."""
    ends = (how or {}).get(ti.map_index, "ok")
    if ends == "final":
        raise AirflowFailException("as asked")
    if ends == "error" or (ends == "flaky" and ti.try_number == 1):
        raise RuntimeError("as asked")
    if ends == "skip":
        raise AirflowSkipException("as asked")
    return None if ends == "none" else fold(values)


@task(retry_delay=timedelta(0))
def work(x=None, y=None, how=None, ti=None):
    return act(how, ti, x, y)


@task(retry_delay=timedelta(0))
def make(value, how=None, ti=None):
    return value if act(how, ti) is not None else value


@task
def gather(xs, how=None, ti=None):
    """Over what instances gave. A mapped group may give one value bare, and None for none."""
    if xs is None or isinstance(xs, int):
        xs = [] if xs is None else [xs]
    act(how, ti)
    return [len(xs), fold(list(xs))]


@task.branch
def choose(to):
    return to


@task.short_circuit
def check(value):
    return value


def double(x):
    return [x, x]


def no_twos(x):
    if x == 2:
        raise AirflowSkipException("no twos")
    return x
'''


@dataclass
class Task:
    """A task of a generated DAG, for what has to be known of its surroundings."""

    task_id: str
    rule: str = "all_success"
    #: All that it waits for.
    upstream: list[str] = field(default_factory=list)
    #: Those of them that say how long its map is.
    sources: list[str] = field(default_factory=list)
    #: The mapped group that it is in.
    group: str | None = None


@dataclass
class Node:
    """Something that later parts of the DAG can wait for or read."""

    #: Its name in the file.
    name: str
    #: The tasks whose ends are its end.
    ends: list[str]
    #: "list", "dict" and "mapped" can be mapped over, "group" can be read, "value" and "none" only be waited for.
    gives: str
    #: Of what a "list" or "dict" gives.
    length: int = -1
    #: It surely succeeds.
    safe: bool = False


@dataclass
class Draft:
    """The text of a DAG and its tasks."""

    dag_id: str
    lines: list[str] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)

    def add(self, line: str, depth: int = 1) -> None:
        self.lines.append("    " * depth + line if line else "")

    def name(self, letter: str) -> str:
        return f"{letter}{sum(map(len, (self.tasks, self.nodes))) + 1}"

    def text(self) -> str:
        return f'with DAG("{self.dag_id}"):\n' + "\n".join(self.lines) + "\n"
