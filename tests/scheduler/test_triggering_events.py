"""Runs that events of assets have started, and what their tasks learn of them."""

from __future__ import annotations

from fanjet import DAG, task
from fanjet.authoring.assets import Asset, AssetAlias
from fanjet.operators.bash import BashOperator
from fanjet.operators.empty import EmptyOperator
from fanjet.operators.python import PythonOperator
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader
from scheduler.service_world import ServiceWorld, ended, until


def test_a_run_knows_by_which_events_it_was_started(database: Database) -> None:
    orders, prices, alias = Asset("orders", uri="s3://orders"), Asset("prices"), AssetAlias("fresh")
    with DAG("make_orders") as make_orders:

        @task(outlets=[orders, alias])
        def make(run_id=None, outlet_events=None):
            outlet_events[orders].extra = {"rows": run_id}
            outlet_events[alias].add(Asset("found"))

        make()
    with DAG("make_prices") as make_prices:
        PythonOperator(task_id="make", python_callable=dict, outlets=[prices])
    with DAG("use", schedule=orders & prices) as use:

        @task
        def read(triggering_asset_events=None):
            return {
                "by asset": [event.extra["rows"] for event in triggering_asset_events[orders]],
                "by uri": len(triggering_asset_events["s3://orders"]),
                "assets": sorted(asset.name for asset in triggering_asset_events),
                "from": triggering_asset_events["prices"][0].source_dag_run.run_id,
            }

        show = BashOperator(
            task_id="show", bash_command="echo {{ (triggering_asset_events.values() | first | first).source_run_id }}"
        )
        read() >> show
    world = ServiceWorld(database, make_orders, make_prices, use)
    member = world.member()
    member.turns(5)
    for dag_id, run_id in (("make_orders", "o1"), ("make_orders", "o2"), ("make_prices", "p1")):
        world.ask(dag_id, run_id)
        until(member, ended(world))
    until(member, lambda: len(world.states("use")) == 1 and ended(world)())
    with Reader.open(database) as reader:
        (row,) = reader.list_runs("use")
    assert world.value(row.info.number) == {
        "by asset": ["o1", "o2"], "by uri": 2, "assets": ["orders", "prices"], "from": "p1",
    }  # fmt: skip
    assert world.value(row.info.number, 1) == "o1"
    world.ask("use", "by hand")
    until(member, ended(world))
    assert world.states("use")["by hand"] == "failed", "no event has started it"


def test_an_empty_task_reports_its_assets(database: Database) -> None:
    with DAG("make") as make:
        EmptyOperator(task_id="one", outlets=[Asset("a")])
        EmptyOperator.partial(task_id="several", outlets=[Asset("b")]).expand_kwargs([{}, {}])
        EmptyOperator(task_id="plain")
        EmptyOperator(task_id="reads", inlets=[Asset("a")])
        EmptyOperator(task_id="tells", on_success_callback=print)
    with DAG("use", schedule=[Asset("a"), Asset("b")]) as use:
        EmptyOperator(task_id="done")
    world = ServiceWorld(database, make, use)
    kinds = {each.task_id: each.kind for each in world.built[0].spec.tasks}
    assert kinds == {"one": "task", "several": "task", "plain": "empty", "reads": "task", "tells": "task"}
    member = world.member()
    member.turns(5)
    world.ask("make")
    until(member, lambda: len(world.states("use")) == 1 and ended(world)())
    assert set(world.states().values()) == {"success"}
