"""What a page says became of an example, beside what did: one line per instance, as in ``load[1]  skipped``."""

from __future__ import annotations

import json
import re
from typing import Any

#: As ``train[3,7] (a label)  "what it returned"``; in the place of the value a state.
_LINE = re.compile(r"(?P<task>[\w.\-]+)(?:\[(?P<path>[\d,]+)\])?(?: \((?P<label>.*?)\))?(?:\s{2,}(?P<outcome>.*))?")

#: Stands in a page for a value that differs from run to run.
_ANYTHING = "..."


def compare(page_text: str, run: dict[str, Any]) -> list[str]:
    """What differs between a result on a page and an entry of `fanjet run --results`.

    A page that names a task names all its instances; tasks that it does not name are not compared. The run is a success
    unless the page says otherwise.
    """
    lines = page_text.strip().splitlines()
    state = "success"
    if lines[0].startswith("run: "):
        state = lines.pop(0).removeprefix("run: ").strip()
    problems = [] if run["state"] == state else [f"the run is {run['state']}, the page says {state}"]
    said = dict(_read(line) for line in lines)
    tasks = {key.partition("[")[0] for key in said}
    happened = {_key(instance): instance for instance in run["instances"] if instance["task_id"] in tasks}
    problems += [f"{key}: the page names no such instance" for key in happened.keys() - said.keys()]
    problems += [f"{key}: there is no such instance" for key in said.keys() - happened.keys()]
    for key in sorted(said.keys() & happened.keys()):
        problems += _differences(key, *said[key], happened[key])
    return problems


def _read(line: str) -> tuple[str, tuple[str, str | None]]:
    """The key, the outcome and the label of one line."""
    match = _LINE.fullmatch(line.rstrip())
    assert match is not None, f"no line of a result: {line!r}"
    key = match["task"] + (f"[{match['path']}]" if match["path"] else "")
    return key, (match["outcome"] or "", match["label"])


def _key(instance: dict[str, Any]) -> str:
    path = ",".join(map(str, instance["map_index"]))
    return instance["task_id"] + (f"[{path}]" if path else "")


def _differences(key: str, outcome: str, label: str | None, instance: dict[str, Any]) -> list[str]:
    problems = []
    if label is not None and instance.get("label") != label:
        problems.append(f"{key}: the label is {instance.get('label')!r}, the page says {label!r}")
    happened = say_outcome(instance)
    same = outcome == happened or (outcome == _ANYTHING and instance["state"] == "success")
    if not same and not (_is_json(outcome) and _is_json(happened) and json.loads(outcome) == json.loads(happened)):
        problems.append(f"{key}: {happened}, the page says {outcome}")
    return problems


def say_outcome(instance: dict[str, Any]) -> str:
    """As a page writes it: the value of a success that has one, else the state."""
    if instance["state"] == "success" and "value" in instance:
        return json.dumps(instance["value"], ensure_ascii=False)
    return str(instance["state"])


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
