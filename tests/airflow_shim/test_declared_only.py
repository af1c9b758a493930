"""What is declared here and does nothing: files that use it load, with a warning, and tasks that need it fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.program import Program
from fanjet.testing import run_dag

DECLARED = """
from airflow.sdk import (
    DAG, Asset, AssetAccessControl, AssetWatcher, CronPartitionTimetable, DayWindow, PartitionedAssetTimetable,
    PartitionedAtRuntime, RollupMapper, StartOfDayMapper, WaitForAll, Window, task)
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.task.priority_strategy import PriorityWeightStrategy

class Decreasing(PriorityWeightStrategy):
    def get_weight(self, ti):
        return 1

orders = Asset("orders", watchers=[AssetWatcher("w", trigger=None)], access_control=AssetAccessControl(teams=["a"]))
mapper = RollupMapper(upstream_mapper=StartOfDayMapper(), window=DayWindow(direction=Window.Direction.BACKWARD),
                      wait_policy=WaitForAll())
with DAG("hourly", schedule=CronPartitionTimetable("0 * * * *", timezone="UTC")):
    EmptyOperator(task_id="t", weight_rule=Decreasing(), priority_weight=7)
with DAG("rolled", schedule=PartitionedAssetTimetable(assets=orders, default_partition_mapper=mapper)):
    EmptyOperator(task_id="t", weight_rule="some.module.Strategy")
with DAG("by_hand", schedule=PartitionedAtRuntime()):
    @task
    def key(dag_run=None, partition_key="none"[:0] or None):
        return [dag_run.partition_key, partition_key]
    key()
"""

HUMAN = """
from airflow.providers.standard.operators.hitl import (
    ApprovalOperator, HITLBranchOperator, HITLEntryOperator, HITLOperator)
from airflow.sdk import DAG, Param
with DAG("d"):
    HITLOperator.partial(task_id="choose", options=["a", "b"], defaults="a").expand(subject=["{{ ds }}"])
    ApprovalOperator(task_id="approve", subject="s", defaults="Reject")
    HITLEntryOperator(task_id="enter", subject="s", params={"n": Param("", type="string")}, retries=3)
    HITLBranchOperator(task_id="branch", subject="s", options=["x"])
"""


def test_what_has_no_effect_is_told(tmp_path: Path) -> None:
    program = Program(tmp_path)
    file = program.write("d.py", DECLARED)
    told = program("check", file)
    text = told.stdout + told.stderr
    for what in ("watchers", "access_control", "weight_rule", "the partition of CronPartitionTimetable"):
        assert f"{what} has no effect" in text
    assert "hourly (1 task), rolled (1 task), by_hand (1 task)" in text
    program.close()


@pytest.mark.filterwarnings("ignore:.*has no effect")
def test_runs_have_no_partition(tmp_path: Path) -> None:
    file = tmp_path / "d.py"
    file.write_text(DECLARED)
    assert run_dag(file, dag_id="by_hand")["key"].value == [None, None]


def test_nobody_can_be_asked(tmp_path: Path) -> None:
    file = tmp_path / "d.py"
    file.write_text(HUMAN)
    result = run_dag(file)
    failed = [result["choose"][0], result["approve"], result["enter"], result["branch"]]
    assert [each.state for each in failed] == ["failed"] * 4
    assert all("a task cannot ask people yet. Fix: use a sensor" in str(each.error) for each in failed)
    assert result["enter"].try_number == 1
