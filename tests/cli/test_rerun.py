"""`fanjet rerun --dry-run`, and what people may ask of `rerun`, `mark` and `cancel`, over runs as they are recorded."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Call
from fanjet import dag, task, task_group
from fanjet.cli.terminal import Terminal
from fanjet.cli.wrapping import wrap_text
from fanjet.testing import run_dag


@dag
def shops():
    @task
    def find_shops():
        return ["north", "south", "west"]

    @task
    def find_days(shop):
        return list(range(2))

    @task
    def count(shop, day):
        return day

    @task
    def add(shop, counts):
        return sum(counts)

    @task
    def report(sums):
        return sum(sums)

    @task_group
    def each_shop(shop):
        return add(shop, count.partial(shop=shop).expand(day=find_days(shop)))

    report(each_shop.expand(shop=find_shops()))


MakeHome = Callable[..., Path]


@pytest.fixture
def make_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MakeHome:
    """A home with a run of `shops` in which some instances fail."""

    def make(**failures: Exception) -> Path:
        home = tmp_path / "kept"
        home.mkdir()
        keep = type("Keep", (), {"__enter__": lambda _: str(home), "__exit__": lambda *_: None})
        with monkeypatch.context() as patch:
            patch.setattr(tempfile, "TemporaryDirectory", lambda **_: keep())
            result = run_dag(shops, replace={f"each_shop.count[{key}]": error for key, error in failures.items()})
        assert result.state == ("failed" if failures else "success")
        return home

    return make


def plan(call: Call, home: Path, *arguments: str) -> dict[str, list[str]]:
    """By task: the map indexes that a rerun would take."""
    result = call("rerun", "1", *arguments, "--dry-run", "--json", home=home)
    assert result.status == 0, result.err
    return {part["task"].rpartition(".")[2]: part["map_indexes"] for part in json.loads(result.out)["tasks"]}


def test_selections(call: Call, make_home: MakeHome) -> None:
    home = make_home()
    count, rest = "each_shop.count", {"add": ["1"], "report": ["-"]}
    assert plan(call, home, "--task", f"{count}[1,0]") == {"count": ["1,0"], **rest}
    assert plan(call, home, "--task", count, "-i", "1,0", "-i", "1,1") == {"count": ["1,0-1"], **rest}
    assert plan(call, home, "--task", count, "-i", "1") == {"count": ["1,0-1"], **rest}
    assert plan(call, home, "--task", count, "-i", "0-2,1") == {"count": ["0-2,1"], "add": ["0-2"], "report": ["-"]}
    assert plan(call, home, "--task", "each_shop", "-i", "2", "--only") == {
        "find_days": ["2"],
        "count": ["2,0-1"],
        "add": ["2"],
    }
    assert plan(call, home, "--task", "report", "--task", "find_shops", "--only") == {
        "find_shops": ["-"],
        "report": ["-"],
    }
    assert plan(call, home, "--failed") == {}


def test_what_failed_with_what_it_held_up(call: Call, make_home: MakeHome) -> None:
    home = make_home(**{"0,1": ValueError("closed"), "2,0": ValueError("closed")})
    expected = {"count": ["0,1", "2,0"], "add": ["0", "2"], "report": ["-"]}
    assert plan(call, home, "--failed") == expected
    assert plan(call, home, "--failed", "--task", "each_shop.count", "-i", "2") == {
        "count": ["2,0"],
        "add": ["2"],
        "report": ["-"],
    }
    shown = call("rerun", "1", "--failed", "--dry-run").out
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert lines[0] == "A rerun of run 1 of shops would take 5 instances:"
    assert "each_shop.count 0,1 2,0 2 2 failed asked for" in lines
    assert "report - 1 1 upstream failed asked for" in lines
    assert lines[-1] == "Nothing was changed."


def test_a_source_that_runs_again_may_change_the_map(call: Call, make_home: MakeHome) -> None:
    home = make_home()
    result = call("rerun", "1", "--task", "find_shops", "--dry-run", home=home)
    assert "1 instance, and 13 that depend on it" in result.out
    assert "What each_shop and each_shop.count are mapped over is found out again." in " ".join(result.out.split())


@pytest.mark.parametrize("width", [60, 80, 140])
def test_nothing_is_cut_however_narrow_the_terminal_is(
    call: Call, make_home: MakeHome, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    terminal = Terminal(live=True, color=False, unicode=True, width=width, height=24)
    monkeypatch.setattr("fanjet.cli.rerun.look_at", lambda: terminal)
    home = make_home(**{"0,1": ValueError(), "1,0": ValueError(), "2,1": ValueError()})
    out = call("rerun", "1", "--failed", "--dry-run", home=home).out
    assert max(map(len, out.splitlines()[1:])) <= width
    assert "…" not in out
    for index in ("0,1", "1,0", "2,1"):
        assert index in out
    ids = "".join(line[: line.find("  ")] if "  " in line else line for line in out.splitlines())
    assert "each_shop.count" in ids
    assert wrap_text("0-3  5  7-9", 6) == ["0-3  5", "7-9"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rerun", "1"], "Say what is to run again"),
        (["rerun", "1", "-i", "3"], "name it with --task"),
        (["rerun", "7", "--failed"], "no run '7'"),
        (["rerun", "1", "--task", "count"], "Did you mean each_shop.count?"),
        (["rerun", "1", "--task", "each_shop.count[9]"], "it has 0-2,0-1."),
        (["rerun", "1", "--task", "each_shop.count[1,0,0]"], "has 2 levels of maps"),
        (["rerun", "1", "--task", "each_shop.add[1,0]"], "write --map-index 1 --map-index 0"),
        (["rerun", "1", "--task", "report[0]"], "is not mapped"),
        (["rerun", "1", "--task", "each_shop.add", "-i", "x"], "is no map index"),
        (["rerun", "1", "--task", "each_shop.add", "--task", "report", "-i", "1"], "'report' has none of the named"),
        (["rerun", "1", "--all", "--failed"], "leave out --all"),
        (["rerun", "1", "--all", "--json"], "--json goes with --dry-run"),
        (["mark", "1", "each_shop", "--state", "failed"], "is a task group. Name one of its tasks"),
        (["mark", "1", "report", "--state", "green"], "'green' is not one of"),
        (["cancel", "1"], "has ended (success); there is nothing to cancel"),
    ],
)
def test_what_cannot_be_asked(call: Call, make_home: MakeHome, arguments: list[str], message: str) -> None:
    result = call(*arguments, home=make_home())
    assert result.status == 2
    assert message in result.err
    assert result.out == ""


def test_nothing_to_rerun_is_no_failure(call: Call, make_home: MakeHome) -> None:
    result = call("rerun", "1", "--failed", home=make_home())
    assert (result.status, result.out) == (0, "There is nothing to rerun in run 1 of shops (success).\n")
