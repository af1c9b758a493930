"""What `expand`, `expand_kwargs` and `partial` refuse while the file is parsed (SEMANTICS 0.7, 2, 3, 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from authoring.places import Command, spec_of
from fanjet import task, task_group
from fanjet.errors import DagError, DagTypeError, DagValueError


@task
def m(x, ti=None):
    return x


@task
def two(x, y):
    return x, y


@task
def make():
    return {"xs": [1]}


@task_group
def g(v):
    m(v)


@task_group
def wild(**values):
    m(1)


@pytest.mark.parametrize("value", [3, None, "text", b"bytes", {1, 2}, (i for i in range(2)), 1.5, object()])
def test_only_collections_and_outputs_are_mapped(dag, value):
    for expand in (m.expand, lambda x: g.expand(v=x), lambda x: Command.partial(task_id="c").expand(command=x)):
        with pytest.raises(DagValueError, match=f"of type {type(value).__name__}.*Fix: give a list"):
            expand(x=value)


@pytest.mark.parametrize("value", [[1], (1,), {"a": 1}, range(3), []])
def test_collections_are_accepted(dag, value):
    assert m.expand(x=value).operator.expand_input.is_literal


REFUSED: list[tuple[Callable[[], Any], type[DagError], str]] = [
    (m.expand, DagTypeError, "@task 'm', expand.. has nothing to map over"),
    (lambda: m.expand(y=[1]), DagTypeError, "'m'.* takes no argument 'y'"),
    (lambda: m.expand(x=[1], ti=[1]), DagValueError, "'m'.*cannot give 'ti': the context provides it"),
    (lambda: m.partial(ti=1), DagValueError, "'ti'"),
    (lambda: m.partial(1), DagTypeError, "'m', partial.. takes no arguments by position"),
    (lambda: m.partial(y=1), DagTypeError, "takes no argument 'y'"),
    (lambda: two.partial(x=1).partial(x=2), DagTypeError, "argument 'x' twice"),
    (lambda: two.partial(x=1).expand(x=[1], y=[2]), DagTypeError, "'x', which is in partial.. too"),
    (lambda: two.expand(x=[1]), DagTypeError, "'two'.*missing the argument 'y'"),
    (lambda: m.expand(x=m), DagTypeError, "task function .m. itself.*call it"),
    (lambda: make().zip(m), DagValueError, "call the task function"),
    (lambda: m.partial(x=m), DagTypeError, "task function 'm' itself.*call it"),
    (lambda: m.expand(x=[1])(3), DagTypeError, "task 'm' is no function"),
    (m.expand_kwargs, DagTypeError, "nothing to map over"),
    (lambda: m.expand_kwargs("abc"), DagTypeError, "type str"),
    (lambda: m.expand_kwargs({"x": 1}), DagTypeError, "type dict"),
    (lambda: m.expand_kwargs([3]), DagTypeError, "element 0 is of type int"),
    (lambda: m.expand_kwargs([{"x": 1}, {1: 1}]), DagTypeError, "element 1 has the key 1"),
    (lambda: m.expand_kwargs([{"ti": 1}]), DagValueError, "'ti' .element 0.: the context provides it"),
    (lambda: m.expand_kwargs(make()["xs"]), DagValueError, "key 'xs' of task 'make'"),
    (lambda: m.expand(x=make()["xs"]), DagValueError, "key 'xs' of task 'make'"),
    (lambda: m.expand(x=[make()["xs"]]), DagValueError, "only whole results can be mapped over"),
    (lambda: make()["xs"].map(str), DagValueError, r"\.map\(\) cannot use key 'xs'"),
    (lambda: make()["xs"].zip(make()), DagValueError, r"\.zip\(\) cannot use key 'xs'"),
    (lambda: make().concat(make()["xs"]), DagValueError, r"\.concat\(\) cannot use key 'xs'"),
    (lambda: make().zip(3), DagValueError, r"\.zip\(\) got a value of type int"),
    (lambda: make().map(m), DagValueError, "cannot run a task"),
    (lambda: make().map(3), DagTypeError, "needs a function, not int"),
    (lambda: make()[0], DagValueError, "by XCom key only, not by 0"),
    (lambda: list(make()), DagTypeError, "cannot loop over the result of task 'make'"),
    (lambda: len(make()), DagTypeError, "cannot take the length of the result of task 'make'"),
    (lambda: Command.partial(command="x").expand(env=[1]), DagTypeError, "missing the argument 'task_id'"),
    (lambda: Command.partial(task_id="c", bogus=1), DagTypeError, "Command 'c'.*takes no argument 'bogus'"),
    (lambda: Command.partial("c"), DagTypeError, "by position"),
    (lambda: Command.partial(task_id="c", command="x").expand(), DagTypeError, "nothing to map over"),
    (lambda: Command.partial(task_id="c", command="x").expand(command=["y"]), DagTypeError, "in partial.. too"),
    (lambda: Command.partial(task_id="c", command="x").expand(bogus=[1]), DagTypeError, "no argument 'bogus'"),
    (lambda: Command.partial(task_id="c").expand(env=[1]), DagTypeError, "missing the argument 'command'"),
    *[
        (
            lambda name=name: Command.partial(task_id="c", command="x").expand(**{name: [1]}),
            DagTypeError,
            f"map '{name}'",
        )
        for name in ("task_id", "retries", "pool", "trigger_rule", "params", "execution_timeout")
    ],
    (lambda: Command.partial(task_id="c").expand_kwargs([{"pool": "p"}]), DagTypeError, "cannot map 'pool'"),
    (g.expand, DagTypeError, "Task group 'g'.*nothing to map over"),
    (lambda: g.expand(w=[1]), DagTypeError, "takes no argument 'w'"),
    (lambda: g.partial(w=1), DagTypeError, "takes no argument 'w'"),
    (lambda: g.partial(v=1).expand(v=[1]), DagTypeError, "in partial.. too"),
    (
        lambda: task_group(lambda v, w: m(v)).override(group_id="l").expand(v=[1]),
        DagTypeError,
        "missing the argument 'w'",
    ),
    (lambda: wild.expand_kwargs([{"v": 1}]), DagTypeError, "with . or .. parameters"),
    (lambda: g.expand_kwargs([{"w": 1}]), DagTypeError, "takes no argument 'w'"),
    (m, DagTypeError, "missing the argument 'x'"),
    (lambda: m(1, 2, 3), DagTypeError, "takes 2 arguments by position, 3 were given"),
    (lambda: m(1, x=2), DagTypeError, "argument 'x' twice"),
    (lambda: m(1, z=2), DagTypeError, "takes no argument 'z'"),
]


@pytest.mark.parametrize(("write", "error", "text"), REFUSED)
def test_refused_with_the_task_the_argument_and_a_fix(dag, write, error, text):
    with pytest.raises(error, match=text):
        write()


def test_a_wrong_name_is_answered_with_the_right_one(dag):
    with pytest.raises(DagTypeError, match="did you mean 'command'"):
        Command(task_id="c", comand="x")


def test_operators_can_be_sources(dag):
    source = Command(task_id="c", command="ls")
    m.expand(x=source)
    m.expand(x=make().zip(source, [1]).concat([source]))
    assert [each.task_id for each in dag.get_task("m__1").upstream] == ["make", "c"]


def test_a_partial_that_was_never_expanded_is_warned_about(dag):
    m.partial(x=1)
    two.partial(x=1).partial(y=2)
    two.partial(x=1).expand(y=[1])
    with pytest.warns(UserWarning, match="never expanded") as caught:
        spec_of(dag)
    assert len(caught) == 2
    assert caught[0].filename == __file__


def test_always_needs_instances_that_are_known_at_once(dag):
    rule = m.override(trigger_rule="always")
    rule.expand(x=[1])
    spec_of(dag)
    rule.expand(x=make())
    with pytest.raises(DagValueError, match="'m__1' with the trigger rule 'always' cannot be mapped over the output"):
        spec_of(dag)


def always_group(values: Any) -> Any:
    @task_group
    def inside(v):
        m.override(trigger_rule="always")(v)

    return inside.expand(v=values)


def test_always_in_a_mapped_group_over_a_literal(dag):
    always_group([1, 2])
    spec_of(dag)


def test_always_in_a_mapped_group_over_output(dag):
    always_group(make())
    with pytest.raises(DagValueError, match=r"'inside.m'.*mapped over the output of tasks"):
        spec_of(dag)


def test_always_in_a_mapped_group_with_edges(dag):
    always_group([1, 2]) >> Command(task_id="c", command="x")
    with pytest.raises(DagValueError, match="task group 'inside', which depends on other tasks"):
        spec_of(dag)


def test_group_arguments_stay_inside_the_group(dag):
    kept = []

    @task_group
    def leaks(v):
        kept.append(v)
        m(v)

    leaks.expand(v=[1])
    for use in (
        m,
        lambda v: m.expand(x=v),
        lambda v: g.expand(v=v),
        lambda v: m.partial(x=v).expand(x=[1]),
    ):
        with pytest.raises(DagError, match=r"argument 'v' of task group 'leaks' outside of the group|in partial"):
            use(kept[0])
