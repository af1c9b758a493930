"""What a DAG file says becomes of each of its DAGs, beside what did.

The outcome of a DAG stands in the docstring of its `@dag` function below a line ``Outcome:`` (or, for DAGs made in a
loop, in the dict `OUTCOMES` of the file, by DAG id). One line per instance, or for several that end alike::

    run: failed
    find           ["a", "b"]
    load[0]        "a"  | label first | try 2
    load[1-3], x   upstream_failed
    save[2,0]      success

The run is a success unless the first line says otherwise. A value means a success with that value, a state means
that there is no value. Tries are 1 for what ran and 0 for what was `upstream_failed`; ``| try 2`` says so where it is
another (an EmptyOperator needs none; ``any`` leaves it open). A line that ends with a comma goes on in the next.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_MARKER = "Outcome:"
_STATES = frozenset({"success", "failed", "skipped", "upstream_failed"})
_LINE = re.compile(r"(?P<keys>[\w.\-]+(?:\[[\d,\-]+\])?(?:, [\w.\-]+(?:\[[\d,\-]+\])?)*)\s{2,}(?P<outcome>\S.*)")
_KEY = re.compile(r"(?P<task>[\w.\-]+?)(?:\[(?P<path>[\d,\-]+)\])?")


class Outcome(NamedTuple):
    """How an instance ended."""

    state: str
    #: As JSON with sorted keys; None when there is none.
    value: str | None
    label: str | None
    #: None: as it comes, of an instance that was skipped.
    tries: int | None

    def __str__(self) -> str:
        what = self.state if self.value is None else self.value
        return (
            what
            + (f" | label {self.label}" if self.label else "")
            + ("" if self.tries is None else f" | try {self.tries}")
        )


class Expected(NamedTuple):
    """How a run ended."""

    state: str
    instances: dict[str, Outcome]


def read_expectations(file: Path) -> dict[str, Expected]:
    """What a DAG file says of its DAGs, by DAG id, in the order of the file."""
    texts: dict[str, str] = {}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and any(_is_dag(decorator) for decorator in node.decorator_list):
            doc = ast.get_docstring(node) or ""
            texts[node.name] = doc.partition(_MARKER)[2]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "OUTCOMES":
            texts |= ast.literal_eval(node.value)
    return {dag_id: _read(text, f"{file.name}, {dag_id}") for dag_id, text in texts.items()}


def _is_dag(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).partition("(")[0] == "dag"


def _read(text: str, where: str) -> Expected:
    lines = re.sub(r",\n\s*", ", ", text).split("\n")
    lines = [line.strip() for line in lines if line.strip()]
    assert lines, f"{where}: no outcome"
    state = lines.pop(0).removeprefix("run: ") if lines[0].startswith("run: ") else "success"
    instances: dict[str, Outcome] = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        assert match is not None, f"{where}: no line of an outcome: {line!r}"
        outcome = _read_outcome(match["outcome"], f"{where}: {line}")
        for key in _expand(match["keys"]):
            assert key not in instances, f"{where}: {key} is said twice"
            instances[key] = outcome
    return Expected(state, instances)


def _expand(keys: str) -> Iterator[str]:
    """``a[0-2], b`` as ``a[0]``, ``a[1]``, ``a[2]`` and ``b``; only the last position can be a range."""
    for key in keys.split(", "):
        match = _KEY.fullmatch(key)
        assert match is not None, key
        path = match["path"] or ""
        outer, _, last = path.rpartition(",")
        first, _, end = last.partition("-")
        for position in range(int(first), int(end) + 1) if end else [last]:
            yield f"{match['task']}[{outer},{position}]" if outer else f"{match['task']}[{position}]" if path else key


def _read_outcome(text: str, where: str) -> Outcome:
    what, *more = re.split(r"\s*\| (?=label |try )", text)
    notes = dict(note.split(" ", 1) for note in more)
    if what in _STATES:
        state, value = what, None
    else:
        try:
            state, value = "success", _canonical(json.loads(what))
        except ValueError:
            raise AssertionError(f"{where}: neither a state nor JSON: {what!r}") from None
    tries = {"upstream_failed": 0, "skipped": None}.get(state, 1)
    if "try" in notes:
        tries = None if notes["try"] == "any" else int(notes["try"])
    return Outcome(state, value, notes.get("label"), tries)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def find_differences(expected: Expected, run: dict[str, Any]) -> list[str]:
    """Every way in which a run of `fanjet run --results` differs; nothing more and nothing less is accepted."""
    problems = []
    if run["state"] != expected.state:
        problems.append(f"the run is a {run['state']}, not a {expected.state}")
    happened = {_key(instance): _outcome(instance) for instance in run["instances"]}
    for key in dict.fromkeys([*expected.instances, *happened]):
        wanted, found = expected.instances.get(key), happened.get(key)
        if wanted is not None and found is not None and wanted.tries is None:
            found = found._replace(tries=None)
        if wanted != found:
            problems.append(f"{key}: {found or 'no such instance'}, not {wanted or 'expected at all'}")
    assert len(happened) == len(run["instances"]), "an instance appears twice"
    return [f"{run['dag_id']}: {problem}" for problem in problems]


def _key(instance: dict[str, Any]) -> str:
    path = ",".join(map(str, instance["map_index"]))
    return instance["task_id"] + (f"[{path}]" if path else "")


def _outcome(instance: dict[str, Any]) -> Outcome:
    value = _canonical(instance["value"]) if "value" in instance else None
    return Outcome(instance["state"], value, instance["label"], instance["try_number"])
