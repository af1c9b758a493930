"""Order between tasks: operators, labels, lists, groups, and the edges that follow from arguments."""

from __future__ import annotations

import pytest

from authoring.places import Command, edges_of, spec_of
from fanjet import DAG, Label, TaskGroup, XComArg, chain, chain_linear, cross_downstream, task, task_group
from fanjet.authoring.exceptions import CycleError
from fanjet.errors import DagError


@task
def m(x=None, y=None):
    return x


def four():
    return [Command(task_id=name, command="x") for name in "abcd"]


def test_arrows_lists_and_outputs(dag):
    a, b, c, d = four()
    a >> [b, c.output] >> d
    assert edges_of(dag) == {("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")}
    d << m()
    [a, b] << m.override(task_id="n")()
    assert {("m", "d"), ("n", "a"), ("n", "b")} <= edges_of(dag)


def test_labels(dag):
    a, b, c, d = four()
    a >> Label("one") >> [b, c]
    [b, c] >> Label("two") >> d
    d << Label("three") << a
    assert sorted(spec_of(dag).labels) == [
        ("a", "b", "one"),
        ("a", "c", "one"),
        ("a", "d", "three"),
        ("b", "d", "two"),
        ("c", "d", "two"),
    ]


def test_chain_joins_lists_pairwise(dag):
    a, b, c, d = four()
    chain(m(), [a, b], [c, d], Label("end"), m.override(task_id="z")())
    assert edges_of(dag) == {("m", "a"), ("m", "b"), ("a", "c"), ("b", "d"), ("c", "z"), ("d", "z")}
    with pytest.raises(DagError, match="a list of 1 with a list of 2"):
        chain([a], [b, c])


def test_chain_linear_and_cross_downstream_join_all_with_all(dag):
    a, b, c, d = four()
    chain_linear([a, b], [], [c, d])
    expected = {("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")}
    assert edges_of(dag) == expected
    cross_downstream([a, b], [c, d])
    assert edges_of(dag) == expected
    with pytest.raises(DagError, match="at least two"):
        chain_linear(a, [])


def test_groups_stand_for_their_first_and_last_tasks(dag):
    a, b, c, d = four()
    with TaskGroup("g") as g:
        first, last = Command(task_id="first", command="x"), Command(task_id="last", command="x")
        with TaskGroup("in"):
            first >> Command(task_id="middle", command="x") >> last
    a >> g >> b
    c << g << d
    assert edges_of(dag) == {
        ("g.first", "g.in.middle"),
        ("g.in.middle", "g.last"),
        ("a", "g.first"),
        ("d", "g.first"),
        ("g.last", "b"),
        ("g.last", "c"),
    }


def test_what_a_group_function_returns_stands_for_the_call(dag):
    @task_group
    def g():
        m.override(task_id="side")()
        return m()

    m.override(task_id="before")() >> g() >> m.override(task_id="after")()
    assert edges_of(dag) == {("before", "g.m"), ("g.m", "after")}


def test_arguments_make_edges_at_any_depth(dag):
    a, b, c, d = four()
    m({"k": [a.output, (b.output["key"],)]}, y=XComArg(c).zip(d))
    Command(task_id="e", command="x", env={"A": a.output})
    assert edges_of(dag) == {("a", "m"), ("b", "m"), ("c", "m"), ("d", "m"), ("a", "e")}


def test_arguments_of_maps_make_edges(dag):
    a, b, c, d = four()
    m.partial(y=a.output).expand(x=[b.output, c.output.map(str)])
    Command.partial(task_id="e", env=a.output).expand(command=d.output)
    assert edges_of(dag) == {("a", "m"), ("b", "m"), ("c", "m"), ("a", "e"), ("d", "e")}


def test_the_sources_of_a_mapped_group_come_before_its_first_tasks_and_those_that_use_them(dag):
    @task_group
    def g(v, w):
        first = m.override(task_id="first")()
        second = m.override(task_id="second")()
        uses = m.override(task_id="uses")(v)
        first >> second >> uses

    a, b, _, _ = four()
    g.partial(w=1).expand(v=a.output.zip([b.output]))
    assert {edge for edge in edges_of(dag) if edge[0] in "ab"} == {
        ("a", "g.first"),
        ("b", "g.first"),
        ("a", "g.uses"),
        ("b", "g.uses"),
    }


def test_outputs_given_to_fields_later_make_edges_too(dag):
    a, b, _, _ = four()
    b.env = {"A": a.output}
    assert spec_of(dag).task("b").upstream == (spec_of(dag).task("a").number,)


def test_numbers_follow_the_edges_and_then_the_file(dag):
    _, b, c, d = four()
    d >> b
    assert [each.task_id for each in spec_of(dag).tasks] == ["a", "c", "d", "b"]
    c >> d
    assert [each.task_id for each in spec_of(dag).tasks] == ["a", "c", "d", "b"]
    b >> m()
    assert spec_of(dag).task("m").upstream == (3,)


def test_a_cycle_is_named(dag):
    a, b, c, d = four()
    a >> b >> c >> b
    c >> d
    with pytest.raises(CycleError, match=r"'[bc]' >> '[bc]' >> '[bc]'\. Fix") as caught:
        spec_of(dag)
    assert caught.value.file == __file__
    with pytest.raises(CycleError, match="'d' cannot wait for itself"):
        d >> d


def test_a_group_that_maps_over_its_own_output_is_a_cycle(dag):
    a = Command(task_id="a", command="x")

    @task_group
    def g(v):
        m(v) >> a

    g.expand(v=a.output)
    with pytest.raises(CycleError):
        spec_of(dag)


def test_only_nodes_of_one_dag_can_be_joined(dag):
    a = Command(task_id="a", command="x")
    with pytest.raises(DagError, match="on 3 of type int"):
        a >> 3
    with pytest.raises(DagError, match=r"on m of type TaskDecorator.*when it is called"):
        a >> m
    with DAG("other"):
        b = Command(task_id="b", command="x")
    with pytest.raises(DagError, match="'a' and 'b' are not in the same DAG"):
        a >> b


def test_a_task_without_dag_joins_that_of_its_neighbour():
    dag = DAG("d")
    inside = Command(task_id="a", command="x", dag=dag)
    outside = Command(task_id="b", command="x")
    inside >> outside
    assert dag.task_ids == ["a", "b"]


def test_priorities_follow_the_weight_rules(dag):
    def make(name, rule):
        return Command(task_id=name, command="x", priority_weight=len(name), weight_rule=rule)

    chain(make("a", "downstream"), make("bb", "absolute"), make("ccc", "upstream"), make("dddd", "downstream"))
    assert [each.priority for each in spec_of(dag).tasks] == [10, 2, 6, 4]
