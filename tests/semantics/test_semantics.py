"""The rules of mapping and authoring, each by a DAG that the installed program runs.

The number in a DAG's id is that of its rule: ``r05_04_...`` is the fourth rule of section 5. What becomes of a DAG is
written beside it, see `outcomes`. Every file is run once, its DAGs one after another.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from semantics.outcomes import find_differences, read_expectations
from semantics.program import fanjet

FOLDER = Path(__file__).parent
FILES = sorted((FOLDER / "dags").glob("r*.py"))

#: What some files are run with, beyond the logical date.
ARGUMENTS = {"r22_params": ["--params", '{"who": "you"}', "--conf", '{"depth": 2}']}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_everything_in_the_file_ends_as_it_says(file: Path, tmp_path: Path) -> None:
    """All instances of all DAGs, with state, value, label and tries; nothing more, nothing less."""
    expectations = read_expectations(file)
    results = tmp_path / "results.json"
    arguments = ["--logical-date", "2026-01-31T10:00:00+00:00", *ARGUMENTS.get(file.stem, [])]
    ran = fanjet("run", file, "--results", results, *arguments, folder=tmp_path, home=tmp_path / "home")
    assert results.exists(), ran.stdout + ran.stderr
    runs = {run["dag_id"]: run for run in json.loads(results.read_text())}
    assert runs.keys() == expectations.keys()
    problems = [
        problem for dag_id, expected in expectations.items() for problem in find_differences(expected, runs[dag_id])
    ]
    assert not problems, "\n".join(problems)
    assert ran.returncode == (1 if any(expected.state == "failed" for expected in expectations.values()) else 0)
