"""DAGs for the tests of schedulers."""

from __future__ import annotations

from typing import Any

from fanjet import DAG, task


def adding(dag_id: str = "adding", **options: Any) -> DAG:
    """Three instances, and one that adds up what they return."""
    with DAG(dag_id, **options) as dag:

        @task
        def work(x):
            return x

        @task
        def add(xs):
            return sum(xs)

        add(work.expand(x=[1, 2, 3]))
    return dag
