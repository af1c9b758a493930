"""Mistakes in DAG files are found when the file is loaded, with a message that names the place and the fix."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from semantics.program import fanjet

_CASES = Path(__file__).with_name("refused.txt")
_CASE = re.compile(r"^## (?P<rule>\w+): (?P<parts>.*)\n(?P<lines>(?:(?!##).*\n)+)", re.MULTILINE)

_SCAFFOLD = """\
from fanjet import DAG, BashOperator, EmptyOperator, Param, chain, dag, task, task_group

leaked = []


@dag(dag_id="refused")
def make():
    @task
    def find():
        return [1, 2]

    @task
    def show(x):
        return x

    @task
    def pair(a, b):
        return [a, b]

    @task_group
    def group(x):
        show(x)

    @task_group
    def two(a, b):
        pair(a, b)

    @task_group
    def star(**more):
        find()

    @task_group(group_id="group")
    def with_always(x):
        show.override(trigger_rule="always")(x)

    @task_group
    def loops(x):
        return [show(item) for item in x]

    @task_group
    def leaks(x):
        leaked.append(x)
        show(x)

    EmptyOperator(task_id="start")
LINES


make()
"""


class Case(NamedTuple):
    rule: str
    parts: list[str]
    lines: list[str]


def read_cases() -> list[Case]:
    cases = []
    for match in _CASE.finditer(_CASES.read_text(encoding="utf-8")):
        parts = [part.strip() for part in match["parts"].split(" | ")]
        cases.append(Case(match["rule"], parts, match["lines"].splitlines()))
    return cases


def test_each_mistake_is_refused_at_its_line(tmp_path: Path) -> None:
    """One file each, all looked at by one `fanjet check`."""
    cases = read_cases()
    assert len(cases) == _CASES.read_text(encoding="utf-8").count("\n## "), "a case cannot be read"
    for case in cases:
        text = _SCAFFOLD.replace("LINES", "\n".join("    " + line for line in case.lines))
        (tmp_path / f"{case.rule}.py").write_text(text, encoding="utf-8")
    checked = fanjet("check", "--json", tmp_path, folder=tmp_path, home=tmp_path / "home")
    assert checked.returncode == 2, checked.stdout + checked.stderr
    errors: dict[str, list[dict[str, object]]] = {}
    for error in json.loads(checked.stdout)["errors"]:
        errors.setdefault(Path(error["file"]).stem, []).append(error)
    problems = [problem for case in cases for problem in _problems(case, errors.get(case.rule, []))]
    assert not problems, "\n".join(problems)


def _problems(case: Case, errors: list[dict[str, object]]) -> list[str]:
    if len(errors) != 1:
        return [f"{case.rule}: {len(errors)} errors: {errors}"]
    said = f"{errors[0]['message']} {errors[0]['fix'] or ''}"
    found = re.search(".*?".join(map(re.escape, case.parts)), said, re.DOTALL)
    problems = [] if found else [f"{case.rule}: {said}"]
    return problems if errors[0]["line"] else [*problems, f"{case.rule}: no line, {said}"]


def test_one_bad_dag_takes_all_of_its_file_with_it(tmp_path: Path) -> None:
    """Nothing of the file runs, and other files are not touched by it."""
    (tmp_path / "bad.py").write_text(
        "from fanjet import DAG, EmptyOperator\n"
        "with DAG('good'):\n    EmptyOperator(task_id='e')\n"
        "with DAG('bad'):\n    raise ValueError('half way')\n"
    )
    (tmp_path / "fine.py").write_text(
        "from fanjet import DAG, EmptyOperator\nwith DAG('fine'):\n    EmptyOperator(task_id='e')\n"
    )
    checked = fanjet("check", "--json", tmp_path, folder=tmp_path, home=tmp_path / "home")
    said = json.loads(checked.stdout)
    assert [dag["dag_id"] for dag in said["dags"]] == ["fine"]
    assert [(Path(error["file"]).name, error["line"]) for error in said["errors"]] == [("bad.py", 5)]
    assert "half way" in said["errors"][0]["message"]
    results = tmp_path / "results.json"
    ran = fanjet("run", tmp_path / "bad.py", "--results", results, folder=tmp_path, home=tmp_path / "home")
    assert ran.returncode == 2
    assert not results.exists()
