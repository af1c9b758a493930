"""A model per customer, as many candidates as each can bear; who left stays in the history, and so do the models."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from e2e.program import Program, values
from examples.outcomes import EXAMPLES, counts, labels, tries
from processes import wait_until

FILE = EXAMPLES / "model_per_customer.py"


def history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def lengths(run: dict[str, Any]) -> dict[int, int]:
    """How many candidates each customer had."""
    found: dict[int, int] = {}
    for first, _ in values(run, "customer.try_out"):
        found[first] = found.get(first, 0) + 1
    return found


@pytest.mark.slow
def test_inner_maps_are_as_long_as_each_customer_can_bear(fanjet: Program) -> None:
    """Three of the customers; with all of them, and with a run that is killed, it takes longer: below."""
    (run,) = fanjet.results("run", FILE, "--params", '{"flights": 4000}')
    customers = values(run, "find_customers")[()]
    assert counts(run)["customer.keep_best"] == {"success": len(customers)}
    assert lengths(run) == {i: len(v) for (i,), v in values(run, "customer.find_candidates").items()}
    kept = history(fanjet.folder / "model_per_customer_output")
    assert [row["code"] for row in kept] == [customer["code"] for customer in customers]
    assert values(run, "update_history") == {(): []}


@pytest.mark.slow
def test_customers_that_left_stay_in_the_history_also_if_the_next_run_is_killed(fanjet: Program) -> None:
    (september,) = fanjet.results("run", FILE)
    output = fanjet.folder / "model_per_customer_output"
    assert counts(september)["customer.keep_best"] == {"success": 16}
    assert {4, 12} <= set(lengths(september).values()), "inner maps of different lengths"
    assert lengths(september) == {i: len(v) for (i,), v in values(september, "customer.find_candidates").items()}
    assert "SkyWest Airlines Inc." in labels(september, "customer.own_flights")
    assert "UA: boosting, 4 weeks" in labels(september, "customer.try_out")
    best = {kept["code"]: kept for kept in values(september, "customer.keep_best").values()}
    assert all(1 < kept["wrong_by"] < 40 for kept in best.values()), "minutes"
    for (customer, *_), tried in values(september, "customer.try_out").items():
        code = values(september, "find_customers")[()][customer]["code"]
        assert tried["wrong_by"] >= best[code]["wrong_by"]
    before = history(output)
    assert [row["code"] for row in before] == sorted(best)

    process = fanjet.start("run", FILE, "--params", '{"month": 10}')
    wait_until(lambda: bool(list(output.glob("models/*/2013-10.joblib"))), "a model of October is stored")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert history(output) == before

    file = fanjet.folder / "resumed.json"
    fanjet("resume", "--results", file)
    (october,) = json.loads(file.read_text())
    assert october["state"] == "success"
    assert counts(october)["customer.keep_best"] == {"success": 15}
    assert set(tries(october, "customer.try_out")) == {1}
    assert values(october, "update_history") == {(): ["OO"]}
    assert "SkyWest Airlines Inc. (OO) is no customer any more" in fanjet.read("logs", "2", "update_history")
    after = history(output)
    assert after[:16] == before
    assert [row["month"] for row in after] == ["2013-09"] * 16 + ["2013-10"] * 15
    assert {file.name for file in output.glob("models/OO/*")} == {"2013-09.joblib"}
    assert {file.name for file in output.glob("models/UA/*")} == {"2013-09.joblib", "2013-10.joblib"}
    assert "SkyWest" in fanjet.read("xcom", "1", "customer.keep_best"), "the run itself stays readable too"
