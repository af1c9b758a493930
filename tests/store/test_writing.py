"""What `Journal.write` keeps of ends, launches and values, and that its sums stay right."""

import random
from collections.abc import Callable

import pytest

from fanjet.errors import FanjetError
from fanjet.model.changes import EndRun, SetMapLength
from fanjet.model.events import TryExtra
from fanjet.model.paths import decode
from fanjet.model.requests import Count, CountValues, GetMapLength, GetValues, Values
from fanjet.model.states import RunStatus, State
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from store.samples import NOW, Owned, check_summaries, ends, push, seeds, skip


def test_ends_are_rows_with_all_their_columns(owned: Owned, reader: Reader) -> None:
    owned.write(ends(owned.run, 1, [5, 3, 4], [State.SUCCESS, State.FAILED, State.SKIPPED]))
    rows = reader.instances(owned.run, 1)
    assert [(row.path, row.state, row.value) for row in rows] == [
        ((3,), State.FAILED, None),
        ((4,), State.SKIPPED, None),
        ((5,), State.SUCCESS, b"j5"),
    ]
    assert (rows[2].started_at, rows[2].ended_at, rows[2].try_number) == (NOW, NOW + 0.5, 1)
    assert rows[0].log is not None
    assert (rows[0].log.segment, rows[0].log.offset, rows[0].log.length) == (7, 100, 100)
    check_summaries(reader, owned.run)


def test_only_accepted_positions_are_written(owned: Owned, reader: Reader) -> None:
    record = ends(
        owned.run,
        1,
        [0, 1, 2, 3],
        [State.SUCCESS, State.SUCCESS, State.UP_FOR_RETRY, State.FAILED],
        positions=[1, 2, 3],
        resume_at={2: NOW + 9.0},
        extras={0: TryExtra(label="late"), 1: TryExtra(label="one"), 3: TryExtra(error="bad")},
    )
    owned.write(record)
    rows = reader.instances(owned.run, 1)
    assert [(row.path, row.label, row.error, row.resume_at) for row in rows] == [
        ((1,), "one", None, None),
        ((2,), None, None, NOW + 9.0),
        ((3,), None, "bad", None),
    ]
    check_summaries(reader, owned.run)


def test_no_accepted_position_writes_nothing(owned: Owned, reader: Reader) -> None:
    owned.write(ends(owned.run, 1, [0, 1], positions=[]), skip(owned.run, 1, []))
    assert reader.instances(owned.run, 1) == []
    assert reader.counts(owned.run) == {}


def test_a_retry_keeps_the_earlier_try(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(launches=[owned.launch(1, 0, 3, fence=10)])
    failed = ends(run, 1, [1], State.UP_FOR_RETRY, resume_at={0: NOW + 5}, extras={0: TryExtra(error="boom")})
    owned.write(ends(run, 1, [0]), failed)
    check_summaries(reader, run)
    assert reader.counts(run)[1].counts[State.UP_FOR_RETRY] == 1
    assert [(row.try_number, row.state) for row in reader.tries(run, 1, (1,))] == [(1, State.UP_FOR_RETRY)]

    owned.write(launches=[owned.launch(1, 1, 1, fence=11, try_number=2)], at=NOW + 10)
    running = reader.tries(run, 1, (1,))[-1]
    assert (running.try_number, running.state, running.started_at) == (2, State.RUNNING, NOW + 10)

    owned.write(ends(run, 1, [1], try_number=2, at=NOW + 20))
    check_summaries(reader, run)
    first, second = reader.tries(run, 1, (1,))
    assert (first.state, first.error, first.ended_at) == (State.UP_FOR_RETRY, "boom", NOW + 0.5)
    assert (second.state, second.error, second.try_number) == (State.SUCCESS, None, 2)
    row = reader.find_instance(run, 1, (1,))
    assert row is not None
    assert (row.state, row.error, row.resume_at) == (State.SUCCESS, None, None)
    assert reader.counts(run)[1].counts[State.UP_FOR_RETRY] == 0
    assert [row.state for row in reader.tries(run, 1, (2,))] == [State.RUNNING]


def test_rendered_fields_are_kept_for_each_try_but_once_for_a_waiting_one(owned: Owned, reader: Reader) -> None:
    run = owned.run

    def end(number: int, state: State, at: float) -> None:
        extras = {0: TryExtra(rendered=f'{{"try":{number}}}')}
        resume_at = {} if state is State.SUCCESS else {0: at + 1}
        owned.write(ends(run, 1, [0], state, try_number=number, at=at, extras=extras, resume_at=resume_at))

    end(1, State.UP_FOR_RETRY, NOW)
    end(2, State.UP_FOR_RESCHEDULE, NOW + 2)
    instance = reader.find_instance(run, 1, (0,))
    assert instance is not None
    assert instance.rendered == '{"try":2}', "what waits shows what it waits for"
    end(2, State.UP_FOR_RESCHEDULE, NOW + 4)
    end(2, State.SUCCESS, NOW + 6)
    assert [(part.try_number, part.rendered) for part in reader.tries(run, 1, (0,))] == [
        (1, '{"try":1}'), (2, None), (2, None), (2, '{"try":2}'),
    ]  # fmt: skip
    owned.write(ends(run, 1, [1]))
    plain = reader.find_instance(run, 1, (1,))
    assert plain is not None
    assert plain.rendered is None


def test_a_rescheduled_try_keeps_its_parts(owned: Owned, reader: Reader) -> None:
    run = owned.run
    for poke in range(3):
        at = NOW + 10.0 * poke
        owned.write(launches=[owned.launch(0, -1, 1, fence=20 + poke)], at=at)
        extras = {0: TryExtra(resume_at=at + 5, carry=b"c%d" % poke)}
        owned.write(ends(run, 0, [-1], State.UP_FOR_RESCHEDULE, at=at, resume_at={0: at + 5}, extras=extras))
        check_summaries(reader, run)
    (columns,) = owned.journal.read_history(run).instances
    assert (columns.resume_at, columns.carries) == ({0: NOW + 25.0}, {0: b"c2"})
    owned.write(ends(run, 0, [-1], at=NOW + 30))
    parts = reader.tries(run, 0, ())
    assert [part.state for part in parts] == [State.UP_FOR_RESCHEDULE] * 3 + [State.SUCCESS]
    assert {part.try_number for part in parts} == {1}
    check_summaries(reader, run)


def test_what_waits_can_end_without_another_try(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(ends(run, 1, [1], State.UP_FOR_RETRY, resume_at={0: NOW + 5}, extras={0: TryExtra(error="boom")}))
    owned.write(skip(run, 1, range(3), at=NOW + 6))
    rows = reader.instances(run, 1)
    assert [(row.state, row.try_number, row.error) for row in rows] == [
        (State.SKIPPED, 0, None),
        (State.SKIPPED, 1, "boom"),
        (State.SKIPPED, 0, None),
    ]
    assert [row.error for row in reader.tries(run, 1, (1,))] == ["boom"]
    assert rows[1].resume_at is None
    check_summaries(reader, run)


def test_removed_instances_count_for_nothing(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(ends(run, 1, range(5)))
    owned.write(skip(run, 1, [3, 4], State.REMOVED))
    assert reader.counts(run)[1].valued == 3
    assert owned.journal.count_values(run, CountValues(task=1, prefix=())) == 3
    assert owned.journal.get_values(run, GetValues(task=1, prefix=())).paths == [(0,), (1,), (2,)]
    row = reader.find_instance(run, 1, (4,))
    assert row is not None
    assert row.value == b"j4"  # readable for ever
    check_summaries(reader, run)


def test_a_whole_map_ends_in_one_record(owned: Owned, reader: Reader) -> None:
    owned.write(skip(owned.run, 1, range(20_000), State.UPSTREAM_FAILED, reason="no list"), skip(owned.run, 3, [-1]))
    counts = reader.counts(owned.run)
    assert counts[1].counts[State.UPSTREAM_FAILED] == 20_000
    assert counts[3].counts[State.SKIPPED] == 1
    last = reader.find_instance(owned.run, 1, (19_999,))
    assert last is not None
    assert (last.error, last.try_number, last.log, last.ended_at) == ("no list", 0, None, NOW)
    assert reader.find_instance(owned.run, 3, ()) is not None


def test_pushed_values_of_an_earlier_try_go_at_the_next_launch(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(launches=[owned.launch(1, 0, 3, fence=10)])
    for index in range(3):
        owned.write(
            push(run, 1, index, "k", b"j1", fence=owned.fence(10)),
            push(run, 1, index, "l", b"j2", fence=owned.fence(10)),
        )
    owned.write(push(run, 1, 1, "k", b"j9", fence=owned.fence(10)))
    assert reader.xcoms(run, 1, (1,)) == {"k": b"j9", "l": b"j2"}
    owned.write(ends(run, 1, [0]), ends(run, 1, [1], State.UP_FOR_RETRY, resume_at={0: NOW}))
    assert reader.xcoms(run, 1, (0,)) == {"k": b"j1", "l": b"j2", "return_value": b"j0"}
    owned.write(launches=[owned.launch(1, 1, 1, fence=11, try_number=2)])
    assert reader.xcoms(run, 1, (1,)) == {}
    assert len(reader.xcoms(run, 1, (0,))) == 3
    assert len(reader.xcoms(run, 1, (2,))) == 2
    # A second try that is rescheduled goes on with what it pushed.
    owned.write(push(run, 1, 1, "k", b"j5", fence=owned.fence(11)))
    owned.write(ends(run, 1, [1], State.UP_FOR_RESCHEDULE, try_number=2, resume_at={0: NOW}))
    owned.write(launches=[owned.launch(1, 1, 1, fence=12, try_number=2)])
    assert reader.xcoms(run, 1, (1,)) == {"k": b"j5"}


def test_lengths_and_the_end_of_the_run(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(SetMapLength(run=run, map=2, parent=(7,), count=3), SetMapLength(run=run, map=1, parent=(), count=9))
    assert reader.map_lengths(run) == [(1, (), 9), (2, (7,), 3)]
    assert owned.journal.get_map_length(run, GetMapLength(map=2, parent=(7,))) == 3
    assert owned.journal.get_map_length(run, GetMapLength(map=2, parent=(6,))) == 0
    assert Count(3)  # the scheduler wraps lengths in it
    owned.write(EndRun(run=run, state=RunStatus.FAILED, at=NOW + 60))
    row = reader.find_run(str(run))
    assert row.state is RunStatus.FAILED
    assert row.ended_at is not None
    assert row.ended_at.timestamp() == NOW + 60


def test_a_batch_is_all_or_nothing(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(ends(run, 1, [0]), launches=[owned.launch(1, 0, 9, fence=10)])
    with pytest.raises(FanjetError):  # the same fence twice is a bug; here it fails the last statement of the batch
        owned.write(ends(run, 1, [1, 2]), skip(run, 3, [-1]), launches=[owned.launch(1, 9, 9, fence=10)])
    assert [row.path for row in reader.instances(run, 1)] == [(0,)]
    assert reader.instances(run, 3) == []
    check_summaries(reader, run)
    owned.write(ends(run, 1, [1]))
    assert reader.counts(run)[1].counts[State.SUCCESS] == 2


def test_launches_carry_the_instant_of_their_batch(owned: Owned, reader: Reader) -> None:
    owned.write(launches=[owned.launch(1, 0, 4, fence=5)], at=NOW + 3)
    assert [row.started_at for row in reader.tries(owned.run, 1, (2,))] == [NOW + 3]
    assert reader.tries(owned.run, 1, (4,)) == []


def test_history_gives_back_what_was_recorded(owned: Owned) -> None:
    run = owned.run
    owned.write(
        SetMapLength(run=run, map=1, parent=(), count=2),
        ends(run, 0, [-1], item_counts=[9], extras={0: TryExtra(skips=(2, 3))}),
        ends(run, 1, [0, 1, 2], [State.SUCCESS, State.UP_FOR_RETRY, State.FAILED], resume_at={1: NOW + 1}),
        ends(run, 2, [1, 0], parent=(5,), values=[None, b"j0"]),
        skip(run, 2, [-1], parent=(3,)),
    )
    history = owned.journal.read_history(run)
    assert history.map_lengths == [(1, (), 2)]
    discover, train, fit = history.instances
    assert [column.task for column in history.instances] == [0, 1, 2]
    assert (discover.item_counts, discover.skips, discover.paths) == ([9], {0: (2, 3)}, [b""])
    assert train.states == bytes([State.SUCCESS, State.UP_FOR_RETRY, State.FAILED])
    assert (train.item_counts, train.resume_at, train.valued) == ([], {1: NOW + 1}, b"\1\0\0")
    assert [decode(path) for path in fit.paths] == [(3,), (5, 0), (5, 1)]
    assert (fit.try_numbers, fit.valued) == ([0, 1, 1], b"\0\1\0")


@pytest.mark.parametrize("seed", seeds(12, quick=4))
def test_sums_and_rows_after_random_batches(
    seed: int, owned: Owned, reader: Reader, journal_factory: Callable[[], Journal]
) -> None:
    """Random ends, retries, reschedules and reruns, also after another scheduler has taken over."""
    dice = random.Random(seed)
    expected: dict[int, State] = {}
    outcomes = [State.SUCCESS, State.FAILED, State.SKIPPED, State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE]
    for step in range(30):
        indexes = dice.sample(range(40), dice.randint(1, 12))
        states = dice.choices(outcomes, k=len(indexes))
        if dice.random() < 0.2:
            owned.write(skip(owned.run, 1, indexes, dice.choice([State.SKIPPED, State.REMOVED]), at=NOW + step))
            row = reader.find_instance(owned.run, 1, (indexes[0],))
            assert row is not None
            states = [row.state] * len(indexes)
        else:
            at, duration_s = NOW + 100 * step, dice.random() * 100 ** dice.random()
            owned.write(ends(owned.run, 1, indexes, states, try_number=step + 1, at=at, duration_s=duration_s))
        expected.update(zip(indexes, states, strict=True))
        if dice.random() < 0.2:
            owned.journal.release_lease(owned.run, owned.session)
            other = journal_factory()
            session = other.begin_session(host="h", pid=1)
            other.take_lease(owned.run, session, lease_s=9.0)
            owned = Owned(other, session, owned.run)
        check_summaries(reader, owned.run)
    (columns,) = owned.journal.read_history(owned.run).instances
    found = {decode(path)[0]: State(state) for path, state in zip(columns.paths, columns.states, strict=True)}
    assert found == expected
    values = owned.journal.get_values(owned.run, GetValues(task=1, prefix=()))
    assert isinstance(values, Values)
    assert len(values.values) == reader.counts(owned.run)[1].valued
