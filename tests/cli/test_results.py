"""The file of `--results`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.seeding import TRAIN, Seeder
from fanjet.cli.results import write_results
from fanjet.errors import ExecutionError
from fanjet.model.changes import RecordXCom
from fanjet.model.events import XComPushed
from fanjet.settings import load_settings


def test_results_hold_every_recorded_instance_with_its_value(seeded: Path, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write_results(file, [1, 2], load_settings({"home": str(seeded)}, environ={}))
    first, second = json.loads(file.read_text())
    assert {key: first[key] for key in ("dag_id", "run_id", "state")} == {
        "dag_id": "sweep",
        "run_id": "manual__2026-01-05T10:00:00+00:00",
        "state": "failed",
    }
    assert len(first["instances"]) == 1 + 64 + 6 + 2
    discover, train = first["instances"][0], first["instances"][1:65]
    assert discover == {
        "task_id": "discover",
        "map_index": [],
        "state": "success",
        "try_number": 1,
        "label": None,
        "value": [1, 2, 3],
        "pushed": {"seen": {"rows": 5}},
    }
    assert [instance["map_index"] for instance in train] == [[index] for index in range(64)]
    failed = {"task_id": "train", "map_index": [17], "state": "failed", "try_number": 2, "label": "depth=17"}
    assert train[17] == failed, "an instance without a value has no key for it"
    assert train[63]["state"] == "skipped"
    assert train[63]["try_number"] == 0
    assert first["instances"][-1]["value"] == {"type": "pandas.DataFrame", "preview": "DataFrame 10 x 2"}
    assert first["instances"][65]["map_index"] == [0, 0]
    assert second["state"] == "running"
    assert len(second["instances"]) == 11


def test_a_file_that_cannot_be_written_leaves_what_was_there(seeded: Path, tmp_path: Path) -> None:
    settings = load_settings({"home": str(seeded)}, environ={})
    file = tmp_path / "results.json"
    file.write_text("before")
    with pytest.raises(ExecutionError, match="cannot be written"):
        write_results(tmp_path / "missing" / "results.json", [1], settings)
    with pytest.raises(Exception, match="no run"):
        write_results(file, [99], settings)
    assert file.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_all_that_was_pushed_is_there_with_its_instance(tmp_path: Path) -> None:
    """More than is read at once; what belongs to an instance that is not listed is passed over."""
    seeder = Seeder(tmp_path / "home")
    run = seeder.open_run().number
    seeder.ended(TRAIN, range(0, 1200, 2))
    fence = seeder.launched(TRAIN, range(1200))
    pushed = [
        XComPushed(run=run, task=TRAIN, parent=(), index=index, fence=fence, key=key, value=b"j%d" % index)
        for index in range(1200)
        for key in ("a b", "\u00fc")
    ]
    seeder.journal.write([RecordXCom(pushed=each) for each in pushed], [], at=0.0)
    seeder.journal.close()
    write_results(tmp_path / "results.json", [run], load_settings({"home": str(tmp_path / "home")}, environ={}))
    (found,) = json.loads((tmp_path / "results.json").read_text())
    assert {i["map_index"][0]: i["pushed"] for i in found["instances"]} == {
        index: {"a b": index, "\u00fc": index} for index in range(0, 1200, 2)
    }
