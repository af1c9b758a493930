"""``unused-results``: a mapped task returns a value per instance, tasks come after it, and none of them reads any."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fanjet.authoring.operator import Operator
from fanjet.parsing.data_flow import find_inputs
from fanjet.parsing.rules.function_code import find_function, returns_value
from fanjet.parsing.rules.rule import Checked, Suspicion, join_words
from fanjet.parsing.spec_builder import BuiltDag

_IN_TEMPLATE = re.compile(r"xcom_pull\(\s*(?:task_ids\s*=\s*)?(?P<ids>\[[^\]]*\]|'[^']*'|\"[^\"]*\")?")
_TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def find_unused_results(checked: Checked) -> Iterator[Suspicion]:
    """Mapped functions whose values nobody reads though something follows.

    The last tasks of a DAG and the one with its result are left out: their values are for people. So are operators that
    return what they happen to, setups and teardowns, and everything where some `xcom_pull` reads tasks that only a run
    can tell.
    """
    pulled = _find_pulled(checked.text)
    if pulled is None:
        return
    for dag in checked.dags:
        read = {upstream for task in dag.tasks for upstream in find_inputs(task)}
        for number, task in enumerate(dag.tasks):
            if task not in read and task.task_id not in pulled and _gives_values(dag, number, task):
                after = join_words(sorted(each.task_id for each in task.downstream)[:3])
                yield Suspicion(
                    f"Task '{task.task_id}' returns values that nobody reads, also not {after} after it.",
                    "pass its result on, end it without return, or give do_xcom_push=False",
                    dag,
                    task,
                )


def _gives_values(dag: BuiltDag, number: int, task: Operator) -> bool:
    spec = dag.spec.tasks[number]
    if not spec.depth or spec.kind != "task" or not task.downstream or not task.do_xcom_push:
        return False
    if task.is_setup or task.is_teardown or task.is_dag_result:
        return False
    function = find_function(task)
    return function is not None and returns_value(function)


def _find_pulled(text: str) -> set[str] | None:
    """The ids in all `xcom_pull` of a file, in code and in templates; None where some cannot be told."""
    pulled: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        ids: set[str] | None = set()
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "xcom_pull":
            ids = _ids_of_call(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "xcom_pull" in node.value:
            ids = _ids_of_template(node.value)
        if ids is None:
            return None
        pulled |= ids
    return pulled


def _ids_of_call(call: ast.Call) -> set[str] | None:
    given = [*call.args[:1], *(each.value for each in call.keywords if each.arg in {"task_ids", None})]
    if not given:
        return set()  # its own value
    constants = [node for value in given for node in getattr(value, "elts", [value])]
    if not all(isinstance(node, ast.Constant) for node in constants):
        return None
    return {node.value for node in constants if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _ids_of_template(text: str) -> set[str] | None:
    found: set[str] = set()
    for match in _IN_TEMPLATE.finditer(text):
        if match["ids"] is None:
            return None
        found.update(first or second for first, second in _TEXT.findall(match["ids"]))
    return found
