"""Operator classes written elsewhere: what they give their base classes, how they render, what they combine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fanjet.testing import run_dag

COMMON = """
from airflow import DAG
from airflow.decorators import task
from airflow.models import BaseOperator

class Query(BaseOperator):
    template_fields = ("sql",)
    def __init__(self, *, sql, conn_id=None, **kwargs):
        super().__init__(**kwargs)
        self.sql, self.conn_id = sql, conn_id
    def execute(self, context):
        return [self.sql, self.conn_id]

class SqliteQuery(Query):
    def __init__(self, *, sqlite_conn_id="sqlite_default", **kwargs):
        super().__init__(conn_id=sqlite_conn_id, **kwargs)
"""

DEFAULTS = (
    COMMON
    + """
with DAG("d", default_args={"conn_id": "common"}):
    Query(task_id="plain", sql="1")
    SqliteQuery(task_id="special", sql="1")
    SqliteQuery.partial(task_id="many").expand(sql=["1", "2"])
"""
)

NESTED = (
    COMMON
    + """
class Volume:
    def __init__(self, name):
        self.name = name

class Pod(BaseOperator):
    template_fields = ("volumes", "command")
    def __init__(self, *, volumes=(), command="", **kwargs):
        super().__init__(**kwargs)
        self.volumes, self.command = volumes, command
    def _render_nested_template_fields(self, content, context, jinja_env, seen_oids):
        if isinstance(content, Volume):
            self._do_render_template_fields(content, ("name",), context, jinja_env, seen_oids)
            return
        super()._render_nested_template_fields(content, context, jinja_env, seen_oids)
    def execute(self, context):
        return [[volume.name for volume in self.volumes], self.command]

class Counted(BaseOperator):
    template_fields = ("size",)
    def __init__(self, *, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size
    def render_template_fields(self, context, jinja_env=None):
        super().render_template_fields(context, jinja_env)
        self.size = int(self.size)
    def execute(self, context):
        env = self.get_template_env()
        env.filters["loud"] = str.upper
        return [self.size, self.render_template("{{ 'a' | loud }} {{ ds }}", context, env)]

with DAG("d"):
    @task
    def data():
        return "{{ not a template }}"
    volumes = [Volume("{{ ds }}-{{ task.task_id }}")]
    one = Pod(task_id="one", volumes=volumes, command=data())
    Pod.partial(task_id="many", volumes=volumes).expand(command=["{{ ti.map_index }}", "b"])
    Counted(task_id="counted", size="{{ 6 * 7 }}")
"""
)

TWO_BASES = (
    COMMON
    + """
from airflow.decorators.base import DecoratedOperator, task_decorator_factory

class QueryDecorated(DecoratedOperator, Query):
    custom_operator_name = "@task.query"
    template_fields = ("op_args", "op_kwargs")
    def __init__(self, **kwargs):
        super().__init__(kwargs_to_upstream={"sql": "from " + kwargs["python_callable"].__name__}, **kwargs)

def query(function=None, **kwargs):
    return task_decorator_factory(function, decorated_operator_class=QueryDecorated, **kwargs)

@query
def orders():
    raise RuntimeError("the function is not called: the other class does the work")

@query
def source(a):
    "Documentation."
    return a

with DAG("d"):
    orders()
    source.expand(a=[1])
"""
)


def values(text: str, folder: Path) -> dict[str, list[object]]:
    """By task, the values of its instances."""
    file = folder / "d.py"
    file.write_text(text)
    result = run_dag(file, logical_date=datetime(2024, 5, 6, tzinfo=UTC))
    assert result.state == "success", result
    return {task_id: task.values for task_id, task in result.tasks.items()}


def test_a_default_argument_gives_way_to_what_a_class_gives_its_base(tmp_path: Path):
    found = values(DEFAULTS, tmp_path)
    assert found["plain"] == [["1", "common"]]
    assert found["special"] == [["1", "sqlite_default"]]
    assert found["many"] == [["1", "sqlite_default"], ["2", "sqlite_default"]]


def test_an_operator_renders_objects_that_it_knows(tmp_path: Path):
    found = values(NESTED, tmp_path)
    assert found["one"] == [[["2024-05-06-one"], "{{ not a template }}"]]
    assert found["many"] == [[["2024-05-06-many"], "0"], [["2024-05-06-many"], "b"]]
    assert found["counted"] == [[42, "A 2024-05-06"]]


def test_a_decorated_operator_does_what_its_other_base_does(tmp_path: Path):
    found = values(TWO_BASES, tmp_path)
    assert found["orders"] == [["from orders", None]]
    assert found["source"] == [["from source", None]]


@pytest.mark.parametrize("kind", ["lambda: 1", "print"])
def test_only_functions_with_a_source_can_be_run_elsewhere(kind: str):
    from fanjet.authoring.function_source import read_function_source
    from fanjet.errors import DagTypeError

    with pytest.raises(DagTypeError, match="@task 't': "):
        read_function_source(eval(kind), "@task 't'")
