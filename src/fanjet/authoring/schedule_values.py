"""What the `schedule` of a DAG takes, as a timetable and as data."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, timedelta, tzinfo
from typing import Any, TypeAlias

from fanjet.authoring.asset_timetables import AssetOrTimeSchedule, AssetTriggeredTimetable, to_condition
from fanjet.authoring.assets import Asset, AssetAlias, AssetAll, AssetAny, BaseAsset
from fanjet.authoring.timetable_base import Timetable
from fanjet.authoring.timetables import (
    BuiltInTimetable,
    ContinuousTimetable,
    CronTriggerTimetable,
    DeltaTriggerTimetable,
    NullTimetable,
    OnceTimetable,
)
from fanjet.errors import DagTypeError
from fanjet.model import schedules as model

#: What the `schedule` of a DAG takes.
Schedule: TypeAlias = str | timedelta | Timetable | BaseAsset | Collection[BaseAsset] | None

#: Texts that stand for timetables, and are no cron texts.
_PRESETS: dict[str, type[Timetable]] = {"@once": OnceTimetable, "@continuous": ContinuousTimetable}

#: What the scheduler asks of a timetable. A class of an author's that has one of these of its own can only be asked
#: where its code is.
_ASKED = ("next_dagrun_info", "next_dagrun_info_v2", "infer_manual_data_interval", "generate_run_id")


def to_timetable(value: Any, timezone: tzinfo = UTC) -> Timetable | None:
    """What the `schedule` of a DAG takes, as a timetable; None for runs that are started by hand only.

    Args:
        value: The schedule.
        timezone: That of the DAG, in which cron texts hold.

    Raises:
        DagValueError: A cron text or a distance cannot be used.
        ValueError: It is something else; says what is wanted.
    """
    if value is None or value == "None" or isinstance(value, NullTimetable):
        return None
    if isinstance(value, Timetable):
        return value
    if isinstance(value, str):
        return _PRESETS[value]() if value in _PRESETS else CronTriggerTimetable(value, timezone)
    if isinstance(value, timedelta) or type(value).__name__ == "relativedelta":
        return DeltaTriggerTimetable(value)
    if isinstance(value, BaseAsset | list | tuple | set):
        return AssetTriggeredTimetable(to_condition(value))
    raise ValueError("a cron text, a preset such as '@daily', a timedelta, a timetable, assets or None")


def to_spec(timetable: Timetable) -> model.ScheduleSpec:
    """A timetable as data; of a class of an author's own, its name.

    Raises:
        DagTypeError: The class says nowhere when runs are due.
    """
    if has_own_code(timetable):
        return _name_class(timetable)
    if isinstance(timetable, BuiltInTimetable):
        return timetable.to_spec()
    assert timetable.asset_condition is not None
    assets = to_asset_spec(timetable.asset_condition)
    if isinstance(timetable, AssetOrTimeSchedule):
        time = to_spec(timetable.timetable)
        assert isinstance(time, model.TimeSchedule | model.CustomSchedule)
        return model.AssetOrTimeSchedule(assets=assets, time=time)
    return model.AssetSchedule(assets=assets)


def has_own_code(timetable: Timetable) -> bool:
    """Whether only code of the author's says when runs are due."""
    return any(_find_home(type(timetable), name) not in _OURS for name in _ASKED) or not isinstance(
        timetable, BuiltInTimetable | AssetTriggeredTimetable | NullTimetable
    )


_OURS = frozenset(cls.__module__ for cls in (Timetable, BuiltInTimetable, AssetTriggeredTimetable))


def _find_home(kind: type, name: str) -> str:
    return next(base.__module__ for base in kind.__mro__ if name in base.__dict__)


def _name_class(timetable: Timetable) -> model.CustomSchedule:
    kind = type(timetable)
    if all(getattr(kind, name) is getattr(Timetable, name) for name in _ASKED[:2]):
        raise DagTypeError(f"Timetable class {kind.__name__} has no next_dagrun_info() method.", fix="write one")
    return model.CustomSchedule(
        class_name=f"{kind.__module__}.{kind.__qualname__}",
        can_be_scheduled=bool(timetable.can_be_scheduled),
        periodic=bool(timetable.periodic),
        names_runs=_find_home(kind, "generate_run_id") not in _OURS,
        assets=None if timetable.asset_condition is None else to_asset_spec(timetable.asset_condition),
    )


def to_asset_spec(condition: BaseAsset) -> model.AssetCondition:
    """Assets, or a condition on them, as data."""
    match condition:
        case Asset():
            return model.AssetNeed(name=condition.known_name, uri=condition.known_uri)
        case AssetAlias(name=name):
            return model.AliasNeed(name)
        case AssetAll(objects=objects):
            return model.AllAssets(tuple(to_asset_spec(each) for each in objects))
        case AssetAny(objects=objects):
            return model.AnyAsset(tuple(to_asset_spec(each) for each in objects))
    raise DagTypeError(f"{condition!r} cannot be used as an asset.", fix="use Asset(...)")
