"""Functions as tasks: `@task` and its kind, context parameters, outputs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypedDict

import pytest

from authoring.places import Place, task_of
from fanjet import DAG, TaskGroup, XComArg, task
from fanjet.authoring.decorated import DecoratedOperator
from fanjet.authoring.literals import resolve
from fanjet.errors import DagError, DagTypeError, DagValueError


class Typed(TypedDict):
    x: int


@task
def m(x: Any = None, y: Any = None) -> Any:
    """Does it."""
    return x


def test_a_call_makes_a_task_and_gives_its_output(dag):
    output = m(1, y=[2])
    assert isinstance(output, XComArg)
    operator = output.operator
    assert isinstance(operator, DecoratedOperator)
    assert (operator.task_id, operator.op_args, operator.op_kwargs) == ("m", (1,), {"y": [2]})
    assert (task_of(dag, "m").doc, task_of(dag, "m").operator) == ("Does it.", "@task")


def test_ids_that_are_taken_get_a_suffix(dag):
    m(), m.expand(x=[1]), m()
    m.override(task_id="n")(), m.override(task_id="n")()
    m.override(task_id="x__7")(), m.override(task_id="x__7")()
    with TaskGroup("g"):
        m(), m()
    assert dag.task_ids == ["m", "m__1", "m__2", "n", "n__1", "x__7", "x__1", "g.m", "g.m__1"]


def test_override_keeps_the_other_options(dag):
    other = task(retries=3)(lambda: None).override(task_id="o", pool="p")
    other()
    assert (task_of(dag, "o").retries, task_of(dag, "o").pool) == (3, "p")


def test_the_function_stays_usable_and_named(dag):
    assert m.function(3) == m.__wrapped__(3) == 3
    assert (m.__name__, m.__doc__, m.__module__) == ("m", "Does it.", __name__)


def test_wrong_decorations():
    with pytest.raises(DagTypeError, match=r"@task 'f' takes no argument 'retrys'.*'retries'"):
        task(task_id="f", retrys=1)(lambda: None)
    with pytest.raises(DagTypeError, match="a task already"):
        task(m)
    with pytest.raises(DagTypeError, match="cannot decorate 'name'"):
        task("name")
    with pytest.raises(AttributeError, match=r"no decorator @task\.spark; there are @task, @task\.branch"):
        task.spark  # noqa: B018 - the access is the test


def test_parameters_of_the_context(dag):
    @task
    def f(x, ti, params=None, **context):
        return x, ti, params, context

    operator = f(1).operator
    context = {"ti": "T", "params": "P", "ds": "D"}
    assert operator.execute(context) == (1, "T", "P", {"ds": "D"})

    @task
    def g(a, /, ti=None, *rest, ds):
        return a, ti, rest, ds

    assert g("A", "mine", 3).operator.execute(context) == ("A", "mine", (3,), "D")


def test_a_context_parameter_has_no_other_default():
    with pytest.raises(DagValueError, match="parameter 'ti' is provided by the context"):
        task(task_id="f")(lambda ti=3: None)


def test_what_the_context_does_not_have_cannot_be_asked_for(dag):
    with pytest.raises(DagTypeError, match="asks for 'task_reschedule_count', which the context does not have"):
        task(task_id="f")(lambda task_reschedule_count=None: None)()


def test_unusual_callables(dag):
    class Adder:
        def __call__(self, x, y=1):
            return x + y

    task(task_id="object")(Adder()).expand(x=[1])
    task(task_id="partial")(partial(lambda x, y: x + y, y=2)).expand(x=[1])
    task(task_id="builtin")(len).override()
    with pytest.raises(DagTypeError, match="no argument 'z'"):
        task(task_id="object")(Adder())(z=1)
    assert dag.task_ids == ["object", "partial"]


def test_multiple_outputs_follow_from_the_annotation(dag):
    def plain() -> dict:
        return {}

    def text() -> "dict[str, Missing]":  # noqa: F821, UP037 - names for type checkers only
        return {}

    def typed() -> Typed:
        return {"x": 1}

    def other() -> list[int]:
        return []

    for function, expected in ((plain, True), (text, True), (typed, True), (other, False), (len, False)):
        assert task(function).override(task_id="f")._arguments()["multiple_outputs"] is expected
    assert task(multiple_outputs=False)(plain)().operator.multiple_outputs is False


def test_keys_of_outputs(dag):
    place = Place({("m", "k"): 5, "m": {"k": 5}})
    output = m()
    assert resolve([output["k"], output], place) == [5, {"k": 5}]
    assert str(output["k"]) == "{{ ti.xcom_pull(task_ids='m', key='k') }}"


def test_literals_are_resolved_at_any_depth_and_keep_their_types(dag):
    from collections import namedtuple

    Pair = namedtuple("Pair", "a b")  # noqa: PYI024 - the untyped kind must work too
    place = Place({"m": 5})
    value = {"k": (m(), [m(), {"x"}]), 2: Pair(m(), "{{ t }}")}
    assert resolve(value, place, render=str.upper) == {"K": (5, [5, {"X"}]), 2: Pair(5, "{{ T }}")}
    assert isinstance(resolve(value, place)[2], Pair)


def test_what_comes_from_upstream_is_never_rendered(dag):
    assert resolve([m(), "{{ x }}"], Place({"m": "{{ x }}"}), render=lambda text: "rendered") == ["{{ x }}", "rendered"]


def test_branches_and_short_circuits(dag):
    task.branch(lambda: "a").override(task_id="b")()
    task.short_circuit(ignore_downstream_trigger_rules=False, task_id="s")(lambda: True)()
    task.short_circuit(task_id="t")(lambda x: True).expand(x=[1])
    assert [task_of(dag, name).kind for name in "bst"] == ["branch", "short_circuit", "short_circuit"]
    assert dag.get_task("s").ignore_downstream_trigger_rules is False
    assert dag.get_task("t").unmap({"x": 1}).ignore_downstream_trigger_rules is True


def test_mapped_functions(dag):
    mapped = m.override(retries=2).partial(y="shared").expand(x=[1, 2]).operator
    assert (mapped.python_callable, mapped.op_kwargs) == (m.function, {"y": "shared"})
    made = mapped.unmap({"x": 2})
    assert (made.execute({}), made.op_kwargs, made.retries) == (2, {"y": "shared", "x": 2}, 2)


def test_outputs_of_other_dags_cannot_be_used(dag):
    from fanjet import DAG

    with DAG("other"):
        foreign = m()
    with pytest.raises(DagError, match="not in the same DAG"):
        m(foreign)


def test_collections_of_other_types_survive(dag):
    from collections import OrderedDict, defaultdict

    class Items(list):
        """A list of its own type."""

    place = Place({"m": 5})
    made = resolve([defaultdict(list, a=m()), OrderedDict(b=m()), Items([m()])], place)
    assert made == [{"a": 5}, {"b": 5}, [5]]
    assert [type(each) for each in made] == [defaultdict, OrderedDict, Items]
    assert made[0]["new"] == []


def test_decorators_of_operators_are_found_by_name(dag):
    task.bash(task_id="say")(lambda word: word).expand(word=["a", "b"])
    task.sensor(task_id="wait", poke_interval=1)(lambda: True)()
    assert [task_of(dag, name).operator for name in ("say", "wait")] == ["@task.bash", "@task.sensor"]
    assert task_of(dag, "wait").kind == "sensor"
    with pytest.raises(DagTypeError, match="did you mean 'poke_interval'"):
        task.sensor(poke_intervall=1)(lambda: True)


@pytest.mark.parametrize(
    ("decorate", "name"), [(task, "@task"), (task.branch, "@task.branch"), (task.bash, "@task.bash")]
)
@pytest.mark.parametrize("use", [lambda made: made(1), lambda made: made.expand(x=[1])], ids=["called", "mapped"])
@pytest.mark.parametrize("option", [{"trigger_rule": "sometimes"}, {"retries": -1}, {"pool_slots": 0}, {"retrys": 1}])
def test_errors_call_a_decorated_task_as_its_author_does(
    decorate: Any, name: str, use: Callable[[Any], Any], option: dict[str, Any]
) -> None:
    def double(x):
        return x

    with DAG("d"), pytest.raises(DagError, match=rf"^{name} 'double'"):
        use(decorate(**option)(double))
    with DAG("d"), pytest.raises(DagError, match=rf"^{name} cannot have the id 'a b'"):
        use(decorate(task_id="a b")(double))
