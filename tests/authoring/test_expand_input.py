"""Lengths and arguments by position (SEMANTICS 2.3-2.5, 3, 6)."""

from __future__ import annotations

import time

import pytest

from authoring.places import Command, Place
from fanjet import SkipException, task
from fanjet.authoring.exceptions import NotMappable
from fanjet.authoring.literals import resolve
from fanjet.errors import DagTypeError


@task
def a():
    return []


@task
def b():
    return []


@task
def m(x=None, y=None, z=None):
    return x


def all_of(mapped, place):
    source = mapped.operator.expand_input
    return [source.kwargs_at(place, index) for index in range(source.length(place))]


def xs_of(source, place):
    return [kwargs["x"] for kwargs in all_of(m.expand(x=source), place)]


def test_the_last_keyword_of_the_call_varies_fastest(dag):
    product = all_of(m.expand(y=[1, 2], x=a(), z={"k": 0}), Place({"a": ["p", "q"]}))
    assert [(kwargs["y"], kwargs["x"], kwargs["z"]) for kwargs in product] == [
        (1, "p", ("k", 0)),
        (1, "q", ("k", 0)),
        (2, "p", ("k", 0)),
        (2, "q", ("k", 0)),
    ]


def test_an_empty_factor_makes_an_empty_product(dag):
    assert all_of(m.expand(x=[1, 2], y=a()), Place({"a": []})) == []


def test_the_same_source_twice(dag):
    source = a()
    assert len(all_of(m.expand(x=source, y=source), Place({"a": [1, 2, 3]}))) == 9


def test_dicts_give_pairs_and_ranges_their_numbers(dag):
    assert xs_of({"z": 1, "a": 2}, Place()) == [("z", 1), ("a", 2)]
    assert xs_of(range(3), Place()) == [0, 1, 2]
    assert xs_of(a(), Place({"a": {"z": 1, 2: 3}})) == [("z", 1), (2, 3)]


def test_outputs_inside_literals_are_resolved_whole(dag):
    place = Place({"a": [1, 2], ("b", "k"): "v"})
    assert xs_of([a(), {"deep": [a()]}, 3], place) == [[1, 2], {"deep": [[1, 2]]}, 3]
    assert xs_of({"p": a()}, place) == [("p", [1, 2])]


def test_the_position_must_exist(dag):
    source = m.expand(x=[1, 2]).operator.expand_input
    for index in (-1, 2):
        with pytest.raises(IndexError):
            source.split_at(Place(), index)


def test_what_stands_in_the_file_and_what_comes_from_upstream_are_told_apart(dag):
    source = m.expand(x=["{{ ds }}"], y=a()).operator.expand_input
    assert source.split_at(Place({"a": ["{{ ds }}"]}), 0) == ({"x": "{{ ds }}"}, {"y": "{{ ds }}"})


@pytest.mark.parametrize(
    ("value", "kind"), [(None, "NoneType"), (3, "int"), ("ab", "str"), ({1}, "set"), (b"x", "bytes")]
)
def test_a_value_without_items_names_task_argument_type_and_fix(dag, value, kind):
    source = m.expand(x=a()).operator.expand_input
    for read in (source.length, lambda place: source.kwargs_at(place, 0)):
        with pytest.raises(NotMappable) as caught:
            read(Place({"a": value}))
        text = str(caught.value)
        assert all(
            part in text for part in ("Task 'm'", "argument 'x'", "task 'a'", f"type {kind}", "Fix: return a list")
        )


def test_map_runs_when_an_item_is_read(dag):
    seen = []
    mapped = m.expand(x=a().map(lambda v: seen.append(v) or v * 10)).operator.expand_input
    place = Place({"a": [1, 2, 3]})
    assert mapped.length(place) == 3
    assert seen == []
    assert mapped.kwargs_at(place, 1) == {"x": 20}
    assert seen == [2]


def test_map_takes_any_callable_and_chains(dag):
    assert xs_of(a().map(str).map(lambda s: s + "!"), Place({"a": [1, 2]})) == ["1!", "2!"]


def test_map_over_a_dict_maps_its_items(dag):
    assert xs_of(a().map(lambda pair: pair), Place({"a": {"k": 1}})) == [("k", 1)]


def test_a_skip_in_map_comes_out_where_the_item_is_read(dag):
    def odd(v):
        if v % 2 == 0:
            raise SkipException
        return v

    place = Place({"a": [1, 2, 3]})
    source = m.expand(x=a().map(odd), y=[1]).operator.expand_input
    assert source.kwargs_at(place, 2) == {"x": 3, "y": 1}
    with pytest.raises(SkipException):
        source.kwargs_at(place, 1)
    with pytest.raises(SkipException):
        list(resolve({"k": a().map(odd)}, place)["k"])


def test_zip_is_as_long_as_the_shortest_or_with_a_fill_value_the_longest(dag):
    place = Place({"a": [1, 2, 3], "b": ["x"]})
    assert xs_of(a().zip(b()), place) == [(1, "x")]
    assert xs_of(a().zip(b(), fillvalue=None), place) == [(1, "x"), (2, None), (3, None)]
    assert xs_of(a().zip(), place) == [(1,), (2,), (3,)]
    assert xs_of(a().zip(["p", b()]), place) == [(1, "p"), (2, ["x"])]
    assert xs_of(a().zip(b()).zip(a()), place) == [((1, "x"), 1)]


def test_concat_joins_everything_and_takes_the_keys_of_dicts(dag):
    place = Place({"a": [1, 2], "b": {"k": 1}})
    assert xs_of(a().concat(b(), [9]).concat(a()), place) == [1, 2, "k", 9, 1, 2]
    assert xs_of(a().concat(b()), Place({"a": [], "b": []})) == []


def test_lazy_sequences_behave_like_lists(dag):
    sequence = resolve(a().concat(b()).map(lambda v: v + 1), Place({"a": [1, 2], "b": [3]}))
    assert sequence == [2, 3, 4]
    assert sequence != [2, 3]
    assert len(sequence) == 3
    assert (sequence[-1], sequence[1:], sequence[2:1]) == (4, [3, 4], [])
    assert list(reversed(sequence)) == [4, 3, 2]
    assert 3 in sequence
    assert sequence.index(4) == 2
    with pytest.raises(IndexError):
        sequence[3]


def test_expand_kwargs_gives_one_dict_each(dag):
    place = Place({"a": [{"x": 1}, {"x": 2, "y": 3}], "b": {"x": 9}})
    assert all_of(m.expand_kwargs(a()), place) == [{"x": 1}, {"x": 2, "y": 3}]
    assert all_of(m.expand_kwargs([{"x": b(), "y": [b()]}, b()]), place) == [
        {"x": {"x": 9}, "y": [{"x": 9}]},
        {"x": 9},
    ]
    zipped = a().zip(a()).map(lambda pair: {"x": pair[0]["x"]})
    assert all_of(m.expand_kwargs(zipped), place) == [{"x": 1}, {"x": 2}]


@pytest.mark.parametrize(
    ("element", "text"),
    [
        (3, "element 1 is of type int"),
        ({1: 2}, "element 1 has the key 1, which is no str"),
        ({"z": 1}, "element 1 has the argument 'z', which is in partial"),
        ({"ti": 1}, "element 1 has the argument 'ti', which cannot be mapped"),
    ],
)
def test_a_wrong_element_fails_its_instance_alone(dag, element, text):
    source = m.partial(z=0).expand_kwargs(a()).operator.expand_input
    place = Place({"a": [{"x": 1}, element]})
    assert source.length(place) == 2
    assert source.kwargs_at(place, 0) == {"x": 1}
    with pytest.raises(DagTypeError, match=f"Task 'm', expand_kwargs.., {text}"):
        source.kwargs_at(place, 1)


def test_every_item_of_a_dict_is_a_wrong_element(dag):
    source = m.expand_kwargs(a()).operator.expand_input
    place = Place({"a": {"x": 1, "y": 2}})
    assert source.length(place) == 2
    with pytest.raises(DagTypeError, match="of type tuple"):
        source.kwargs_at(place, 0)


def test_without_strict_the_mapped_value_wins(dag):
    mapped = m.partial(z=0).expand_kwargs([{"z": 1}], strict=False).operator
    assert mapped.unmap(mapped.expand_input.kwargs_at(Place(), 0)).op_kwargs == {"z": 1}


def test_classic_operators_refuse_unmappable_arguments_in_upstream_dicts(dag):
    source = Command.partial(task_id="c").expand_kwargs(a()).expand_input
    with pytest.raises(DagTypeError, match="argument 'task_id', which cannot be mapped"):
        source.kwargs_at(Place({"a": [{"task_id": "other"}]}), 0)


def test_another_value_of_the_source_is_noticed(dag):
    source = m.expand(x=a().map(lambda v: v)).operator.expand_input
    assert source.length(Place({"a": [1]})) == 1
    assert source.length(Place({"a": [1, 2]})) == 2
    with pytest.raises(NotMappable):
        source.length(Place({"a": 5}))
    assert source.length(Place({"a": [1, 2, 3]})) == 3


def test_reading_an_item_costs_the_same_anywhere_in_a_long_source(dag):
    place = Place({"a": {str(n): n for n in range(200_000)}})
    source = m.expand(x=a().map(lambda pair: pair[1]), y=[0, 1]).operator.expand_input
    source.length(place)
    started = time.process_time()
    assert [source.kwargs_at(place, index)["x"] for index in range(399_000, 400_000)][-1] == 199_999
    assert time.process_time() - started < 3
