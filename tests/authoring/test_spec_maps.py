"""Maps in the spec: numbers, scopes and lengths, also nested ones (SEMANTICS 10, 14)."""

from __future__ import annotations

import pytest

from authoring.places import Place, spec_of, task_of
from fanjet import task, task_group
from fanjet.errors import DagTypeError
from fanjet.model.lengths import (
    LiteralLength,
    LongestLength,
    MeasuredLength,
    ProductLength,
    ResultLength,
    ShortestLength,
    SumLength,
    ValuesLength,
    find_sources,
)
from fanjet.parsing.spec_builder import build_spec


@task
def a():
    return []


@task
def b():
    return []


@task
def m(x=None, y=None):
    return x


def length_of(dag, task_id):
    spec = spec_of(dag)
    found = spec.task(task_id)
    assert found.map is not None
    return spec.maps[found.map].length


def test_every_form_of_source_has_its_length(dag):
    one, other = a(), b()  # tasks 0 and 1
    cases = {
        "literal": ([1, 2], LiteralLength(2)),
        "dict": ({"k": 1}, LiteralLength(1)),
        "holds_output": ([one, other, 3], LiteralLength(3)),
        "result": (one, ResultLength(0)),
        "mapped": (one.map(str).map(str), ResultLength(0)),
        "concat": (one.concat(other, [1]), SumLength((ResultLength(0), ResultLength(1), LiteralLength(1)))),
        "zip": (one.zip(other), ShortestLength((ResultLength(0), ResultLength(1)))),
        "filled": (one.zip([1, 2], fillvalue=None), LongestLength((ResultLength(0), LiteralLength(2)))),
        "chained": (
            one.map(str).zip(other).concat(one),
            SumLength((ShortestLength((ResultLength(0), ResultLength(1))), ResultLength(0))),
        ),
    }  # fmt: skip
    for task_id, (source, length) in cases.items():
        m.override(task_id=task_id).expand(x=source)
        assert length_of(dag, task_id) == length, task_id


def test_products_and_dicts_of_arguments(dag):
    m.override(task_id="product").expand(x=[1, 2], y=a())
    assert length_of(dag, "product") == ProductLength((LiteralLength(2), ResultLength(0)))
    m.override(task_id="dicts").expand_kwargs([{"x": 1}, b()])
    assert length_of(dag, "dicts") == LiteralLength(2)
    m.override(task_id="from_output").expand_kwargs(b())
    assert isinstance(length_of(dag, "from_output"), ResultLength)


def test_over_a_mapped_task_its_values_count(dag):
    m.override(task_id="second").expand(x=m.override(task_id="first").expand(x=a()))
    spec = spec_of(dag)
    assert [each.length for each in spec.maps] == [ResultLength(0), ValuesLength(1)]
    assert [each.feeds_map for each in spec.tasks] == [True, False, False]


def test_only_results_that_are_mapped_over_have_to_be_collections(dag):
    m.expand(x=[a()])
    m.partial(y=b()).expand(x=[1])
    assert not any(each.feeds_map for each in spec_of(dag).tasks)


def test_a_mapped_group_is_a_map_of_its_tasks(dag):
    @task_group
    def g(v):
        return m.override(task_id="last")(m.override(task_id="first")(v))

    m.override(task_id="after").expand(x=g.expand(v=a()))
    spec = spec_of(dag)
    assert [(each.group, each.task, each.scope, each.length) for each in spec.maps] == [
        ("g", None, (), ResultLength(0)),
        (None, 3, (), ValuesLength(2)),
    ]
    assert [(each.task_id, each.scope, each.map, each.depth) for each in spec.tasks] == [
        ("a", (), None, 0),
        ("g.first", (0,), None, 1),
        ("g.last", (0,), None, 1),
        ("after", (), 1, 1),
    ]
    assert spec.groups[0].map == 0
    assert spec.tasks[0].feeds_map


def test_mapped_tasks_in_a_mapped_group(dag):
    @task_group
    def g(v):
        made = b()
        m.override(task_id="over_argument").expand(x=v)
        m.override(task_id="over_result").expand(x=made)
        m.override(task_id="over_literal").expand(x=[1, 2])
        m.override(task_id="over_zip").expand(x=v["k"].map(str).zip(made))
        m.override(task_id="over_outside").expand(x=outside)
        again = m.override(task_id="again").expand(x=made)
        m.override(task_id="over_values").expand(x=again)
        m.override(task_id="over_list").expand(x=[v, made])

    outside = a()
    g.expand(v=a())
    spec = spec_of(dag)
    numbers = {each.task_id: each.number for each in spec.tasks}
    lengths = {spec.tasks[each.task].task_id[2:]: each.length for each in spec.maps if each.task is not None}
    assert all(each.scope == (0,) for each in spec.maps[1:])
    assert lengths == {
        "over_argument": MeasuredLength(()),
        "over_result": ResultLength(numbers["g.b"]),
        "over_literal": LiteralLength(2),
        "over_zip": MeasuredLength((numbers["g.b"],)),
        "over_outside": ResultLength(numbers["a"]),
        "again": ResultLength(numbers["g.b"]),
        "over_values": ValuesLength(numbers["g.again"]),
        "over_list": LiteralLength(2),
    }


def test_three_levels(dag):
    @task_group
    def inner(w, c):
        m.override(task_id="deep").expand(x=w, y=[1])
        m.override(task_id="flat")(w, c)

    @task_group
    def outer(v):
        inner.partial(c=v).expand(w=v)

    outer.expand(v=a())
    built = build_spec(dag, file="f.py")
    spec = built.spec
    assert [(each.group, each.scope, each.length) for each in spec.maps] == [
        ("outer", (), ResultLength(0)),
        ("outer.inner", (0,), MeasuredLength(())),
        (None, (0, 1), MeasuredLength(())),
    ]
    deep, flat = spec.task("outer.inner.deep"), spec.task("outer.inner.flat")
    assert (deep.scope, deep.map, deep.depth) == ((0, 1), 2, 3)
    assert (flat.scope, flat.map, flat.depth) == ((0, 1), None, 2)
    assert [(each.group_id, each.parent, each.map) for each in spec.groups] == [
        ("outer", None, 0),
        ("outer.inner", "outer", 1),
    ]
    values = {"a": [[[1, 2], [3]], [], [[4, 5, 6]]]}
    assert [built.maps[0].length(Place(values))] == [3]
    assert [built.maps[1].length(Place(values, (i,))) for i in range(3)] == [2, 0, 1]
    assert [built.maps[2].length(Place(values, path)) for path in ((0, 0), (0, 1), (2, 0))] == [2, 1, 3]
    assert built.maps[2].kwargs_at(Place(values, (2, 0)), 1) == {"x": 5, "y": 1}
    assert built.tasks[flat.number].op_kwargs == {}
    w, c = built.tasks[flat.number].op_args
    assert (w.resolve(Place(values, (2, 0))), c.resolve(Place(values, (2, 0)))) == ([4, 5, 6], [[4, 5, 6]])


def test_a_group_over_a_list_of_outputs_is_known_at_once_but_what_is_inside_waits(dag):
    @task_group
    def g(v):
        m.expand(x=v)

    g.expand(v=[a(), b()])
    spec = spec_of(dag)
    numbers = {each.task_id: each.number for each in spec.tasks}
    assert spec.maps[0].length == LiteralLength(2)
    assert set(find_sources(spec.maps[1].length)) == {numbers["a"], numbers["b"]}
    assert set(spec.task("g.m").upstream) == {numbers["a"], numbers["b"]}


def test_read_from_outside_each_index_of_the_outer_map_counts(dag):
    @task_group
    def g(v):
        return m.expand(x=v)

    result = g.expand(v=[[1], [2, 3]])
    m.override(task_id="over").expand(x=result)
    m.override(task_id="group_reads").expand(x=[1])
    spec = spec_of(dag)
    assert spec.maps[spec.task("over").map or 0].length == ValuesLength(spec.task("g.m").number)


def test_a_task_of_one_mapped_group_seen_from_another(dag):
    @task_group
    def g(v):
        return m(v)

    @task_group
    def h(v, w):
        m.override(task_id="n").expand(x=w)

    h.partial(w=g.expand(v=[1, 2])).expand(v=[1, 2])
    spec = spec_of(dag)
    assert spec.maps[spec.task("h.n").map or 0].length == ValuesLength(spec.task("g.m").number)


def test_expand_kwargs_of_a_group_maps_all_parameters(dag):
    got = {}

    @task_group
    def g(v, w="default"):
        got.update(v=v, w=w)
        m(v, w)

    g.expand_kwargs([{"v": 1, "w": 2}, {"v": 3}])
    assert spec_of(dag).maps[0].length == LiteralLength(2)
    assert [got["v"].resolve(Place(path=(index,))) for index in range(2)] == [1, 3]
    assert got["w"].resolve(Place(path=(0,))) == 2
    with pytest.raises(DagTypeError, match="Task group 'g': argument 'w' is missing at position 1"):
        got["w"].resolve(Place(path=(1,)))


def test_group_arguments_are_read_one_by_one(dag):
    got, seen = {}, []

    @task_group
    def g(v, w):
        got.update(v=v, w=w)
        m(v, w)

    g.expand(v=a().map(lambda x: seen.append(x) or x), w=[a(), 7])
    place = Place({"a": ["p", "q"]}, (2,))
    assert got["w"].resolve(place) == ["p", "q"]
    assert seen == []
    assert got["v"].resolve(place) == "q"


def test_a_mapped_group_without_tasks_has_no_map(dag):
    task_group(lambda v: None).override(group_id="g").expand(v=[1])
    spec = spec_of(dag)
    assert spec.maps == ()
    assert spec.groups[0].map is None


def test_what_is_in_plain_groups_inside_mapped_ones(dag):
    @task_group
    def plain(w):
        m.expand(x=w)

    @task_group
    def g(v):
        plain(v)

    g.expand(v=[[1]])
    spec = spec_of(dag)
    assert spec.task("g.plain.m").scope == (0,)
    assert spec.task("g.plain.m").group == "g.plain"


def test_a_map_over_a_mapped_task_of_the_same_group_counts_per_index(dag):
    @task_group
    def g(v):
        m.override(task_id="n").expand(x=m.expand(x=[1]))

    g.expand(v=[1])
    spec = spec_of(dag)
    assert spec.maps[2].scope == (0,)
    assert spec.maps[2].length == ValuesLength(spec.task("g.m").number)
    assert task_of(dag, "g.n").depth == 2
