"""Operators, decorators and exceptions that people derive from Airflow's, in files that run unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from fanjet.airflow.finder import airflow_names
from fanjet.airflow.table.entries import Missing
from fanjet.airflow.table.exceptions import EXCEPTIONS, STANDARD_EXCEPTIONS
from fanjet.testing import run_dag

#: As in Airflow, the first are not to be caught by accident; the others say that the file is wrong.
_APART = {"AirflowInternalRuntimeError", "AirflowTaskTerminated", "TaskDeferred"} | {
    "FailFastDagInvalidTriggerRule", "FailStopDagInvalidTriggerRule",
}  # fmt: skip
_WARNINGS = ("Warning",)

SKIPPING = """
from airflow.models import BaseOperator, BaseOperatorLink, SkipMixin
from airflow.operators.branch import BranchMixIn
from airflow.operators.empty import EmptyOperator
from airflow import DAG

class Link(BaseOperatorLink):
    name = "Where it came from"
    def get_link(self, operator, *, ti_key):
        return "https://example.org"

class SkipSecond(BaseOperator, SkipMixin):
    operator_extra_links = (Link(),)
    def execute(self, context):
        self.skip(context["dag_run"], context["ti"].logical_date, list(context["task"].downstream_list)[1:])
        return "kept, as it is no branch"

class Choose(BaseOperator, BranchMixIn):
    def execute(self, context):
        return self.do_branch(context, "left")

with DAG("d") as dag:
    SkipSecond(task_id="s") >> [EmptyOperator(task_id="first"), EmptyOperator(task_id="second")]
    Choose(task_id="c") >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
    SkipSecond.partial(task_id="none").expand_kwargs([{}]) >> EmptyOperator(task_id="last")
"""

DECORATOR = """
from airflow.decorators import dag, task
from airflow.decorators.base import DecoratedOperator, task_decorator_factory
from airflow.models import BaseOperator
from airflow.models.xcom import XCom

class Shout(BaseOperator):
    def __init__(self, *, times, **kwargs):
        super().__init__(**kwargs)
        self.times = times

class ShoutDecorated(DecoratedOperator, Shout):
    custom_operator_name = "@task.shout"
    def __init__(self, *, python_callable, op_args=None, op_kwargs=None, **kwargs):
        super().__init__(
            kwargs_to_upstream={"times": kwargs.pop("times")}, python_callable=python_callable,
            op_args=op_args, op_kwargs=op_kwargs, **kwargs,
        )
    def execute(self, context):
        return super().execute(context).upper() + "!" * self.times

def shout(python_callable=None, multiple_outputs=None, **kwargs):
    return task_decorator_factory(
        python_callable=python_callable, multiple_outputs=multiple_outputs,
        decorated_operator_class=ShoutDecorated, **kwargs,
    )

@dag
def d():
    @shout(times=2)
    def word(text, ds=None):
        return text

    @task
    def read():
        XCom.set("note", "mine")
        many = XCom.get_many(task_ids=["words"], limit=2)
        last = XCom.get_one(task_id="words", map_index=2)
        return [XCom.get_one(task_id="word"), [found.value for found in many], last]

    word("hi") >> word.override(task_id="words").expand(text=["a", "b", "c"]) >> read()

d()
"""


@pytest.mark.parametrize("name", sorted(EXCEPTIONS | STANDARD_EXCEPTIONS))
def test_except_airflow_exception_catches_every_one(name: str) -> None:
    entry = (EXCEPTIONS | STANDARD_EXCEPTIONS)[name]
    if isinstance(entry, Missing) or name in _APART or name.endswith(_WARNINGS):
        return
    with airflow_names():
        from airflow import exceptions

        found = getattr(exceptions if name in EXCEPTIONS else _standard(), name)
        assert issubclass(found, exceptions.AirflowException)


def _standard() -> object:
    from airflow.providers.standard import exceptions

    return exceptions


def test_classes_skip_in_the_middle_of_their_work(tmp_path: Path) -> None:
    file = tmp_path / "d.py"
    file.write_text(SKIPPING)
    result = run_dag(file)
    states = {task: result[task].state for task in ("s", "first", "second", "c", "left", "right", "last")}
    assert states == {
        "s": "success", "first": "success", "second": "skipped",
        "c": "success", "left": "success", "right": "skipped", "last": "success",
    }  # fmt: skip


def test_decorators_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "d.py"
    file.write_text(DECORATOR)
    result = run_dag(file)
    assert result["read"].value == ["HI!!", ["A!!", "B!!"], "C!!"]
