"""Models x folds x seeds as maps in maps in maps; each reduce sees just what is below it."""

from __future__ import annotations

from statistics import fmean

import pytest

from e2e.program import Program, values
from examples.outcomes import EXAMPLES, counts, is_picture, labels

PARAMS = '{"folds": 2, "inner_folds": 2, "seeds": 2, "output": "out"}'


@pytest.mark.slow
def test_every_level_is_reduced_from_the_level_below(fanjet: Program) -> None:
    (run,) = fanjet.results("run", EXAMPLES / "nested_cross_validation.py", "--params", PARAMS)
    assert run["state"] == "success"
    assert counts(run)["each_model.each_fold.tune"] == {"success": 16}
    tuned = values(run, "each_model.each_fold.tune")
    assert set(tuned) == {(model, fold, seed) for model in range(4) for fold in range(2) for seed in range(2)}
    assert all(0.7 < score < 0.95 for scores in tuned.values() for score in scores)
    of_fold = values(run, "each_model.each_fold.of_fold")
    for (model, fold), means in of_fold.items():
        assert means == pytest.approx([fmean(tuned[model, fold, seed][at] for seed in range(2)) for at in range(2)])
    of_model = values(run, "each_model.of_model")
    for (model,), verdict in of_model.items():
        assert verdict["folds"] == [of_fold[model, fold][1] for fold in range(2)]
        assert verdict["held"] == pytest.approx(fmean(verdict["folds"]))
    best_first = sorted(of_model.values(), key=lambda verdict: verdict["held"], reverse=True)
    assert values(run, "ranking")[()] == [verdict["model"] for verdict in best_first]

    held = tuned[3, 1, 1][1]
    assert labels(run, "each_model.each_fold.tune")[-1] == f"boosting, fold 1, seed 1: {held:.4f}"
    assert labels(run, "each_model.each_fold.of_fold")[:2] == (
        ["logistic regression, fold 0", "logistic regression, fold 1"]
    )
    lines = (fanjet.folder / "out/ranking.txt").read_text().splitlines()
    assert [line[:26].strip() for line in lines[1:]] == [verdict["model"] for verdict in best_first]
    assert is_picture(fanjet.folder / "out/ranking.png")
