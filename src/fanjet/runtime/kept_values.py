"""What tasks keep: from try to try of one instance (`task_state_store`), and about assets from run to run.

Each call is a request to the scheduler, which has written the value when the call returns.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from fanjet.authoring.assets import Asset, BaseAsset
from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.paths import show
from fanjet.model.requests import FindKept, Forget, Found, Keep

if TYPE_CHECKING:
    from fanjet.runtime.client import TryClient
    from fanjet.runtime.task_instance import TaskInstance

#: As `retention`: for as long as the home is there, which is also what holds without one.
NEVER_EXPIRE = timedelta.max


class KeptValues:
    """JSON values by key.

    Args:
        client: The way to the scheduler.
        owner: Whose they are; see `fanjet.model.requests.FindKept`.
    """

    def __init__(self, client: TryClient, owner: str) -> None:
        self._client = client
        self._owner = owner

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or the default."""
        answer = self._client.ask(FindKept(self._owner, _check_key(key)))
        assert isinstance(answer, Found), answer
        return default if answer.value is None else msgspec.json.decode(answer.value)

    def set(self, key: str, value: Any, *, retention: timedelta | None = None) -> None:
        """Keep a value.

        Args:
            key: A text with something in it.
            value: Anything that JSON can hold.
            retention: How long; None and `NEVER_EXPIRE` for ever.

        Raises:
            DagTypeError: The value is no JSON.
            DagValueError: It is None, or the key or the retention cannot be used.
        """
        if value is None:
            raise DagValueError(f"None cannot be kept under the key {key!r}.", fix="use delete()")
        if retention is not None and retention <= timedelta():
            raise DagValueError(f"retention={retention!r} cannot be used.", fix="give a positive timedelta")
        try:
            text = msgspec.json.encode(value, enc_hook=_refuse).decode()
        except (TypeError, ValueError, OverflowError) as error:
            told = f"The value of the key {key!r} is no JSON: {error}."
            raise DagTypeError(told, fix="keep a dict, list or text") from None
        keep_s = None if retention is None or retention == NEVER_EXPIRE else retention.total_seconds()
        self._client.ask(Keep(self._owner, _check_key(key), text, keep_s))

    def delete(self, key: str) -> None:
        """Keep a key no longer."""
        self._client.ask(Forget(self._owner, _check_key(key)))

    def clear(self) -> None:
        """Keep no key any longer."""
        self._client.ask(Forget(self._owner, None))

    async def aget(self, key: str, default: Any = None) -> Any:
        """As `get`."""
        return self.get(key, default)

    async def aset(self, key: str, value: Any, *, retention: timedelta | None = None) -> None:
        """As `set`."""
        self.set(key, value, retention=retention)

    async def adelete(self, key: str) -> None:
        """As `delete`."""
        self.delete(key)

    async def aclear(self) -> None:
        """As `clear`."""
        self.clear()


class AssetStates:
    """``asset_state_store``: `KeptValues` by asset, for the inlets and outlets of the running task.

    A task with one asset may leave the asset out: ``asset_state_store.get("watermark")``.
    """

    def __init__(self, ti: TaskInstance) -> None:
        self._ti = ti
        found = [asset for declared in (*ti.task.inlets, *ti.task.outlets) for asset in declared.iter_assets()]
        self._assets: dict[str, Asset] = {asset.name: asset for asset in found}

    def __getitem__(self, asset: BaseAsset) -> KeptValues:
        known = next((known for known in self if isinstance(asset, Asset) and _is_same(asset, known)), None)
        if known is None:
            raise DagValueError(
                f"Task '{self._ti.task_id}' has {asset!r} neither among its inlets nor among its outlets.",
                fix="declare it as one of them",
            )
        return KeptValues(self._ti.client, f"asset:{known.name}")

    def __iter__(self) -> Iterator[Asset]:
        return iter(self._assets.values())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if len(self._assets) != 1:
            raise DagValueError(
                f"Task '{self._ti.task_id}' has {len(self._assets)} assets, so asset_state_store.{name} is not clear.",
                fix="write asset_state_store[asset]",
            )
        return getattr(self[next(iter(self))], name)


def _is_same(asset: Asset, other: Asset) -> bool:
    """Whether one means the other; a reference has one of name and URI for both."""
    return asset.name in (other.name, other.uri) or asset.uri in (other.name, other.uri)


def find_task_state(ti: TaskInstance) -> KeptValues:
    """``task_state_store``: what an instance keeps from try to try."""
    return KeptValues(ti.client, f"task:{ti.dag_id}/{ti.run_id}/{ti.task_id}/{show(ti.map_path)}")


def _check_key(key: Any) -> str:
    if not isinstance(key, str) or not key:
        raise DagValueError(f"{key!r} is no key.", fix="give a text with something in it")
    return key


def _refuse(value: Any) -> Any:
    raise TypeError(f"it has a {type(value).__name__} in it")
