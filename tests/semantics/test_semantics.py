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
from semantics.test_refused import read_cases

FOLDER = Path(__file__).parent
FILES = sorted((FOLDER / "dags").glob("r*.py"))

#: What some files are run with, beyond the logical date.
ARGUMENTS = {"r22_params": ["--params", '{"who": "you"}', "--conf", '{"depth": 2}']}

#: How many rules each section has; 0 where they are not numbered.
SECTIONS = {1: 5, 2: 11, 3: 5, 4: 4, 5: 10, 6: 7, 7: 0, 8: 5, 9: 0, 10: 6, 11: 4, 12: 4, 13: 6, 14: 4}


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


def test_every_rule_has_a_dag() -> None:
    """Or a file that is refused."""
    named = [dag_id for file in FILES for dag_id in read_expectations(file)] + [case.rule for case in read_cases()]
    proven = {rule[:6] for rule in named}
    rules = {
        f"r{section:02}_{rule:02}" for section, count in SECTIONS.items() for rule in range(bool(count), count + 1)
    }
    assert rules <= proven, sorted(rules - proven)


def test_a_label_that_cannot_be_rendered_is_said_in_the_log(tmp_path: Path) -> None:
    """The instance stays a success; the log of it says what was wrong with the template."""
    file = tmp_path / "labels.py"
    file.write_text(
        "from fanjet import dag, task\n\n@dag\ndef labels():\n"
        "    @task(map_index_template='{{ nobody_said_this }}')\n    def work(x):\n        return x\n\n"
        "    work.expand(x=[1])\n\nlabels()\n"
    )
    home = tmp_path / "home"
    assert fanjet("run", file, folder=tmp_path, home=home).returncode == 0
    log = fanjet("logs", "1", "work", "--map-index", "0", folder=tmp_path, home=home).stdout
    assert "map_index_template" in log
    assert "nobody_said_this" in log


def test_a_task_that_fits_into_no_pool_is_refused_before_anything_runs(tmp_path: Path) -> None:
    """Also where another DAG of the file could run; no run is left behind."""
    file = tmp_path / "pools.py"
    home = tmp_path / "home"
    for options, message in {"pool='nobody'": "does not exist", "pool='narrow', pool_slots=3": "which has 2"}.items():
        file.write_text(
            "from fanjet import DAG, EmptyOperator\n\nwith DAG('fine'):\n    EmptyOperator(task_id='e')\n"
            f"with DAG('wrong'):\n    EmptyOperator(task_id='work', {options})\n"
        )
        ran = fanjet("run", file, folder=tmp_path, home=home)
        assert ran.returncode == 2
        assert "'work'" in ran.stderr
        assert message in ran.stderr
    assert "wrong" not in fanjet("runs", folder=tmp_path, home=home).stdout
