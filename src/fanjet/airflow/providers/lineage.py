"""Lineage as hooks report it: as in an Airflow without a reader for it, nobody collects it."""

from __future__ import annotations

from typing import Any, NamedTuple


class HookLineage(NamedTuple):
    """What a hook has read and written: nothing that anybody has noted."""

    inputs: tuple[Any, ...] = ()
    outputs: tuple[Any, ...] = ()
    extra: tuple[Any, ...] = ()


class NoOpCollector:
    """Takes reports and keeps none."""

    _extra: dict[str, Any]

    def __init__(self) -> None:
        self._extra = {}
        self._extra_counts: dict[str, int] = {}

    def add_input_asset(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    def add_output_asset(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    def add_input_dataset(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    def add_output_dataset(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    def add_extra(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    def create_asset(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    def create_dataset(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    @property
    def has_collected(self) -> bool:
        """Never."""
        return False

    @property
    def collected_assets(self) -> HookLineage:
        """Nothing."""
        return HookLineage()

    @property
    def collected_datasets(self) -> HookLineage:
        """Nothing."""
        return HookLineage()


_collector = NoOpCollector()


def get_hook_lineage_collector() -> NoOpCollector:
    """The collector."""
    return _collector
