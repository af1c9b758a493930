"""Compares what Fanjet made of a DAG with what Airflow made of it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from conformance.recordings import Difference, Outcome, Recording
from conformance.runs import FileRuns

#: Under this key Airflow's branches note for its own scheduler what they skipped. Fanjet has no such value, as the page
#: about differences says.
KEPT_BY_AIRFLOW = "skipmixin_key"


class Discrepancy(NamedTuple):
    """One thing that differs."""

    #: ``task[index]``; empty where it is the run or the file.
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


def find_discrepancies(recording: Recording, runs: FileRuns) -> list[Discrepancy]:
    """What differs; empty where the two agree."""
    if not recording.outcomes:
        return [] if not runs.outcomes else [Discrepancy("", "Airflow refuses the file, Fanjet runs it")]
    outcome = runs.outcomes.get(recording.dag_id)
    if outcome is None:
        return [Discrepancy("", f"Airflow runs it, Fanjet refuses the file: {runs.error[-300:]}")]
    against = [_compare(accepted, outcome) for accepted in recording.outcomes]
    return min(against, key=len)


def find_defects(found: list[Discrepancy], deliberate: Difference | None) -> list[Discrepancy]:
    """Those among the discrepancies of a DAG that are not on purpose."""
    if deliberate is None:
        return found
    if not found:
        return [Discrepancy("", "agrees, but is listed among those that differ")]
    return [each for each in found if each.place and not deliberate.covers(each.place)]


def _compare(expected: Outcome, got: Outcome) -> list[Discrepancy]:
    found = []
    if expected.state != got.state:
        found.append(Discrepancy("", f"the run: {expected.state} there, {got.state} here"))
    there, here = _flatten(expected), _flatten(got)
    for place in sorted(there.keys() | here.keys()):
        if there.get(place) != here.get(place):
            found.append(Discrepancy(place, f"{_show(there.get(place))} there, {_show(here.get(place))} here"))
    return found


def _flatten(outcome: Outcome) -> dict[str, Any]:
    """``task[index]`` -> its state, tries and, where it has them, values and label."""
    return {
        f"{task_id}[{position}]": _normalize(instance)
        for task_id, by_position in outcome.instances.items()
        for position, instance in by_position.items()
    }


def _normalize(instance: dict[str, Any]) -> dict[str, Any]:
    """No try counts as the first one, no value as None, and a tuple equals a list: what is stored decides."""
    shown = {"state": instance["state"], "try_number": max(1, instance.get("try_number") or 1)}
    if instance.get("xcom") is not None:
        shown["xcom"] = _without_tuples(instance["xcom"])
    others = {key: value for key, value in instance.get("xcom_other", {}).items() if key != KEPT_BY_AIRFLOW}
    if others:
        shown["xcom_other"] = _without_tuples(others)
    if instance.get("rendered_map_index") is not None:
        shown["label"] = instance["rendered_map_index"]
    return shown


def _without_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"$tuple"}:
            return [_without_tuples(item) for item in value["$tuple"]]
        return {key: _without_tuples(item) for key, item in value.items()}
    return [_without_tuples(item) for item in value] if isinstance(value, list) else value


def _show(instance: dict[str, Any] | None) -> str:
    return "nothing" if instance is None else json.dumps(instance, sort_keys=True)
