"""The events of assets that a run was started by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from fanjet.authoring.assets import Asset, AssetAlias, BaseAsset
from fanjet.authoring.instants import INSTANTS
from fanjet.errors import FanjetError
from fanjet.model import requests
from fanjet.model.requests import AssetEvents, FindAssetEvents, FindRuns, Runs
from fanjet.runtime.asset_events import AssetEvent, read_event

if TYPE_CHECKING:
    from fanjet.runtime.client import TryClient
    from fanjet.runtime.task_instance import TaskInstance


@dataclass(frozen=True)
class SourceRun:
    """The run that an event comes from. Instants are aware and None where there is none.

    Attributes:
        state: As of when it was asked for.
    """

    dag_id: str
    run_id: str
    state: str
    logical_date: datetime | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    start_date: datetime | None
    end_date: datetime | None


@dataclass(frozen=True)
class TriggeringEvent(AssetEvent):
    """An event that has helped to start a run.

    Attributes:
        source_aliases: The aliases under which the asset was reported.
    """

    source_aliases: tuple[AssetAlias, ...]
    client: TryClient = field(repr=False, compare=False)

    @cached_property
    def source_dag_run(self) -> SourceRun | None:
        """The run that it comes from; None when that has been removed."""
        answer = self.client.ask(FindRuns(self.source_dag_id, run_id=self.source_run_id))
        assert isinstance(answer, Runs), answer
        return next((_make_source_run(self.source_dag_id, facts) for facts in answer.runs), None)


class NoEventsError(FanjetError, KeyError):
    """The run was not started by events of an asset."""

    def __init__(self, key: object) -> None:
        super().__init__(f"The run was not started by events of {key!r}. Fix: ask with `in` or .get() first.")

    def __str__(self) -> str:
        """The message as it is; a KeyError would quote it."""
        return str(self.args[0])


class TriggeringAssetEvents(Mapping[BaseAsset, list[TriggeringEvent]]):
    """``triggering_asset_events``: the events that started the run, the oldest first, by asset and by alias.

    A text stands for an asset of that name or URI. A run that no assets have started has none.
    """

    def __init__(self, ti: TaskInstance) -> None:
        self._by_asset: dict[tuple[str, str], list[TriggeringEvent]] = {}
        self._by_alias: dict[str, list[TriggeringEvent]] = {}
        numbers = ti.dag_run.info.asset_events
        for event in _find_events(ti.client, numbers) if numbers else ():
            self._by_asset.setdefault((event.asset.name, event.asset.uri), []).append(event)
            for alias in event.source_aliases:
                self._by_alias.setdefault(alias.name, []).append(event)

    def __getitem__(self, key: BaseAsset | str) -> list[TriggeringEvent]:
        found: list[TriggeringEvent] | None = None
        match key:
            case Asset(known_name=name, known_uri=uri):
                found = self._find(name, uri)
            case AssetAlias(name=name):
                found = self._by_alias.get(name)
            case str():
                found = self._find(key, None) or self._find(None, key)
        if found is None:
            raise NoEventsError(key)
        return found

    def __iter__(self) -> Iterator[BaseAsset]:
        yield from (Asset(name=name, uri=uri) for name, uri in self._by_asset)
        yield from (AssetAlias(name) for name in self._by_alias)

    def __len__(self) -> int:
        return len(self._by_asset) + len(self._by_alias)

    def __repr__(self) -> str:
        return repr(dict(self))

    def for_asset(self, *, name: str | None = None, uri: str | None = None) -> list[TriggeringEvent]:
        """The events of an asset by its name or URI."""
        found = self._find(name, uri)
        if found is None:
            raise NoEventsError(uri if name is None else name)
        return found

    def for_asset_alias(self, *, name: str) -> list[TriggeringEvent]:
        """The events of assets that were reported under an alias."""
        return self[AssetAlias(name)]

    def _find(self, name: str | None, uri: str | None) -> list[TriggeringEvent] | None:
        """Those of the asset with this name and URI; what is None restricts nothing."""
        known = ((known, found) for known, found in self._by_asset.items() if name in (None, known[0]))
        return next((found for known, found in known if uri in (None, known[1])), None)


def _find_events(client: TryClient, numbers: tuple[int, ...]) -> list[TriggeringEvent]:
    answer = client.ask(FindAssetEvents(numbers=numbers))
    assert isinstance(answer, AssetEvents), answer
    return [
        TriggeringEvent(**read_event(event), source_aliases=tuple(map(AssetAlias, event.aliases)), client=client)
        for event in answer.events
    ]


def _make_source_run(dag_id: str, facts: requests.RunFacts) -> SourceRun:
    return SourceRun(
        dag_id=dag_id,
        run_id=facts.run_id,
        state=facts.state,
        logical_date=_show(facts.logical_date),
        data_interval_start=_show(facts.data_interval_start),
        data_interval_end=_show(facts.data_interval_end),
        start_date=_show(facts.started_at),
        end_date=_show(facts.ended_at),
    )


def _show(at: float | None) -> datetime | None:
    return None if at is None else INSTANTS.show(datetime.fromtimestamp(at, UTC))
