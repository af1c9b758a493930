"""`ti.xcom_pull` with another DAG, run or date."""

from __future__ import annotations

import json

from e2e.program import Program, values

GIVING = """
    from fanjet import dag, task

    @dag
    def giving():
        @task
        def one(ds, ti=None):
            ti.xcom_push("day", ds)
            if ds == "2024-01-03":
                return None
            return ["value of", ds]

        @task
        def many(x, ds):
            return f"{x} of {ds}" if x != 1 else None

        one(), many.expand(x=[0, 1, 2])

    @dag
    def taking():
        @task
        def take(ti=None, dag_run=None):
            run = dict(dag_id="giving", run_id=dag_run.conf["run_id"])
            prior = dict(dag_id="giving", include_prior_dates=True)
            return {
                "run": ti.xcom_pull("one", **run),
                "key": ti.xcom_pull("one", key="day", **run),
                "mapped": ti.xcom_pull("many", **run),
                "index": ti.xcom_pull("many", map_indexes=2, **run),
                "indexes": ti.xcom_pull("many", map_indexes=[2, 1, 0], default="x", **run),
                "several": ti.xcom_pull(["one", "many"], **run),
                "gap": ti.xcom_pull("many", map_indexes=1, default="no value", **run),
                "latest": ti.xcom_pull("one", **prior),
                "latest_key": ti.xcom_pull("one", key="day", **prior),
                "same_run": ti.xcom_pull("one", dag_id="giving", default="none of this id"),
                "no_dag": ti.xcom_pull("one", dag_id="nobody", default="none"),
                "no_task": ti.xcom_pull("nothing", default="none", **run),
            }

        take()

    giving(), taking()
"""


def test_values_of_another_dag_and_of_earlier_dates(fanjet: Program) -> None:
    file = fanjet.write("giving.py", GIVING)
    days = ("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-09")
    runs = [fanjet.results("run", file, "--dag", "giving", "--logical-date", day)[0] for day in days]
    conf = json.dumps({"run_id": runs[0]["run_id"]})
    (run,) = fanjet.results("run", file, "--dag", "taking", "--logical-date", "2024-01-05", "--conf", conf)
    assert values(run, "take")[()] == {
        "run": ["value of", "2024-01-01"],
        "key": "2024-01-01",
        "mapped": ["0 of 2024-01-01", "2 of 2024-01-01"],
        "index": "2 of 2024-01-01",
        "indexes": ["2 of 2024-01-01", None, "0 of 2024-01-01"],
        "several": [["value of", "2024-01-01"], "0 of 2024-01-01", "2 of 2024-01-01"],
        "gap": "no value",
        "latest": ["value of", "2024-01-02"],
        "latest_key": "2024-01-03",
        "same_run": "none of this id",
        "no_dag": "none",
        "no_task": "none",
    }
