"""What the progress display says of a run, off and on a terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from fanjet.cli.progress_closing import Failure, Failures
from fanjet.cli.progress_lines import lay_out, plain, row_line, total_line
from fanjet.cli.progress_live import LiveDisplay
from fanjet.cli.progress_plain import PlainDisplay
from fanjet.cli.progress_rows import Meter, RowPlan, choose_rows, plan_rows
from fanjet.cli.terminal import Terminal
from fanjet.cli.text_width import cut_task_id, text_width
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec, GroupSpec, TaskSpec
from fanjet.model.states import RunStatus, State

NOW = datetime(2026, 1, 5, tzinfo=UTC)
INFO = RunInfo(number=7, run_id="manual__2026", dag_id="sweep", created_at=NOW, started_at=NOW)


class Fake:
    """Numbers by task and state, as a scheduler would give them."""

    def __init__(self, *known: bool) -> None:
        self.numbers = [[0] * len(State) for _ in known]
        self.known = list(known)

    def set(self, task: int, **states: int) -> None:
        self.numbers[task] = [states.get(state.label, 0) for state in State]

    def counts(self, task: int) -> Sequence[int]:
        return self.numbers[task]

    def length_known(self, task: int) -> bool:
        return self.known[task]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def make_spec(*task_ids: str, groups: Sequence[GroupSpec] = ()) -> DagSpec:
    tasks = [
        TaskSpec(number=number, task_id=name, operator="python", group=name.rpartition(".")[0] or None)
        for number, name in enumerate(task_ids)
    ]
    return DagSpec(dag_id="sweep", file="sweep.py", tasks=tuple(tasks), groups=tuple(groups))


def terminal(width: int, *, unicode: bool = True, live: bool = True) -> Terminal:
    return Terminal(live=live, color=False, unicode=unicode, width=width, height=24)


def find_failures(_run: int) -> Failures:
    failure = Failure(task_id="train", path=(3, 7), try_number=2, label="depth=3", error="ValueError: bad\nsecond\n")
    return Failures([failure], 4)


def test_groups_become_one_line_where_their_tasks_do_not_fit() -> None:
    groups = [GroupSpec(group_id="a"), GroupSpec(group_id="a.b", parent="a")]
    spec = make_spec("start", "a.one", "a.b.two", "a.b.three", "end", groups=groups)
    assert [plan.title for plan in plan_rows(spec, 5)] == ["start", "a.one", "a.b.two", "a.b.three", "end"]
    assert [(plan.title, plan.is_group) for plan in plan_rows(spec, 4)] == [
        ("start", False),
        ("a.one", False),
        ("a.b", True),
        ("end", False),
    ]
    collapsed = plan_rows(spec, 3)
    assert [plan.title for plan in collapsed] == ["start", "a", "end"]
    assert collapsed[1].tasks == (1, 2, 3)


def test_a_dag_of_thousands_of_tasks_shows_what_runs_and_what_failed() -> None:
    snapshot = Fake(*[True] * 2000)
    for task in range(2000):
        snapshot.set(task, success=1) if task < 1000 else snapshot.set(task, none=1)
    snapshot.set(17, failed=1)
    snapshot.set(1700, running=1)
    rows = [Meter().read(RowPlan(str(task), (task,)), snapshot, 1.0) for task in range(2000)]
    shown, hidden = choose_rows(rows, 6)
    assert [row.title for row in shown] == ["17", "998", "999", "1000", "1001", "1700"]
    assert len(hidden) == 1994


def test_rate_and_estimate_follow_from_what_ended_lately() -> None:
    snapshot, meter, plan = Fake(True), Meter(), RowPlan("train", (0,))
    snapshot.set(0, none=100)
    assert meter.read(plan, snapshot, 0.0).elapsed_s is None
    snapshot.set(0, none=98, running=2)
    meter.read(plan, snapshot, 1.0)
    for second in range(2, 12):
        snapshot.set(0, none=98 - 5 * (second - 1), running=2, success=5 * (second - 1))
        row = meter.read(plan, snapshot, float(second))
    assert row.done == 50
    assert row.per_s == pytest.approx(5.0, rel=0.05)
    assert row.left_s == pytest.approx(10.0, rel=0.05)
    assert row.elapsed_s == 11.0


def test_what_begins_and_ends_between_two_looks_took_at_most_so_long() -> None:
    snapshot, meter, plan = Fake(True), Meter(), RowPlan("quick", (0,))
    snapshot.set(0, none=2)
    meter.read(plan, snapshot, 0.0)
    snapshot.set(0, success=2)
    row = meter.read(plan, snapshot, 0.3)
    line = plain(row_line(row, lay_out([row], 100), terminal(100)))
    assert "<0.30 s" in line
    assert "/s" not in line


def test_an_unknown_length_gives_no_estimate() -> None:
    snapshot, meter = Fake(True, False), Meter()
    snapshot.set(0, success=1)
    meter.read(RowPlan("", (0, 1)), snapshot, 0.0)
    snapshot.set(0, success=5)
    row = meter.read(RowPlan("", (0, 1)), snapshot, 1.0)
    assert row.per_s > 0
    assert row.left_s is None
    assert "5/5+" in plain(total_line(row))


def test_a_resumed_row_counts_only_its_own_work_for_the_rate() -> None:
    snapshot, meter, plan = Fake(True), Meter(), RowPlan("train", (0,))
    snapshot.set(0, none=50, success=50)
    meter.read(plan, snapshot, 0.0)
    snapshot.set(0, none=40, success=60)
    assert meter.read(plan, snapshot, 2.0).per_s == pytest.approx(5.0)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_the_terminal(width: int, unicode: bool) -> None:
    snapshot = Fake(True)
    snapshot.set(
        0, success=123_456, failed=7, running=32, up_for_retry=5, skipped=1000, upstream_failed=99, none=1_000_000
    )
    meter = Meter()
    row = meter.read(RowPlan("группа_日本語_with_a_very_long_name_that_goes_on_and_on", (0,)), snapshot, 0.0)
    row = meter.read(RowPlan(row.title, (0,)), snapshot, 7200.0)
    line = plain(row_line(row, lay_out([row], width), terminal(width, unicode=unicode)))
    assert text_width(line) <= max(width, 60)
    assert "123,456" not in line, "successes are in the bar and the total"
    assert "124,562/1,124,599" in line
    if not unicode:
        assert line.encode("ascii", "replace").decode().count("?") == sum(not char.isascii() for char in row.title[:14])


def test_names_of_nested_groups_that_do_not_fit_lose_the_outer_groups() -> None:
    names = [
        "each_model.each_fold.tune",
        "each_model.each_fold.of_fold",
        "each_model.of_model",
        "rank_all_of_the_models",
    ]
    assert [cut_task_id(name, 20) for name in names] == (
        ["…each_fold.tune", "…each_fold.of_fold", "each_model.of_model", "rank_all_of_the_mod…"]
    )
    assert cut_task_id("outer.inner.a_task_with_a_long_name", 14) == "…a_task_with_…"
    assert all(text_width(cut_task_id(name, width)) <= width for name in names for width in range(30))


def play(display: PlainDisplay | LiveDisplay, clock: Clock, status: RunStatus) -> None:
    """A run of 100 instances in ten seconds, one of which fails."""
    snapshot = Fake(True, False)
    snapshot.set(0, none=100)
    with display:
        display.run_opened(INFO, make_spec("train", "report"), snapshot, resumed=False)
        for step in range(1, 101):
            clock.now += 0.1
            snapshot.set(0, none=100 - step, running=min(2, 100 - step), failed=1, success=step - 1)
            display.progress(INFO, snapshot)
        display.message("stopping: waiting for 2 running tries (Ctrl-C again kills)")
        snapshot.set(1, upstream_failed=1)
        snapshot.known[1] = True
        display.run_ended(INFO, status, snapshot)


def test_plain_lines_come_at_most_every_two_seconds_without_escape_codes(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    play(PlainDisplay(find_failures, terminal(120, live=False), clock), clock, RunStatus.FAILED)
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "\r" not in text
    lines = text.splitlines()
    assert lines[0] == "sweep  run 7  manual__2026"
    assert 3 <= sum(line.startswith("[") for line in lines) <= 5
    assert "train 20/102" in text or "train" in lines[1]
    assert "stopping: waiting for 2 running tries (Ctrl-C again kills)" in lines
    assert "✗ train[3,7] (depth=3) failed in try 2" in lines
    assert "    ValueError: bad" in lines
    assert "    → fanjet logs 7 train --map-index 3,7" in lines
    assert "… and 3 more failed instances: fanjet show 7" in lines
    assert lines[-1].startswith("✗ sweep run 7: failed after 10 s (1 failed, 1 upstream failed, 99 success)")
    assert lines[-1].endswith("→ fanjet show 7")


def test_nothing_is_said_while_nothing_changes(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    display = PlainDisplay(find_failures, terminal(120, live=False), clock)
    snapshot = Fake(True)
    snapshot.set(0, running=1)
    display.run_opened(INFO, make_spec("slow"), snapshot, resumed=False)
    for _ in range(600):
        clock.now += 0.1
        display.progress(INFO, snapshot)
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize(("resumed", "more"), [(False, ""), (True, ", 3 of 10 instances were done")])
def test_only_a_resumed_run_says_how_far_it_was(capsys: pytest.CaptureFixture[str], resumed: bool, more: str) -> None:
    """Of a new run, empty tasks may have ended before its heading is printed."""
    snapshot = Fake(True)
    snapshot.set(0, success=3, none=7)
    display = PlainDisplay(find_failures, terminal(120, live=False), Clock())
    display.run_opened(INFO, make_spec("train"), snapshot, resumed=resumed)
    assert capsys.readouterr().out == f"sweep  run 7  manual__2026{more}\n"


def test_an_interrupted_run_names_the_command_that_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    play(PlainDisplay(find_failures, terminal(120, live=False), clock), clock, RunStatus.RUNNING)
    text = capsys.readouterr().out
    last = text.splitlines()[-1]
    assert last.startswith("■ sweep run 7: interrupted after 10 s")
    assert last.endswith("→ fanjet resume 7")
    assert "fanjet logs" not in text


def test_an_output_that_knows_ascii_only_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="ascii", write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    clock = Clock()
    play(PlainDisplay(find_failures, terminal(120, live=False, unicode=False), clock), clock, RunStatus.FAILED)
    assert "x sweep run 7: failed" in written.getvalue().decode("ascii")


def test_the_live_display_gives_the_cursor_back_after_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    snapshot = Fake(True)
    snapshot.set(0, none=1)

    def fail() -> None:
        with LiveDisplay(find_failures) as display:
            display.run_opened(INFO, make_spec("train"), snapshot, resumed=False)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    text = capsys.readouterr().out
    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l") > -1
