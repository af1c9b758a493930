"""What tasks keep about themselves and about assets, and what they say about the assets that they have made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from e2e.program import Program, values
from fanjet import DAG, task
from fanjet.authoring.asset_decorator import asset
from fanjet.authoring.assets import Asset
from fanjet.testing import run_dag


@pytest.fixture
def fanjet(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path)
    yield program
    program.close()


PRODUCE = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Asset, AssetAlias, Metadata, task

ORDERS, ALIAS = Asset("orders", uri="s3://orders"), AssetAlias("all")

with DAG("produce"):
    @task(outlets=[ORDERS])
    def yields():
        yield Metadata(ORDERS, {"by": "yield"})
        return "done"

    @task(outlets=[ORDERS, ALIAS])
    def sets(outlet_events=None):
        outlet_events[ORDERS].extra = {"by": "context"}
        outlet_events[ALIAS].add(Asset("s3://found"), extra={"n": 1})

    @task(outlets=[ORDERS])
    def fails():
        raise ValueError

    def after(context, result):
        context["outlet_events"][ORDERS].extra = {"by": result}

    yields() >> sets() >> BashOperator(
        task_id="bash", bash_command="echo bash", outlets=[ORDERS], post_execute=after) >> fails()
"""

CONSUME = """
from airflow.sdk import DAG, Asset, AssetAlias, task
from airflow.providers.standard.operators.bash import BashOperator

ORDERS, ALIAS = Asset.ref(name="orders"), AssetAlias("all")

with DAG("consume"):
    @task(inlets=[ORDERS, ALIAS])
    def read(inlet_events=None, prev_start_date_success=None, partition_key=None):
        found = inlet_events[ORDERS]
        alias = inlet_events[ALIAS][0]
        assert prev_start_date_success is partition_key is None
        return [[event.extra["by"] for event in found], found[-1].source_task_id, alias.asset.uri, alias.extra]

    BashOperator(
        task_id="shown", inlets=[ORDERS],
        bash_command="echo '{{ inlet_events.for_asset(uri='s3://orders')[-1].extra | tojson }}'",
    )
    read()
"""


def test_events_reach_later_runs(fanjet: Program) -> None:
    produced = fanjet.results("run", fanjet.write("produce.py", PRODUCE), code=1)[0]
    assert values(produced, "yields") == {(): "done"}
    consumed = fanjet.results("run", fanjet.write("consume.py", CONSUME))[0]
    assert values(consumed, "read") == {(): [["yield", "context", "bash"], "bash", "s3://found", {"n": 1}]}
    assert values(consumed, "shown") == {(): '{"by": "bash"}'}


def test_what_was_kept_about_an_asset_is_there_in_the_next_run(fanjet: Program) -> None:
    text = """
from airflow.sdk import DAG, Asset, task
ORDERS = Asset("orders")
with DAG("d"):
    @task(outlets=[ORDERS])
    def load(asset_state_store=None, prev_start_date_success=None, run_id=None):
        state = asset_state_store[ORDERS]
        state.set("runs", state.get("runs", default=0) + 1)
        return [asset_state_store.get("runs"), prev_start_date_success is not None]
    load()
"""
    file = fanjet.write("d.py", text)
    runs = [fanjet.results("run", file)[0] for _ in range(2)]
    assert [values(run, "load")[()] for run in runs] == [[1, False], [2, True]]


def test_a_task_finds_in_a_retry_what_it_kept(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task(retries=1, retry_delay=5)
        async def resume(item, task_state_store=None):
            found = await task_state_store.aget("job", default=None)
            if found is None:
                await task_state_store.aset("job", {"id": item}, retention=timedelta.max)
                raise RuntimeError
            task_state_store.set("gone", 1)
            task_state_store.delete("gone")
            assert task_state_store.get("gone", "nothing") == "nothing"
            task_state_store.clear()
            assert task_state_store.get("job") is None
            return found

        resume.expand(item=[1, 2])
    result = run_dag(dag)
    assert [result["resume"][index].value for index in range(2)] == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("outlet_events[Asset('b')].extra = {}", "does not have Asset(name='b', uri='b') among its outlets"),
        ("outlet_events[0].extra = {'a': object()}", "is no JSON"),
        ("outlet_events[0].add(Asset('b'))", "add assets, to an AssetAlias"),
        ("outlet_events[0].add_partitions('b')", "assets here have no partitions"),
        ("asset_state_store['a'].get('k')", "neither among its inlets nor among its outlets"),
        ("task_state_store.set('', 1)", "is no key"),
        ("task_state_store.set('k', object())", "is no JSON: it has a object in it"),
        ("task_state_store.set('k', None)", "use delete()"),
    ],
)
def test_mistakes_say_what_to_do(body: str, message: str) -> None:
    with DAG("d") as dag:

        @task(outlets=[Asset("a")])
        def f(outlet_events=None, asset_state_store=None, task_state_store=None):
            exec(body, {"Asset": Asset}, locals())

        f()
    failed = run_dag(dag)["f"]
    assert message in str(failed.error)


def test_decorated_assets_are_assets_and_dags(tmp_path: Path) -> None:
    @asset(uri="s3://first", schedule="@daily", tags=["x"])
    def first(self, context, ds, limit=3):
        return [self.uri, context["task"].task_id, ds == context["ds"], limit]

    @asset(schedule=first)
    def second(first):
        return first.name

    @asset.multi(schedule=None, outlets=[Asset("a"), Asset("b")])
    def both(self, outlet_events):
        outlet_events[Asset("a")].extra = {"n": 1}
        return self.describe()

    assert isinstance(first, Asset)
    assert (first.name, (first | second).describe()) == ("first", "(first or second)")
    file = tmp_path / "d.py"
    file.write_text(
        "from airflow.sdk import asset, Asset\n"
        "@asset(uri='s3://first', schedule='@daily', tags=['x'])\n"
        "def first(self, context, ds, limit=3):\n"
        "    return [self.uri, context['task'].task_id, ds == context['ds'], limit]\n"
        "@asset(schedule=first)\n"
        "def second(first):\n"
        "    return first.name\n"
        "@asset.multi(schedule=None, outlets=[Asset('a'), Asset('b')])\n"
        "def both(self, outlet_events):\n"
        "    outlet_events[Asset('a')].extra = {'n': 1}\n"
        "    return self.describe()\n"
    )
    found = {name: run_dag(file, dag_id=name)[name].value for name in ("first", "second", "both")}
    assert found == {"first": ["s3://first", "first", True, 3], "second": "first", "both": "(a and b)"}
