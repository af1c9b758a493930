"""Partitions of assets: declared only. Runs here have none, so nothing maps their keys."""

from __future__ import annotations

from enum import Enum
from typing import Any

from fanjet.authoring.asset_timetables import AssetTriggeredTimetable, to_condition
from fanjet.authoring.assets import BaseAsset
from fanjet.authoring.no_effect import tell_no_effect
from fanjet.authoring.timetables import CronTriggerTimetable, NullTimetable

_WHY = "Runs here have no partitions. Fix: use params or the logical date of the run."


class PartitionPart:
    """What a schedule with partitions is made of; keeps its arguments.

    Args:
        args: Any.
        kwargs: Any.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args, self.kwargs = args, kwargs

    def __repr__(self) -> str:
        given = [*map(repr, self.args), *(f"{name}={value!r}" for name, value in self.kwargs.items())]
        return f"{type(self).__name__}({', '.join(given)})"


class PartitionMapper(PartitionPart):
    """Gives the key of a partition for that of another asset."""


class Window(PartitionPart):
    """A span of partitions."""

    class Direction(Enum):
        """Which way the span goes."""

        FORWARD = "forward"
        BACKWARD = "backward"


class WaitPolicy(PartitionPart):
    """How many partitions of a window are waited for."""


def __getattr__(name: str) -> Any:
    """``StartOfDayMapper``, ``DayWindow`` and their like: nothing in them differs."""
    base = _find_base(name)
    if base is None:
        raise AttributeError(name)
    made = globals()[name] = type(name, (base,), {"__module__": __name__, "__doc__": base.__doc__})
    return made


def _find_base(name: str) -> type | None:
    if name in {"MinimumCount", "WaitForAll"}:
        return WaitPolicy
    ends = {"Mapper": PartitionMapper, "Window": Window}
    return next((base for end, base in ends.items() if name.endswith(end)), None)


class CronPartitionTimetable(CronTriggerTimetable):
    """A run at each instant of a cron line; its partition is not passed on.

    Args:
        cron: The line.
        options: As in `CronTriggerTimetable`, and what makes the key, which is kept only.
    """

    def __init__(self, cron: str, *, timezone: Any = "UTC", **options: Any) -> None:
        super().__init__(cron, timezone=timezone)
        self.options = options
        tell_no_effect("the partition of CronPartitionTimetable", f"Schedule {cron!r}", _WHY)


class PartitionedAssetTimetable(AssetTriggeredTimetable):
    """A run for each partition of assets, where there were partitions.

    Args:
        assets: The assets, or a condition on them.
        partition_mapper_config: The mapper of each asset, kept only.
        default_partition_mapper: That of the others, kept only.
        options: Any other, kept only.
    """

    def __init__(
        self,
        *,
        assets: Any,
        partition_mapper_config: dict[BaseAsset, Any] | None = None,
        default_partition_mapper: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(to_condition(assets))
        self.partition_mapper_config = dict(partition_mapper_config or {})
        self.default_partition_mapper = default_partition_mapper
        self.options = options
        tell_no_effect("PartitionedAssetTimetable", "A schedule", _WHY)


class PartitionedAtRuntime(NullTimetable):
    """Runs that are started by hand and say which partitions they have made, which they cannot here."""

    @property
    def summary(self) -> str:
        return "by hand"
