"""The comparison itself: what it calls equal, what it finds, and what the page about differences excuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conformance.comparing import KEPT_BY_AIRFLOW, find_defects, find_discrepancies
from conformance.generating.parts import Draft, Task
from conformance.generating.races import find_race
from conformance.recordings import DIFFERENCES_PAGE, Difference, Instances, Outcome, Recording
from conformance.runs import FileRuns


def _instances(**tasks: Any) -> Instances:
    """``a=("success", 1)`` is one unmapped instance with its value."""
    return {task: {"-1": {"state": state, "xcom": value}} for task, (state, value) in tasks.items()}


def _compare(there: list[Outcome], here: Outcome | None) -> list[str]:
    runs = FileRuns({} if here is None else {"d": here}, "no")
    return [str(each) for each in find_discrepancies(Recording("d", Path("d.py"), there), runs)]


def test_any_recorded_outcome_is_right_and_a_tuple_is_a_list() -> None:
    one = Outcome("success", _instances(a=("success", {"$tuple": [1]})))
    other = Outcome("failed", _instances(a=("failed", None)))
    assert not _compare([other, one], Outcome("success", _instances(a=("success", [1]))))
    assert not _compare([one, other], Outcome("failed", _instances(a=("failed", None))))


def test_states_values_and_instances_are_compared() -> None:
    there = Outcome("success", _instances(a=("success", 1), b=("skipped", None)))
    found = _compare([there], Outcome("failed", _instances(a=("success", 2), c=("failed", None))))
    assert [line.partition(":")[0] for line in found] == ["the run", "a[-1]", "b[-1]", "c[-1]"]


def test_values_under_other_keys_are_compared_but_not_the_one_that_airflow_keeps_for_itself() -> None:
    def outcome(**others: Any) -> Outcome:
        return Outcome("success", {"a": {"-1": {"state": "success", "xcom_other": others}}})

    assert not _compare([outcome(k={"$tuple": [1]}, **{KEPT_BY_AIRFLOW: {"skipped": ["b"]}})], outcome(k=[1]))
    assert _compare([outcome(k=1)], outcome(k=2))
    assert _compare([outcome(k=1)], outcome())
    assert _compare([outcome()], outcome(k=1))
    assert f"`{KEPT_BY_AIRFLOW}`" in DIFFERENCES_PAGE.read_text()


def test_a_refused_file_must_be_refused() -> None:
    assert not _compare([], None)
    assert _compare([], Outcome("success", {}))
    assert _compare([Outcome("success", {})], None)


def test_only_what_the_page_names_may_differ() -> None:
    there = Outcome("success", _instances(a=("success", 1), b=("success", 1)))
    here = Outcome("failed", _instances(a=("failed", None), b=("success", 2)))
    recording = Recording("d", Path("d.py"), [there])
    found = find_discrepancies(recording, FileRuns({"d": here}, ""))
    assert [each.place for each in find_defects(found, Difference("why", ("a",)))] == ["b[-1]"]
    assert not find_defects(found, Difference("why", ("a", "b")))
    assert not find_defects(found, Difference("why", ()))
    assert find_defects([], Difference("why", ()))


def test_a_race_is_seen_where_a_skip_and_a_failure_meet() -> None:
    draft = Draft("d", tasks={name: Task(name) for name in "ab"})
    draft.tasks["c"] = Task("c", upstream=["a", "b"])
    draft.tasks["late"] = Task("late", "all_done", ["a", "b"])
    assert find_race(draft, _instances(a=("failed", None), b=("skipped", None))) == "c sees skips and failures"
    assert find_race(draft, _instances(a=("failed", None), b=("success", None))) is None
