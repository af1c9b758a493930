"""`ti.xcom_pull` in all its forms (SEMANTICS 5.8 and 0.1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fanjet import DAG, task, task_group
from runtime.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    with DAG("d") as dag:

        @task
        def one():
            return "single"

        @task
        def m(x, ti=None):
            ti.xcom_push("k", x)
            return x

        @task
        def deep(x):
            return x

        @task_group
        def group(xs):
            deep.expand(x=xs)

        @task
        def pull(ti=None):
            return None

        @task
        def empty():
            return None

        pull() << [one(), m.expand(x=["a", None, "c"]), empty()]
        group.expand(xs=[[1, 2], [3]])
    bench = Bench(dag, tmp_path)
    bench.value("one")
    bench.fan_out("m", 3)
    for path in ((0, 0), (0, 1), (1, 0)):
        bench.value("group.deep", path)
    return bench


def pull(bench: Bench, **arguments: Any) -> Any:
    pulled = []
    function = bench.built.tasks[bench.number("pull")]
    function.python_callable = lambda ti: pulled.append(ti.xcom_pull(**arguments))  # type: ignore[attr-defined]
    bench.runner._prepared[bench.number("pull")] = None
    result = bench.result("pull")
    if result.extra is not None:
        raise AssertionError(result.extra.error)
    return pulled[0]


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ({"task_ids": "one"}, "single"),
        ({"task_ids": "empty"}, None),
        ({"task_ids": "empty", "default": 5}, 5),
        ({"task_ids": "one", "key": "nope", "default": 5}, 5),
        ({"task_ids": "m"}, ["a", "c"]),
        ({"task_ids": "m", "key": "k"}, ["a", None, "c"]),
        ({"task_ids": "m", "key": "nope", "default": []}, []),
        ({"task_ids": "m", "map_indexes": 0}, "a"),
        ({"task_ids": "m", "map_indexes": 1}, None),
        ({"task_ids": "m", "map_indexes": 1, "default": "d"}, "d"),
        ({"task_ids": "m", "map_indexes": [2, 1, 0]}, ["c", None, "a"]),
        ({"task_ids": "m", "map_indexes": None, "default": "d"}, "d"),
        ({"task_ids": "m", "map_indexes": -1}, None),
        ({"task_ids": "one", "map_indexes": -1}, "single"),
        ({"task_ids": ["one", "m", "empty"]}, ["single", "a", "c", None]),
        ({"task_ids": ["m"], "map_indexes": [0, 2]}, ["a", "c"]),
        ({"task_ids": "group.deep"}, [1, 2, 3]),
        ({"task_ids": "group.deep", "map_indexes": 0}, [1, 2]),
        ({"task_ids": "group.deep", "map_indexes": [(1, 0), (0, 1), (5, 5)]}, [3, 2, None]),
        ({}, None),
        ({"task_ids": "one", "dag_id": "d", "run_id": "run-1"}, "single"),
        ({"task_ids": "one", "session": None}, "single"),
    ],
)
def test_forms(arguments: dict[str, Any], value: Any, bench: Bench) -> None:
    assert pull(bench, **arguments) == value


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {"task_ids": "mm"},
            "Task 'pull' asks for values of task 'mm', which the DAG does not have. Fix: did you mean",
        ),
        ({"task_ids": "m", "map_indexes": "x"}, "is no map index"),
    ],
)
def test_what_cannot_be_pulled(arguments: dict[str, Any], words: str, bench: Bench) -> None:
    with pytest.raises(AssertionError, match=words):
        pull(bench, **arguments)
