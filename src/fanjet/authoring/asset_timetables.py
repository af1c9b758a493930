"""Timetables that wait for assets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fanjet.authoring.assets import AssetAll, BaseAsset
from fanjet.authoring.timetable_base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from fanjet.authoring.timetables import NullTimetable
from fanjet.errors import DagValueError


class AssetTriggeredTimetable(Timetable):
    """A run when there is something new of assets.

    Args:
        assets: The assets, or a condition on them.
    """

    periodic = False

    def __init__(self, assets: Any) -> None:
        try:
            self.asset_condition = to_condition(assets)
        except ValueError as error:
            what = f"{type(self).__name__}: assets={assets!r} cannot be used."
            raise DagValueError(what, fix=f"give {error}") from None

    @property
    def summary(self) -> str:
        return f"assets: {self.asset_condition.describe()}" if self.asset_condition else "assets"

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        del last_automated_data_interval, restriction
        return None


class AssetOrTimeSchedule(AssetTriggeredTimetable):
    """A run when a timetable says so, and also when there is something new of assets.

    Args:
        timetable: The timetable.
        assets: The assets, or a condition on them.
        datasets: The older name of `assets`.
    """

    def __init__(self, *, timetable: Timetable, assets: Any = None, datasets: Any = None) -> None:
        super().__init__(datasets if assets is None else assets)
        if not isinstance(timetable, Timetable) or isinstance(timetable, AssetTriggeredTimetable | NullTimetable):
            what = f"AssetOrTimeSchedule: timetable={timetable!r} cannot be used."
            raise DagValueError(what, fix="give a timetable such as CronTriggerTimetable('@daily')")
        self.timetable = timetable
        self.periodic = timetable.periodic
        self.active_runs_limit = timetable.active_runs_limit

    @property
    def summary(self) -> str:
        return f"{self.timetable.summary}, or {super().summary}"

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        return self.timetable.next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )

    def next_dagrun_info_v2(
        self, *, last_dagrun_info: DagRunInfo | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        return self.timetable.next_dagrun_info_v2(last_dagrun_info=last_dagrun_info, restriction=restriction)

    def infer_manual_data_interval(self, *, run_after: datetime) -> DataInterval:
        return self.timetable.infer_manual_data_interval(run_after=run_after)

    def generate_run_id(
        self, *, run_type: Any, run_after: datetime, data_interval: DataInterval | None, **extra: Any
    ) -> str:
        return self.timetable.generate_run_id(
            run_type=run_type, run_after=run_after, data_interval=data_interval, **extra
        )


def to_condition(value: Any) -> BaseAsset:
    """Assets, or a condition on them, as one condition; a list stands for all of them.

    Raises:
        ValueError: It is something else.
    """
    if isinstance(value, BaseAsset):
        return value
    items = list(value) if isinstance(value, list | tuple | set) else []
    if not items or not all(isinstance(item, BaseAsset) for item in items):
        raise ValueError("an Asset, a list of them or a condition on them")
    return items[0] if len(items) == 1 else AssetAll(*items)
