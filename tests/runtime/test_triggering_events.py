"""``triggering_asset_events``: by asset, name, URI and alias, and asked for only when somebody looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from fanjet import DAG, task
from fanjet.authoring.assets import Asset, AssetAlias
from fanjet.model.requests import AssetEvent, AssetEvents, FindAssetEvents, FindRuns, Request, Response, RunFacts, Runs
from runtime.bench import RUN, Bench

_EVENTS = {
    3: ("orders", "s3://orders", "o1", ()),
    4: ("found", "s3://found", "o1", ("daily",)),
    7: ("orders", "s3://orders", "o2", ()),
}


class Answers:
    """Answers what is asked about events; hands all else on."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.asked: list[Request] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def ask(self, request: Request) -> Response:
        self.asked.append(request)
        match request:
            case FindAssetEvents(numbers=numbers):
                return AssetEvents(tuple(self._event(number) for number in numbers or ()))
            case FindRuns(dag_id="produce", run_id="o1"):
                facts = RunFacts(
                    number=5, run_id="o1", state="success", logical_date=86400.0, data_interval_start=None,
                    data_interval_end=None, started_at=86400.0, ended_at=86410.0,
                )  # fmt: skip
                return Runs((facts,))
        answer: Response = self._client.ask(request)
        return answer

    @staticmethod
    def _event(number: int) -> AssetEvent:
        name, uri, run_id, aliases = _EVENTS[number]
        return AssetEvent(
            name=name, uri=uri, extra=f'{{"n": {number}}}', aliases=aliases, dag_id="produce", run_id=run_id,
            task_id="make", path=(2,), at=1000.0 + number,
        )  # fmt: skip


def look(folder: Path, function: Any, events: tuple[int, ...] = (3, 4, 7)) -> tuple[Any, list[Request]]:
    with DAG("d") as dag:
        task(function, task_id="t")()
    bench = Bench(dag, folder, run=msgspec.structs.replace(RUN, asset_events=events))
    answers = Answers(bench.client)
    bench.runner._client = answers
    return bench.value("t"), answers.asked


def test_events_are_found_by_all_that_an_asset_is_called(tmp_path: Path) -> None:
    def read(triggering_asset_events: Any = None) -> Any:
        keys = (
            Asset("orders", uri="s3://orders"), Asset.ref(name="orders"), Asset.ref(uri="s3://orders"), "orders",
            "s3://orders", AssetAlias("daily"),
        )  # fmt: skip
        by_name = triggering_asset_events.for_asset(name="orders")
        assert by_name == triggering_asset_events.for_asset(uri="s3://orders")
        assert triggering_asset_events.for_asset_alias(name="daily") == triggering_asset_events["found"]
        return [[event.extra["n"] for event in triggering_asset_events[key]] for key in keys]

    value, asked = look(tmp_path, read)
    assert value == [[3, 7]] * 5 + [[4]]
    assert asked == [FindAssetEvents(numbers=(3, 4, 7))]


def test_an_event_says_where_it_comes_from(tmp_path: Path) -> None:
    def read(triggering_asset_events: Any = None) -> Any:
        first, second = triggering_asset_events["orders"]
        run = first.source_dag_run
        assert (run.dag_id, run.state, run.data_interval_start) == ("produce", "success", None)
        assert second.source_dag_run is None, "it has been removed"
        assert (first.source_task_id, first.source_map_index, first.timestamp.timestamp()) == ("make", 2, 1003.0)
        assert triggering_asset_events["found"][0].source_aliases == (AssetAlias("daily"),)
        return run.logical_date.isoformat()

    value, _ = look(tmp_path, read)
    assert value == "1970-01-02T00:00:00+00:00"


@pytest.mark.parametrize("key", [Asset("prices"), AssetAlias("weekly"), "prices", 3])
def test_there_is_nothing_of_others(key: Any, tmp_path: Path) -> None:
    def read(triggering_asset_events: Any = None) -> Any:
        assert key not in triggering_asset_events
        with pytest.raises(KeyError, match=r"not started by events of .* Fix: "):
            triggering_asset_events[key]
        return sorted(asset.name for asset in triggering_asset_events)

    value, _ = look(tmp_path, read)
    assert value == ["daily", "found", "orders"]


def test_a_run_that_no_asset_has_started_asks_nobody(tmp_path: Path) -> None:
    value, asked = look(tmp_path, lambda triggering_asset_events=None: len(triggering_asset_events), events=())
    assert (value, asked) == (0, [])


def test_nobody_is_asked_unless_somebody_looks(tmp_path: Path) -> None:
    value, asked = look(tmp_path, lambda run_id=None: run_id)
    assert (value, asked) == ("run-1", [])
