"""What `make demo` shows."""

from __future__ import annotations

from typing import Any

import pytest

from e2e.program import Program, values
from examples.outcomes import EXAMPLES, counts, is_picture, labels

FILE = EXAMPLES / "hyperparameter_sweep.py"


def check(fanjet: Program, run: dict[str, Any], experiments: int) -> None:
    assert len(values(run, "discover_experiments")[()]) == experiments
    assert counts(run)["train"] == {"success": experiments}
    assert "neighbours(n_neighbors=10)" in labels(run, "train")
    trained = sorted((result["r2"] for result in values(run, "train").values()), reverse=True)
    assert 0.25 < trained[0] < 0.6
    assert [result["r2"] for result in values(run, "leaderboard")[()]] == trained[:10]
    output = fanjet.folder / "sweep_output"
    assert len((output / "leaderboard.txt").read_text().splitlines()) == experiments
    assert is_picture(output / "sweep.png")


def test_one_instance_per_experiment_a_leaderboard_and_a_plot(fanjet: Program) -> None:
    (run,) = fanjet.results("run", FILE, "--params", '{"folds": 2, "kinds": ["ridge", "neighbours"]}')
    check(fanjet, run, 20)


@pytest.mark.slow
def test_the_demo_as_it_is(fanjet: Program) -> None:
    (run,) = fanjet.results("run", FILE)
    check(fanjet, run, 68)
    best = values(run, "leaderboard")[()][0]
    assert best["model"] == "boosting"
