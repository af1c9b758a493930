"""A grid search per entry of a dict of models, tracked in MLflow; the flaky one is retried."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from e2e.program import Program, values
from examples.outcomes import EXAMPLES, counts, labels, tries


def ask(database: Path, sql: str) -> list[Any]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.mark.slow
def test_each_model_is_searched_and_tracked_and_the_flaky_one_retried(fanjet: Program) -> None:
    (run,) = fanjet.results("run", EXAMPLES / "census_multi_model.py", "--params", '{"folds": 3}')
    assert counts(run)["grid_search"] == {"success": 4}
    assert tries(run, "grid_search") == [1, 1, 1, 2]
    assert [str(label).partition(":")[0] for label in labels(run, "grid_search")] == (
        ["logistic regression", "random forest", "LightGBM", "neural network"]
    )
    found = list(values(run, "grid_search").values())
    assert all(0.6 < result["accuracy"] < 0.85 and 0.65 < result["auc"] < 0.9 for result in found)
    assert values(run, "compare")[()] == max(found, key=lambda result: result["auc"])["model"]
    assert values(run, "make_features")[()]["type"].endswith("DataFrame")

    shown = fanjet.read_json("show", "1", "grid_search[3]")
    assert [part["state"] for part in shown["tries"]] == ["up_for_retry", "success"]
    assert shown["tries"][0]["label"] == "neural network"
    assert "ConvergenceWarning" in shown["tries"][0]["error"]
    assert "50 rounds are allowed" in fanjet.read("logs", "1", "grid_search[3]", "--try", "1")

    output = fanjet.folder / "census_multi_model_output"
    assert len((output / "models.txt").read_text().splitlines()) == 5
    database = output / "mlflow.db"
    assert sorted(ask(database, "SELECT status FROM runs")) == [("FAILED",)] + [("FINISHED",)] * 4
    tracked = ask(database, "SELECT value FROM metrics WHERE key = 'auc'")
    assert sorted(value for (value,) in tracked) == sorted(result["auc"] for result in found)
    assert len(list(output.glob("models/*/artifacts/model.joblib"))) == 4
