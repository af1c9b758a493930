"""Pages of values by offset: right at any moment, and linear for readers of long sequences."""

import random

import msgspec
import pytest

from databases import ONLY_SQLITE
from fanjet.model.paths import Path as MapPath
from fanjet.model.requests import CountValues, GetValues, Values
from fanjet.model.states import ENDED, State
from fanjet.store.journal import value_pages
from fanjet.store.journal.value_pages import SPACING
from store.samples import Owned, ends, push, skip


def read_all(owned: Owned, task: int, prefix: MapPath = (), *, page: int = 1000, key: str = "return_value") -> Values:
    """As a sequential reader does it."""
    everything = Values([], [])
    while True:
        request = GetValues(task=task, prefix=prefix, offset=len(everything.values), limit=page, key=key)
        values = owned.journal.get_values(owned.run, request)
        everything.paths.extend(values.paths)
        everything.values.extend(values.values)
        if len(values.values) < page:
            return everything


def test_instances_without_a_value_do_not_count(owned: Owned) -> None:
    values = [None if index % 3 else b"j%d" % index for index in range(3000)]
    owned.write(ends(owned.run, 1, range(3000), values=values))
    found = read_all(owned, 1, page=70)
    assert found.paths == [(index,) for index in range(0, 3000, 3)]
    assert found.values == [value for value in values if value is not None]
    assert owned.journal.count_values(owned.run, CountValues(task=1, prefix=())) == 1000


def test_a_single_instance_is_its_own_prefix(owned: Owned) -> None:
    owned.write(ends(owned.run, 0, [-1], values=[b"j[1]"]), ends(owned.run, 1, range(300)))
    get = owned.journal.get_values
    assert get(owned.run, GetValues(task=0, prefix=(), limit=1)) == Values([()], [b"j[1]"])
    assert get(owned.run, GetValues(task=1, prefix=(299,), limit=1)) == Values([(299,)], [b"j299"])
    assert get(owned.run, GetValues(task=1, prefix=(300,), limit=1)) == Values([], [])
    assert get(owned.run, GetValues(task=1, prefix=(), offset=300)) == Values([], [])
    assert get(owned.run, GetValues(task=1, prefix=(), offset=10**9)) == Values([], [])


def test_a_prefix_sees_nothing_of_its_neighbours(owned: Owned) -> None:
    for outer in (0, 1, 2, 255, 256):
        owned.write(ends(owned.run, 2, range(600), parent=(outer,), values=[b"j%d" % outer] * 600))
    for outer in (1, 255):
        found = read_all(owned, 2, (outer,), page=64)
        assert found.paths == [(outer, index) for index in range(600)]
        assert set(found.values) == {b"j%d" % outer}
        assert owned.journal.count_values(owned.run, CountValues(task=2, prefix=(outer,))) == 600
    assert len(read_all(owned, 2).values) == 3000
    assert owned.journal.count_values(owned.run, CountValues(task=2, prefix=())) == 3000


def test_pushed_keys_page_like_results(owned: Owned) -> None:
    owned.write(*(push(owned.run, 1, index, key, b"j%d" % index) for index in range(700) for key in ("a", "b")))
    found = read_all(owned, 1, key="b", page=100)
    assert found.values == [b"j%d" % index for index in range(700)]
    assert owned.journal.count_values(owned.run, CountValues(task=1, prefix=(), key="a")) == 700
    assert owned.journal.count_values(owned.run, CountValues(task=1, prefix=(), key="c")) == 0
    assert owned.journal.count_values(owned.run, CountValues(task=1, prefix=())) == 0


def test_pages_from_a_path_on(owned: Owned) -> None:
    values = [None if index % 3 == 0 else b"j%d" % index for index in range(900)]
    for outer in range(2):
        owned.write(ends(owned.run, 2, range(900), parent=(outer,), values=values))
    get = owned.journal.get_values
    page = get(owned.run, GetValues(task=2, prefix=(0,), first=(0, 300), limit=3))
    assert page.paths == [(0, 301), (0, 302), (0, 304)], "offset and limit count values only"
    far = get(owned.run, GetValues(task=2, prefix=(0,), first=(0, 300), offset=398, limit=5))
    assert far.paths == [(0, 898), (0, 899)]
    assert get(owned.run, GetValues(task=2, prefix=(0,), first=(0, 898), limit=5)).paths == [(0, 898), (0, 899)]


@pytest.mark.parametrize("key", ["return_value", "k"])
def test_pages_with_all_that_ended(key: str, owned: Owned) -> None:
    """An instance that may still get a value is not in such a page; a removed one counts for nothing."""
    states = dict(enumerate((*sorted(ENDED), State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.SUCCESS)))
    for index, state in states.items():
        if state in {State.SKIPPED, State.UPSTREAM_FAILED, State.REMOVED}:
            owned.write(skip(owned.run, 1, [index], state))
        else:
            values = [b"j1" if index == len(states) - 1 else None]
            owned.write(ends(owned.run, 1, [index], state, values=values if key == "return_value" else [b"other"]))
    if key == "k":
        owned.write(push(owned.run, 1, len(states) - 1, "k", b"j1"), push(owned.run, 1, 90, "k", b"running"))
    expected = [index for index, state in states.items() if state in ENDED and state is not State.REMOVED]
    request = GetValues(task=1, prefix=(), first=(0,), with_empty=True, key=key)
    page = owned.journal.get_values(owned.run, request)
    assert page.paths == [(index,) for index in expected]
    assert page.values == [b""] * (len(expected) - 1) + [b"j1"]
    later = msgspec.structs.replace(request, first=(expected[1],), offset=1, limit=2)
    assert owned.journal.get_values(owned.run, later).paths == [(index,) for index in expected[2:4]]


@pytest.mark.parametrize("seed", range(6))
def test_pages_are_right_while_instances_still_end(seed: int, owned: Owned) -> None:
    """Offsets are judged by what is committed, whatever was read before."""
    dice = random.Random(seed)
    values: dict[MapPath, bytes] = {}
    waiting = dice.sample(range(4000), 4000)
    while waiting:
        n = dice.randint(1, 500)
        batch, waiting = waiting[:n], waiting[n:]
        results = [b"j%d" % index if dice.random() < 0.8 else None for index in batch]
        outer = dice.randrange(2)
        owned.write(ends(owned.run, 2, batch, parent=(outer,), values=results))
        values.update({(outer, index): value for index, value in zip(batch, results, strict=True) if value})
        if dice.random() < 0.3:
            gone = [path[1] for path in values if path[0] == outer][:50]
            owned.write(skip(owned.run, 2, gone, State.REMOVED, parent=(outer,)))
            for index in gone:
                del values[outer, index]
        for prefix in ((), (0,), (1,)):
            expected = sorted(path for path in values if path[: len(prefix)] == prefix)
            offset = dice.randrange(len(expected) + 10)
            page = owned.journal.get_values(owned.run, GetValues(task=2, prefix=prefix, offset=offset, limit=40))
            assert page.paths == expected[offset : offset + 40]
            assert page.values == [values[path] for path in page.paths]


def test_readers_of_very_many_sequences_are_only_slower(owned: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(value_pages, "_MOST_SEQUENCES", 2)
    for outer in range(5):
        owned.write(ends(owned.run, 2, range(300), parent=(outer,)))
    for outer in (0, 1, 2, 3, 4, 0):
        request = GetValues(task=2, prefix=(outer,), offset=260, limit=2)
        assert owned.journal.get_values(owned.run, request).paths == [(outer, 260), (outer, 261)]
        assert sum(map(len, owned.journal._pages._milestones.values())) <= 2


def count_steps(owned: Owned, requests: list[GetValues]) -> int:
    """The work that the database does, in thousands of its virtual machine's steps; the same on any computer."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection = owned.journal._reader
    connection.set_progress_handler(count, 1000)
    for request in requests:
        owned.journal.get_values(owned.run, request)
    connection.set_progress_handler(None, 0)
    return steps


@ONLY_SQLITE
@pytest.mark.parametrize("sparse", [False, True])
def test_long_sequences_are_read_in_linear_time(sparse: bool, owned: Owned) -> None:
    n = 40_000
    values = [None if sparse and index % 5 == 0 else b"j" for index in range(n)]
    for first in range(0, n, 5000):
        owned.write(ends(owned.run, 1, range(first, first + 5000), values=values[first : first + 5000]))
    pages = [GetValues(task=1, prefix=(), offset=offset, limit=500) for offset in range(0, n, 500)]
    few = count_steps(owned, pages[:10])
    assert count_steps(owned, pages) < 14 * few
    backwards = count_steps(owned, pages[::-1])
    assert backwards < 14 * few
    assert SPACING < 500
