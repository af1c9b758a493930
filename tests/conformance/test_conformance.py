"""DAG files of Airflow run as they are, with the outcome that Airflow gives: here a part of `make conformance`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from conformance.__main__ import main
from conformance.comparing import find_defects, find_discrepancies
from conformance.generating.parts import HEADER
from conformance.generating.writing import write_dag
from conformance.recordings import HERE, find_sets, read_differences, read_recordings
from conformance.runs import run_file
from semantics.test_semantics import SECTIONS

_RECORDINGS = [recording for folder in find_sets() for recording in read_recordings(folder)]
_QUICK = (
    "first_set/01_literal_map.py",
    "first_set/invalid/bad_cycle.py",
    "first_set/invalid/edge_partial_never_expanded.py",
    "second_set/s05_results.py",
    "second_set/s08_length_zero.py",
    "second_set/s10_groups.py",
    "second_set/s12_setup_teardown.py",
    "third_set/random_00.py",
    "fourth_set/random_00.py",
)
#: The rows of the table of trigger rules.
_TRIGGER_RULES = 13


@pytest.mark.parametrize("name", _QUICK)
def test_a_file_agrees_with_its_recording(name: str, tmp_path: Path) -> None:
    """Every DAG of it, but for what is listed as different on purpose."""
    runs = run_file(HERE / name, tmp_path)
    mine = [recording for recording in _RECORDINGS if recording.file == HERE / name]
    deliberate = read_differences()
    defects = {
        recording.dag_id: [str(defect) for defect in found]
        for recording in mine
        if (found := find_defects(find_discrepancies(recording, runs), deliberate.get(recording.dag_id)))
    }
    assert mine
    assert not defects


def test_what_differs_on_purpose_is_recorded() -> None:
    """No entry of the page is about a DAG that does not exist, and there are entries."""
    assert read_differences()
    assert read_differences().keys() <= {recording.dag_id for recording in _RECORDINGS}


def test_every_rule_has_two_recorded_dags() -> None:
    """Each numbered rule of the sections 1 to 13; a section without numbers counts as one rule."""
    counts = {**{section: count for section, count in SECTIONS.items() if section <= 13}, 9: _TRIGGER_RULES}
    rules = [f"r{section:02}_{rule:02}" for section, count in counts.items() for rule in range(bool(count), count + 1)]
    recorded = Counter(recording.dag_id[:6] for recording in _RECORDINGS)
    assert not [rule for rule in rules if recorded[rule] < 2]


def test_a_seed_gives_the_same_dag_again() -> None:
    """So that recordings of random DAGs can be looked into and made again."""
    first, second = (write_dag("random", "7/3") for _ in range(2))
    assert first.text() == second.text()
    compile(HEADER + first.text(), "random.py", "exec")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_everything_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    """As `make conformance`."""
    assert main() == 0, capsys.readouterr().out
