"""Events of assets: what a try says about the assets that it has made, and what earlier tries said."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from fanjet.authoring.assets import Asset, AssetAlias, BaseAsset
from fanjet.authoring.instants import INSTANTS
from fanjet.errors import DagTypeError, DagValueError
from fanjet.model import requests
from fanjet.model.requests import AssetEvents, FindAssetEvents, RecordAssetEvents

if TYPE_CHECKING:
    from fanjet.runtime.client import TryClient
    from fanjet.runtime.task_instance import TaskInstance


@dataclass
class Metadata:
    """What a generator of a task yields, to say something about an asset that it has made.

    Attributes:
        asset: The asset.
        extra: What is said, as JSON.
        alias: The alias among the outlets under which the asset is reported.
    """

    asset: Asset
    extra: dict[str, Any] = field(default_factory=dict)
    alias: AssetAlias | None = None


class OutletEvent:
    """What the running try says about one of its outlets.

    Attributes:
        extra: What is said about an asset, as JSON.
    """

    def __init__(self, key: BaseAsset) -> None:
        self.key = key
        self.extra: dict[str, Any] = {}
        #: Of an alias: the assets reported under it.
        self.assets: list[tuple[Asset, dict[str, Any]]] = []

    def add(self, asset: Asset, extra: Mapping[str, Any] | None = None) -> None:
        """Report an asset under an alias.

        Raises:
            DagTypeError: The outlet is no alias, or what is reported is no asset.
        """
        if not isinstance(self.key, AssetAlias) or not isinstance(asset, Asset):
            raise DagTypeError(f"{self.key!r}.add({asset!r}) makes no sense.", fix="add assets, to an AssetAlias")
        self.assets.append((asset, dict(extra or {})))

    def add_partitions(self, keys: str | Sequence[str]) -> None:
        """Refused.

        Raises:
            DagTypeError: Always.
        """
        raise DagTypeError(f"add_partitions({keys!r}): assets here have no partitions.", fix="put the key into extra")


class OutletEvents(Mapping[BaseAsset, OutletEvent]):
    """``outlet_events``: by asset or alias, or by the position among the outlets."""

    def __init__(self, ti: TaskInstance) -> None:
        self._ti = ti
        self._events: dict[BaseAsset, OutletEvent] = {outlet: OutletEvent(outlet) for outlet in ti.task.outlets}

    def __getitem__(self, key: Any) -> OutletEvent:
        outlet = self._ti.task.outlets[key] if isinstance(key, int) else key
        found = next((known for known in self._events if known == outlet or _is_meant(outlet, known)), None)
        if found is None:
            raise DagValueError(
                f"Task '{self._ti.task_id}' does not have {key!r} among its outlets.", fix="add it to outlets=[...]"
            )
        return self._events[found]

    def __iter__(self) -> Iterator[BaseAsset]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def list_events(self, at: float) -> list[requests.AssetEvent]:
        """The events that the try leaves behind when it succeeds now."""
        found: dict[tuple[str, str, str], tuple[Asset, dict[str, Any], set[str]]] = {}
        for outlet, event in self._events.items():
            own = [(asset, event.extra) for asset in outlet.iter_assets()]
            given = event.assets if isinstance(outlet, AssetAlias) else own
            for asset, extra in given:
                text = _write_extra(extra, asset)
                aliases = found.setdefault((asset.name, asset.uri, text), (asset, extra, set()))[2]
                aliases |= {outlet.name} if isinstance(outlet, AssetAlias) else set()
        ti = self._ti
        return [
            requests.AssetEvent(
                name=name, uri=uri, extra=text, aliases=tuple(sorted(aliases)), dag_id=ti.dag_id, run_id=ti.run_id,
                task_id=ti.task_id, path=ti.map_path, at=at,
            )
            for (name, uri, text), (_, _, aliases) in found.items()
        ]  # fmt: skip


@dataclass(frozen=True)
class AssetEvent:
    """An event that a try has left behind.

    Attributes:
        asset: The asset.
        extra: What was said about it.
        timestamp: When.
        source_dag_id: Whose try it was; with its run, task and position.
    """

    asset: Asset
    extra: dict[str, Any]
    timestamp: datetime
    source_dag_id: str
    source_run_id: str
    source_task_id: str
    source_map_index: int


class InletEvents:
    """``inlet_events``: the events of an inlet, the oldest first, by asset or alias or by its position."""

    def __init__(self, ti: TaskInstance) -> None:
        self._ti = ti

    def __getitem__(self, key: Any) -> list[AssetEvent]:
        inlet = self._ti.task.inlets[key] if isinstance(key, int) else key
        if isinstance(inlet, AssetAlias):
            return self.for_asset_alias(name=inlet.name)
        if not isinstance(inlet, Asset):
            raise DagTypeError(f"inlet_events[{key!r}]: that is no asset.", fix="use an Asset or an AssetAlias")
        # A reference has one text for both name and URI.
        if inlet.name == inlet.uri:
            return self.for_asset(name=inlet.name) or self.for_asset(uri=inlet.uri)
        return self.for_asset(name=inlet.name, uri=inlet.uri)

    def for_asset(self, *, name: str | None = None, uri: str | None = None) -> list[AssetEvent]:
        """The events of an asset by its name or URI."""
        return _find_events(self._ti.client, FindAssetEvents(name=name, uri=uri))

    def for_asset_alias(self, *, name: str) -> list[AssetEvent]:
        """The events of assets that were reported under an alias."""
        return _find_events(self._ti.client, FindAssetEvents(alias=name))


def _find_events(client: TryClient, request: FindAssetEvents) -> list[AssetEvent]:
    answer = client.ask(request)
    assert isinstance(answer, AssetEvents), answer
    return [AssetEvent(**read_event(event)) for event in answer.events]


def read_event(event: requests.AssetEvent) -> dict[str, Any]:
    """The attributes of an `AssetEvent`."""
    return {
        "asset": Asset(name=event.name, uri=event.uri),
        "extra": msgspec.json.decode(event.extra),
        "timestamp": INSTANTS.show(datetime.fromtimestamp(event.at, UTC)),
        "source_dag_id": event.dag_id,
        "source_run_id": event.run_id,
        "source_task_id": event.task_id,
        "source_map_index": event.path[-1] if event.path else -1,
    }


def collect_metadata(ti: TaskInstance, result: Any) -> Any:
    """The result of a task with outlets; of a generator, what it returns after it has yielded `Metadata`.

    Raises:
        DagTypeError: It yields something else.
    """
    if not isinstance(result, Generator):
        return result
    events: OutletEvents = ti.get_template_context()["outlet_events"]
    while True:
        try:
            item = next(result)
        except StopIteration as end:
            return end.value
        if not isinstance(item, Metadata):
            raise DagTypeError(
                f"Task '{ti.task_id}' has outlets and yielded {item!r}.", fix="yield Metadata(...), or return a list"
            )
        if item.alias is None:
            events[item.asset].extra.update(item.extra)
        else:
            events[item.alias].add(item.asset, item.extra)


def record_events(ti: TaskInstance) -> None:
    """Record what a try that has succeeded says about its outlets."""
    events = ti.get_template_context()["outlet_events"].list_events(ti.clock.time())
    if events:
        ti.client.ask(RecordAssetEvents(tuple(events)))


def _is_meant(key: Any, known: BaseAsset) -> bool:
    """Whether a key that is no more than a reference means an asset."""
    if not isinstance(key, Asset) or not isinstance(known, Asset):
        return False
    return key.name == key.uri and key.name in (known.name, known.uri)


def _write_extra(extra: Any, asset: Asset) -> str:
    if not isinstance(extra, Mapping):
        raise DagTypeError(f"The extra of {asset!r} is {extra!r}.", fix="give a dict")
    try:
        return msgspec.json.encode(extra, order="sorted").decode()
    except (TypeError, ValueError) as error:
        told = f"The extra of {asset!r} is no JSON: {error}."
        raise DagTypeError(told, fix="give a dict of texts and numbers") from None
