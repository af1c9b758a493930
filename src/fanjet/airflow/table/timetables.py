"""Timetables: when runs are due."""

from __future__ import annotations

from fanjet.airflow.table.entries import ModuleNames, home

TIMETABLES: ModuleNames = {
    **home(
        "fanjet.authoring.timetables",
        "ContinuousTimetable",
        "CronDataIntervalTimetable",
        "CronTriggerTimetable",
        "DeltaDataIntervalTimetable",
        "DeltaTriggerTimetable",
        "EventsTimetable",
        "MultipleCronTriggerTimetable",
        "NullTimetable",
        "OnceTimetable",
    ),
    **home("fanjet.authoring.asset_timetables", "AssetOrTimeSchedule", "AssetTriggeredTimetable"),
    "DatasetOrTimeSchedule": "fanjet.authoring.asset_timetables:AssetOrTimeSchedule",
    "DatasetTriggeredTimetable": "fanjet.authoring.asset_timetables:AssetTriggeredTimetable",
    **home(
        "fanjet.authoring.partitions", "CronPartitionTimetable", "PartitionedAssetTimetable", "PartitionedAtRuntime"
    ),
}


def _some(*names: str) -> ModuleNames:
    return {name: TIMETABLES[name] for name in names}


_INTERVAL = _some("CronDataIntervalTimetable", "DeltaDataIntervalTimetable")
_TRIGGER = _some(
    "CronTriggerTimetable", "DeltaTriggerTimetable", "MultipleCronTriggerTimetable", "CronPartitionTimetable"
)
_SIMPLE = _some(
    "NullTimetable",
    "OnceTimetable",
    "ContinuousTimetable",
    "AssetTriggeredTimetable",
    "DatasetTriggeredTimetable",
    "PartitionedAssetTimetable",
    "PartitionedAtRuntime",
)

MODULES: dict[str, ModuleNames] = {
    "airflow.timetables.base": home(
        "fanjet.authoring.timetable_base", "DagRunInfo", "DataInterval", "TimeRestriction", "Timetable"
    ),
    "airflow.timetables.interval": _INTERVAL,
    "airflow.timetables.trigger": _TRIGGER,
    "airflow.timetables.simple": _SIMPLE,
    "airflow.timetables.events": _some("EventsTimetable"),
    "airflow.timetables.assets": _some("AssetOrTimeSchedule"),
    "airflow.timetables.datasets": _some("DatasetOrTimeSchedule"),
    "airflow.sdk.definitions.timetables.interval": _INTERVAL,
    "airflow.sdk.definitions.timetables.trigger": _TRIGGER,
    "airflow.sdk.definitions.timetables.simple": _SIMPLE,
    "airflow.sdk.definitions.timetables.events": _some("EventsTimetable"),
    "airflow.sdk.definitions.timetables.assets": _some("AssetOrTimeSchedule", "AssetTriggeredTimetable"),
}
