"""DAG files of Airflow run as they are, with the outcome that Airflow gives: here a part of `make conformance`."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.__main__ import main
from conformance.comparing import find_differences
from conformance.recordings import HERE, find_sets, read_differences, read_recordings
from conformance.runs import run_file

_RECORDINGS = [recording for folder in find_sets() for recording in read_recordings(folder)]
_FIRST_SET = HERE / "first_set"
_QUICK = ("01_literal_map.py", "invalid/bad_cycle.py", "invalid/edge_partial_never_expanded.py")


@pytest.mark.parametrize("name", _QUICK)
def test_a_file_agrees_with_its_recording(name: str, tmp_path: Path) -> None:
    """Every DAG of it that is not listed as different on purpose."""
    runs = run_file(_FIRST_SET / name, tmp_path)
    mine = [recording for recording in _RECORDINGS if recording.file == _FIRST_SET / name]
    differing = {recording.dag_id: lines for recording in mine if (lines := find_differences(recording, runs))}
    assert mine
    assert differing.keys() <= read_differences().keys(), differing


def test_what_differs_on_purpose_is_recorded() -> None:
    """No entry is about a DAG that does not exist."""
    assert read_differences().keys() <= {recording.dag_id for recording in _RECORDINGS}


@pytest.mark.slow
def test_everything_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    """As `make conformance`."""
    assert main() == 0, capsys.readouterr().out
