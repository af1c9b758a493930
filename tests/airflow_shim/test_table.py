"""The table holds what it says."""

from __future__ import annotations

from importlib import import_module

import pytest

from fanjet.airflow.table import GONE_MODULES, MODULES
from fanjet.airflow.table.entries import Missing

#: All public names of `airflow.sdk` 3.3.
SDK_NAMES = """
    AllowedKeyMapper Asset AssetAccessControl AssetAlias AssetAll AssetAny AssetOrTimeSchedule AssetWatcher
    AsyncCallback BaseAsyncOperator BaseBranchOperator BaseDeadlineReference BaseHook BaseNotifier BaseOperator
    BaseOperatorLink BaseSensorOperator BaseXCom BranchMixIn ChainMapper Connection Context
    CronDataIntervalTimetable CronTriggerTimetable CronPartitionTimetable DAG DagRunState DayWindow DeadlineAlert
    DeadlineReference DeltaDataIntervalTimetable DeltaTriggerTimetable EdgeModifier EventsTimetable
    ExceptionRetryPolicy FanOutMapper FixedKeyMapper HourWindow IdentityMapper Label Metadata MinimumCount
    MonthWindow MultipleCronTriggerTimetable NEVER_EXPIRE ObjectStoragePath Param ParamsDict PartitionedAtRuntime
    PartitionedAssetTimetable PartitionMapper PokeReturnValue ProductMapper QuarterWindow ResumableJobMixin
    RetryAction RetryDecision RetryPolicy RetryRule RollupMapper SegmentWindow SkipMixin SyncCallback
    StartOfDayMapper StartOfHourMapper StartOfMonthMapper StartOfQuarterMapper StartOfWeekMapper StartOfYearMapper
    TaskGroup TaskInstance TaskInstanceState TriggerRule Variable WaitForAll WeekWindow WeightRule Window XComArg
    YearWindow asset chain chain_linear conf cross_downstream dag deadline_reference get_current_context
    get_parsing_context literal lineage macros result setup task task_group teardown
""".split()  # noqa: SIM905 - a line per name would be long


@pytest.mark.parametrize("module", MODULES)
def test_every_name_lives_where_the_table_says(module):
    for name, entry in MODULES[module].items():
        if isinstance(entry, str):
            home, _, attribute = entry.partition(":")
            assert not attribute or hasattr(import_module(home), attribute), (module, name, entry)


def test_every_public_name_of_the_sdk_is_known():
    assert not [name for name in SDK_NAMES if name not in MODULES["airflow.sdk"]]


def test_reasons_are_parts_of_sentences():
    reasons = [entry for names in MODULES.values() for entry in names.values() if isinstance(entry, Missing)]
    for entry in [*reasons, *GONE_MODULES.values()]:
        assert entry.reason
        assert entry.fix
        assert not entry.reason.endswith(".")
        assert not entry.fix.endswith(".")
