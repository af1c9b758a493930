"""The lazy sequence of a mapped task's results behaves as the list of its values."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from fanjet.runtime.lazy_sequence import PAGE, LazyXComSequence
from fanjet.runtime.value_store import ValueOwner, ValueStore
from fanjet.runtime.values import decode, encode
from runtime.memory_client import MemoryClient

PLACE = ValueStore("/nonexistent"), ValueOwner(1, "t", (), 1, "return_value")


def sequence(values: list[object]) -> LazyXComSequence:
    client = MemoryClient("/nonexistent")
    for position, value in enumerate(values):
        client.record(0, (position * 3,), value)  # gaps: instances without a value
    return LazyXComSequence(client, 0, (), (0,))


bounds = st.none() | st.integers(-12, 12)


@settings(max_examples=300, deadline=None)
@given(values=st.lists(st.integers(0, 5), max_size=10), start=bounds, stop=bounds, step=bounds.filter(lambda s: s != 0))
def test_agrees_with_list(values: list[int], start: int | None, stop: int | None, step: int | None) -> None:
    xs = sequence(values)
    where = slice(start, stop, step)
    assert xs[where] == values[where]
    assert type(xs[where]) is list
    assert (len(xs), bool(xs), list(xs), list(xs)) == (len(values), bool(values), values, values)
    assert list(reversed(xs)) == values[::-1]
    assert [xs[i] for i in range(-len(values), len(values))] == values + values
    assert (xs == values, values == xs, xs == tuple(values), xs == [*values, 1], xs == "") == (
        True,
        True,
        True,
        False,
        False,
    )
    for value in range(6):
        assert (value in xs, xs.count(value)) == (value in values, values.count(value))
        if value in values:
            assert xs.index(value) == values.index(value)
        else:
            with pytest.raises(ValueError, match="is not in"):
                xs.index(value)


def test_out_of_range_is_an_index_error() -> None:
    xs = sequence([1, 2])
    for position in (2, -3):
        with pytest.raises(IndexError, match=rf"^{position}$"):
            xs[position]
    with pytest.raises(TypeError):
        xs["a"]
    assert xs.index(2, 1) == 1
    with pytest.raises(ValueError, match="is not in"):
        xs.index(1, 1)


def test_long_sequences_are_fetched_page_by_page() -> None:
    values = list(range(2 * PAGE + 7))
    client = MemoryClient("/nonexistent")
    for position in values:
        client.record(0, (position,), position)
    xs = LazyXComSequence(client, 0, (), (0,))
    assert list(xs) == values
    assert client.asked["GetValues"] == 3
    for where in (slice(None, None, 7), slice(None, None, -999), slice(5, -5, 1001), slice(-1, 3, -1)):
        assert xs[where] == values[where]
    assert list(reversed(xs)) == values[::-1]
    client.asked.clear()
    assert [xs[i] for i in range(64)] == values[:64]
    assert client.asked == {"GetValues": 1}


def test_elements_are_new_objects_each_time() -> None:
    xs = sequence([[1], [2]])
    xs[0].append("changed")
    next(iter(xs)).append("changed")
    assert list(xs) == [[1], [2]]


def test_deeper_levels_are_sequences_that_keep_outer_positions(tmp_path: Path) -> None:
    client = MemoryClient(tmp_path)
    client.lengths = {(0, ()): 4, (1, (0,)): 3, (1, (2,)): 1}
    for path, value in {(0, 0): "a", (0, 2): "b", (2, 0): "c"}.items():
        client.record(5, path, value)
    xs = LazyXComSequence(client, 5, (), (0, 1))
    assert len(xs) == 4
    assert [list(x) for x in xs] == [["a", "b"], [], ["c"], []]
    assert xs == [["a", "b"], [], ["c"], []]
    assert xs[-2][0] == "c"
    assert [list(x) for x in xs[1:3]] == [[], ["c"]]
    assert [list(x) for x in reversed(xs)] == [[], ["c"], [], ["a", "b"]]
    assert [] in xs
    assert decode(encode(xs, *PLACE)) == [["a", "b"], [], ["c"], []]
    assert decode(encode({"all": xs}, *PLACE)) == {"all": [["a", "b"], [], ["c"], []]}


def test_pickles_are_lists() -> None:
    xs = sequence([1, (2,)])
    assert pickle.loads(pickle.dumps([xs])) == [[1, (2,)]]
    assert copy.deepcopy([xs])[0] is xs
    assert decode(encode(xs, *PLACE)) == [1, (2,)]
    assert repr(xs) == "LazyXComSequence([1, (2,)], length=2)"
