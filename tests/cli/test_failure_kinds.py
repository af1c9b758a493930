"""Failures that are alike are told once."""

import pytest

from fanjet.cli.failure_kinds import find_kind, group_failures
from fanjet.cli.progress_closing import Failures, describe_failure, failure_lines
from fanjet.cli.progress_lines import plain
from fanjet.cli.terminal import Terminal
from fanjet.model.spec import TaskSpec
from fanjet.model.states import State
from fanjet.store.queries.rows import InstanceRow

TASK = TaskSpec(number=0, task_id="load", operator="@task")
TERMINAL = Terminal(live=False, color=False, unicode=True, width=100, height=24)


def row(index: int, error: str | None) -> InstanceRow:
    return InstanceRow(
        path=(index,),
        state=State.FAILED,
        try_number=1,
        started_at=1.0,
        ended_at=2.0,
        label=None,
        error=error,
        value=None,
        log=None,
        resume_at=None,
        rendered=None,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ValueError: item 3 is bad (a.py:7)", "ValueError: the sky falls (a.py:7)"),
        ("requests.HTTPError: 404\nfor url (a.py:7)", "requests.HTTPError: 503 (a.py:7)"),
        ("ValueError (a.py:7)", "ValueError (a.py:7)"),
        ("timeout after 3.5 s", "timeout after 12 s"),
        ("The value 'a' (300 bytes) is gone: /x/1", "The value 'b' (1,300 bytes) is gone: /y/2"),
        ("", ""),
    ],
)
def test_errors_of_one_kind(one: str, other: str) -> None:
    assert find_kind(one) == find_kind(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ValueError: bad (a.py:7)", "ValueError: bad (a.py:8)"),
        ("ValueError: bad (a.py:7)", "KeyError: bad (a.py:7)"),
        ("timeout after 3.5 s", "killed after 3.5 s"),
    ],
)
def test_errors_of_different_kinds(one: str, other: str) -> None:
    assert find_kind(one) != find_kind(other)


def test_one_of_each_kind_stands_for_all() -> None:
    rows = [row(i, f"KeyError: {i} (a.py:9)" if i % 100 == 7 else f"ValueError: {i} (a.py:7)") for i in range(10_000)]
    grouped = [failure for failure, _ in group_failures([(TASK, one) for one in rows], most=5)]
    assert [(failure.path, failure.like) for failure in grouped] == [((0,), 9899), ((7,), 99)]
    lines = [plain(line) for line in failure_lines(1, Failures(grouped, 10_000), TERMINAL)]
    assert lines == [
        "✗ load[0] failed",
        "    ValueError: 0 (a.py:7)",
        "    and 9,899 more like it: load[1], load[2], load[3], ...",
        "    → fanjet logs 1 load --map-index 0",
        "✗ load[7] failed",
        "    KeyError: 7 (a.py:9)",
        "    and 99 more like it: load[107], load[207], load[307], ...",
        "    → fanjet logs 1 load --map-index 7",
    ]
    lines = [plain(line) for line in failure_lines(1, Failures(grouped, 1_000_000), TERMINAL)]
    assert lines[-1] == "… and 990,000 more failed instances: fanjet show 1"


def test_two_alike_are_named_without_dots() -> None:
    ((failure, _),) = group_failures([(TASK, row(at, "exit code 3")) for at in (4, 9)], most=5)
    assert "    and 1 more like it: load[9]" in [plain(line) for line in describe_failure(1, failure, TERMINAL)]
