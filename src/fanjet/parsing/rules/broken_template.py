"""``broken-template``: a template that will fail when it is rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, meta, nodes

from fanjet.authoring.context_names import ABSENT_NAMES, CONTEXT_NAMES
from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import Operator
from fanjet.parsing.rules.rule import Checked, Suspicion, each_task
from fanjet.parsing.spec_builder import BuiltDag
from fanjet.parsing.spec_builder_templates import authored_fields
from fanjet.runtime import macros
from fanjet.runtime.task_instance import TaskInstance
from fanjet.runtime.try_runner import make_templates

_MARKS = ("{{", "{%", "{#")
#: With these in a template, a name may be missing.
_LENIENT_FILTERS = frozenset({"default", "d"})
_LENIENT_TESTS = frozenset({"defined", "undefined"})


def find_broken_templates(checked: Checked) -> Iterator[Suspicion]:
    """Unknown variables, params, macros, filters and files in the template fields of all tasks, and wrong syntax.

    Labels are not looked at, as a task may put any name into their context. Nor is what a name holds, but for
    `params`, `macros` and `ti`. A name with ``| default(...)`` or ``is defined`` may be missing.
    """
    environments: dict[int, Any] = {}
    for dag, number, task in each_task(checked):
        if not dag.spec.tasks[number].has_templates or task.dag is None:
            continue
        environment = environments.setdefault(id(task.dag), make_templates(task.dag).environment)
        seen: set[tuple[str, str]] = set()
        for field, text in _find_texts(task):
            if (field, text) not in seen:
                seen.add((field, text))
                yield from _check(_Template(environment, dag, task, field), text)


class _Template:
    """Where a template stands."""

    def __init__(self, environment: Any, dag: BuiltDag, task: Operator, field: str) -> None:
        self.environment = environment
        self.dag = dag
        self.task = task
        self.field = field
        operator_class = task.operator_class if isinstance(task, MappedOperator) else type(task)
        self.extensions = tuple(getattr(operator_class, "template_ext", ()))

    def suspect(self, message: str, fix: str, file: str = "") -> Suspicion:
        """A suspicion about it."""
        where = f"Task '{self.task.task_id}', field '{self.field}'" + (f", file '{file}'" if file else "")
        return Suspicion(f"{where}: {message}", fix, self.dag, self.task)


def _find_texts(task: Operator) -> Iterator[tuple[str, str]]:
    for field, value in authored_fields(task):
        yield from ((field, text) for text in _texts_in(value))


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in (*value.keys(), *value.values()):
            yield from _texts_in(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _texts_in(each)
    elif not isinstance(value, LazyValue | type):
        for name in getattr(value, "template_fields", ()):
            yield from _texts_in(getattr(value, name, None))


def _check(template: _Template, text: str) -> Iterator[Suspicion]:
    file = ""
    if template.extensions and text.endswith(template.extensions):
        file = text
        try:
            text = template.environment.loader.get_source(template.environment, file)[0]
        except TemplateNotFound:
            fix = "put it beside the DAG file, or name its folder in template_searchpath"
            yield template.suspect(f"there is no template file '{file}'.", fix)
            return
    if not any(mark in text for mark in _MARKS):
        return
    try:
        template.environment.from_string(text)
        tree = template.environment.parse(text)
    except TemplateSyntaxError as error:
        message = f"in line {error.lineno} of the template: {error.message}"
        yield template.suspect(message, "correct it, or add the filter to user_defined_filters", file)
        return
    except TemplateError as error:
        yield template.suspect(str(error), "correct the template", file)
        return
    if issubclass(template.environment.undefined, StrictUndefined):
        yield from _check_names(template, tree, file)


def _check_names(template: _Template, tree: nodes.Template, file: str) -> Iterator[Suspicion]:
    lenient = {id(node) for guard in _find_guards(tree) for node in guard.find_all(nodes.Expr)}
    lenient_names = {node.name for node in tree.find_all(nodes.Name) if id(node) in lenient}
    known = {*CONTEXT_NAMES, *template.environment.globals}
    for name in sorted(meta.find_undeclared_variables(tree) - known - lenient_names):
        why = "exists in Airflow only" if name in ABSENT_NAMES else "is not defined"
        yield template.suspect(f"'{name}' {why}.", _suggest(name, known, "user_defined_macros"), file)
    params = {*template.task.params, *(template.task.dag.params if template.task.dag else ())}
    checks: dict[str, tuple[Callable[[str], bool], set[str], str]] = {
        "params": (params.__contains__, params, "the DAG's params"),
        "macros": (lambda name: hasattr(macros, name), set(macros.__all__), "user_defined_macros"),
        "ti": (lambda name: hasattr(TaskInstance, name), set(), "an XCom"),
    }
    checks["task_instance"] = checks["ti"]
    for base, name in dict.fromkeys(_find_attributes(tree, lenient)):
        if base in checks and base not in template.environment.globals:
            has, names, home = checks[base]
            if not has(name) and not (base == "params" and hasattr(dict, name)):
                yield template.suspect(f"'{base}.{name}' is not defined.", _suggest(name, names, home), file)


def _find_guards(tree: nodes.Template) -> Iterator[nodes.Node]:
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        assert isinstance(node, nodes.Filter | nodes.Test)
        names = _LENIENT_FILTERS if isinstance(node, nodes.Filter) else _LENIENT_TESTS
        if node.name in names:
            yield node


def _find_attributes(tree: nodes.Template, lenient: set[int]) -> Iterator[tuple[str, str]]:
    """Names looked up in names: ``params.x`` and ``params['x']``."""
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if id(node) in lenient:
            continue
        base = getattr(node, "node", None)
        if not isinstance(base, nodes.Name):
            continue
        if isinstance(node, nodes.Getattr):
            yield base.name, node.attr
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            yield base.name, node.arg.value


def _suggest(name: str, known: set[str], home: str) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean '{near[0]}'?" if near else f"correct the name, or add it to {home}"
