"""Outcomes as JSON in which every type of Python shows, and files of them that read well in a diff."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any


def canonical(value: Any) -> Any:
    """A value as JSON; what JSON lacks is tagged: ``{"$tuple": [...]}``, ``{"$set": [...]}``, ``{"$repr": ...}``."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return {"$float": repr(value)} if math.isnan(value) or math.isinf(value) else value
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if isinstance(value, tuple):
        return {"$tuple": [canonical(item) for item in value]}
    if isinstance(value, set | frozenset):
        return {"$set": sorted((canonical(item) for item in value), key=_text)}
    if isinstance(value, dict):
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: canonical(item) for key, item in value.items()}
        return {"$dict": [[canonical(key), canonical(item)] for key, item in value.items()]}
    return {"$repr": f"{type(value).__module__}.{type(value).__qualname__}: {value!s}"}


def merge(outcomes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Equal outcomes as one with the sum of their counts, the most frequent first."""
    merged: dict[str, dict[str, Any]] = {}
    for outcome in outcomes:
        key = _text({"state": outcome["state"], "tis": outcome["tis"]})
        known = merged.setdefault(key, {**outcome, "count": 0})
        known["count"] += outcome.get("count", 1)
    return sorted(merged.values(), key=lambda outcome: -outcome["count"])


def write_recordings(path: Path, meta: dict[str, str], dags: dict[str, dict[str, Any]]) -> None:
    """Write `expected.json`: one line per instance."""
    entries = ",\n".join(f"{_text(dag_id)}: {_entry(dag)}" for dag_id, dag in sorted(dags.items()))
    text = f'{{"schema": 1,\n"meta": {_text(meta)},\n"dags": {{\n{entries}\n}}}}\n'
    # All at once, so that a recorder that is killed leaves the file whole.
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


def _entry(dag: dict[str, Any]) -> str:
    if "outcomes" not in dag:
        return _text(dag)
    head = _text({key: value for key, value in dag.items() if key != "outcomes"})[:-1]
    return f'{head}, "outcomes": [{", ".join(map(_outcome, dag["outcomes"]))}]}}'


def _outcome(outcome: dict[str, Any]) -> str:
    lines = [
        f"   {_text(task_id)}: {{{_instances(instances)}}}" for task_id, instances in sorted(outcome["tis"].items())
    ]
    rows = ",\n".join(lines)
    return f'\n  {{"count": {outcome["count"]}, "state": {_text(outcome["state"])}, "tis": {{\n{rows}}}}}'


def _instances(instances: dict[str, dict[str, Any]]) -> str:
    rows = [f"{_text(position)}: {_text(instances[position])}" for position in sorted(instances, key=int)]
    return ",\n      ".join(rows)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
