"""What `show`, `logs`, `xcom` and `--results` make of cleared, removed and cancelled instances."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from cli.conftest import Call
from cli.seeding import DISCOVER, STARTED_AT, TRAIN, Seeder
from fanjet.cli.results import write_results
from fanjet.model.changes import ClearInstances, EndInstances, RecordCancelled, RecordTries
from fanjet.model.events import TriesEnded
from fanjet.model.states import State
from fanjet.settings import load_settings


@pytest.fixture
def rerun(tmp_path: Path) -> Path:
    """A run in the middle of a rerun: 0 has succeeded, 1 failed and then succeeded, 2 is cleared, 3 was cancelled while
    it ran, 4 is removed."""
    home = tmp_path / "rerun"
    seeder = Seeder(home)
    journal = seeder.journal
    seeder.open_run()
    seeder.ended(DISCOVER, [-1], value=b"j[1]")
    seeder.length(0, (), 5)
    seeder.ended(TRAIN, [0, 2, 4], value=b"j7", text=b"first\n")
    seeder.ended(TRAIN, [1], State.FAILED, text=b"went wrong\n")
    run = seeder.run
    at = STARTED_AT + 20.0
    journal.write([ClearInstances(run=run, task=TRAIN, parent=(), indexes=[1, 2], at=at)], [], at=at)
    seeder.ended(TRAIN, [1], try_number=2, value=b"j8", text=b"went well\n")
    fence = seeder.launched(TRAIN, [3])
    cancelled = EndInstances(
        run=run,
        task=TRAIN,
        parent=(),
        indexes=[3],
        state=State.FAILED,
        at=at,
        reason="cancelled: by hand",
        try_number=1,
    )
    removed = EndInstances(run=run, task=TRAIN, parent=(), indexes=[4], state=State.REMOVED, at=at)
    journal.write([cancelled, removed], [], at=at)
    late = TriesEnded(
        run=run,
        task=TRAIN,
        parent=(),
        fence=fence,
        try_number=1,
        indexes=[3],
        states=bytearray([State.FAILED]),
        started_at=[STARTED_AT + 11.0],
        ended_at=[at + 1.0],
        log_segments=[seeder._segment],
        log_offsets=[seeder._log(b"until it was cancelled\n")],
        log_lengths=[len(b"until it was cancelled\n")],
        values=[b"j99"],
        item_counts=[],
        extras={},
    )
    nothing = RecordTries(ended=late, positions=[], states=b"", resume_at={})
    journal.write([nothing, RecordCancelled(ended=late, positions=[0])], [], at=at + 1.0)
    journal.release_lease(run, seeder.session)
    journal.close()
    return home


def test_the_tree_tells_what_was_retried_and_what_was_removed(call: Call, rerun: Path) -> None:
    lines = [" ".join(line.split()) for line in call("show", "1", home=rerun).out.splitlines()]
    (train,) = [line for line in lines if line.startswith("train[]")]
    assert train.startswith("train[] 5 ✗ 1 failed, 2 success, 1 removed, 2 to go (1 retried)"), train
    (task,) = [each for each in json.loads(call("show", "1", "--json").out)["tasks"] if each["task_id"] == "train"]
    assert task["retried"] == 1


def test_a_cancelled_try_is_shown_as_cancelled_with_what_it_printed(call: Call, rerun: Path) -> None:
    shown = call("show", "1", "train[3]", home=rerun)
    assert "■ cancelled" in shown.out
    assert "9.0 s" in shown.out, "from its start until it was cancelled"
    (tried,) = json.loads(call("show", "1", "train[3]", "--json").out)["tries"]
    assert (tried["state"], tried["cancelled"], tried["error"]) == ("failed", True, "cancelled: by hand")
    assert call("logs", "1", "train[3]").out == "until it was cancelled\n"
    assert call("xcom", "1", "train[3]").status == 2, "its late result was refused"


def test_earlier_tries_and_their_logs_stay(call: Call, rerun: Path) -> None:
    tries = json.loads(call("show", "1", "train[1]", "--json", home=rerun).out)["tries"]
    assert [(each["try_number"], each["state"]) for each in tries] == [(1, "failed"), (2, "success")]
    assert call("logs", "1", "train[1]", "--try", "1").out == "went wrong\n"
    assert call("logs", "1", "train[1]").out == "went well\n"
    assert call("logs", "1", "train[2]").out == "first\n", "of a cleared instance its last try"


def test_values_of_removed_instances_are_shown_when_asked_for(call: Call, rerun: Path) -> None:
    def indexes(*arguments: str) -> list[int]:
        rows = json.loads(call("xcom", "1", "train", *arguments, "--json", home=rerun).out)
        return [row["map_index"][0] for row in rows]

    assert indexes() == [0, 1, 2]
    assert indexes("--removed") == [0, 1, 2, 4]
    assert indexes("--map-index", "4") == [4]
    assert "Values of 1 instance are from before" in call("xcom", "1", "train").err


def test_results_have_no_values_that_do_not_count(rerun: Path, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write_results(file, [1], load_settings({"home": str(rerun)}))
    (run,) = msgspec.json.decode(file.read_bytes())
    found = {row["map_index"][0]: row for row in run["instances"] if row["task_id"] == "train"}
    assert {index: (row["state"], row.get("value")) for index, row in found.items()} == {
        0: ("success", 7),
        1: ("success", 8),
        3: ("failed", None),
        4: ("removed", None),
    }
