"""A world whose run is rerun, marked and cancelled by hand, at its end or in the middle."""

from __future__ import annotations

from copy import deepcopy
from itertools import zip_longest
from random import Random

from engine.history import Row
from engine.rerun_reference import Closure, EndedRun, Key, Picture, Place
from engine.world import RUN_NUMBER, World
from fanjet.engine.run_state import RunState
from fanjet.model.changes import (
    CancelTries,
    Change,
    ClearInstances,
    DequeueInstances,
    EndInstances,
    EndRun,
    MeasureMaps,
    QueueInstances,
    RecordTries,
    ReopenRun,
    SetMapLength,
)
from fanjet.model.events import CancelRequested, ClockTicked, MapsMeasured, MarkRequested, RerunRequested, TriesEnded
from fanjet.model.launches import Launch
from fanjet.model.lengths import find_sources
from fanjet.model.paths import Path, join
from fanjet.model.rules import TriggerRule
from fanjet.model.spec import DagSpec
from fanjet.model.states import ENDED, RunStatus, State

#: What runs before all upstream has ended; in a rerun it waits.
_EARLY = {TriggerRule.ONE_SUCCESS, TriggerRule.ONE_FAILED, TriggerRule.ONE_DONE, TriggerRule.ALWAYS}


class RerunWorld(World):
    """Drives one run through several lives."""

    def __init__(self, spec: DagSpec, random: Random) -> None:
        #: What expanded maps run over, as found when their length was written.
        self.items: dict[Place, list] = {}
        #: Touched in this life; those with a try in it; maps whose length was decided in it.
        self.touched: set[Key] = set()
        self.tried: set[Key] = set()
        self.decided: set[Place] = set()
        #: By instance: the greatest number of a try that was out.
        self.tries: dict[Key, int] = {}
        self.last_measured: dict[Place, int] = {}
        self.is_cancelled = False
        #: Skipped with a reason: because the run was stopped, until now and until the last request.
        self.stopped: set[Key] = set()
        self.stopped_before: set[Key] = set()
        super().__init__(spec, random)

    # --- what the machine says ---

    def _take_in(self, changes: list[Change]) -> None:
        for change in changes:
            self.recorder.write([change])
            match change:
                case QueueInstances():
                    self._note_queued(change)
                case DequeueInstances():
                    self.admission.dequeue(change)
                    self._note_dequeued(change)
                case RecordTries():
                    self._note_tries(change)
                case ClearInstances():
                    self.touched |= {(change.task, join(change.parent, index)) for index in change.indexes}
                case EndInstances():
                    for index in change.indexes:
                        key = (change.task, join(change.parent, index))
                        self.touched.add(key)
                        self.tried.discard(key)
                        if change.state == State.SKIPPED and change.reason:
                            self.stopped.add(key)
                        self.ready.pop(key, None)
                        if change.try_number:
                            assert change.try_number == self.tries[key]
                case MeasureMaps():
                    self.unmeasured += [(change.map, change.parent, index) for index in change.indexes]
                case CancelTries():
                    self._note_cancelled(change)
                case SetMapLength():
                    self._note_length(change)
                case EndRun():
                    assert not self.ended
                    self.ended = True
                case ReopenRun():
                    self.ended = False

    def _note_queued(self, change: QueueInstances) -> None:
        self.admission.queue(change)
        for index in change.indexes:
            key = (change.task, join(change.parent, index))
            assert key not in self.ready, "queued twice"
            self.ready[key] = (change.try_number, change.carry)
            row = self.recorder.rows.get(key)
            assert change.tries_before == (row.tries_before if row else 0)
            if row is not None and row.state == State.NONE:
                assert change.try_number == row.try_number + 1
                assert change.tries_before == row.try_number

    def _note_dequeued(self, change: DequeueInstances) -> None:
        size = len(change.parent)
        for task, path in list(self.ready):
            if task != change.task or path[:size] != change.parent:
                continue
            if change.indexes is None or path in {join(change.parent, index) for index in change.indexes}:
                del self.ready[task, path]

    def _note_tries(self, change: RecordTries) -> None:
        ended = change.ended
        for column in range(len(ended.indexes)) if change.positions is None else change.positions:
            key = (ended.task, join(ended.parent, ended.indexes[column]))
            assert ended.try_number >= self.tries.get(key, 0), "numbers of tries never go back"
            self.tries[key] = ended.try_number
            self.touched.add(key)
            self.tried.add(key)

    def _note_cancelled(self, change: CancelTries) -> None:
        launch, live = self.out[change.fence]
        assert set(change.indexes) <= set(live)
        self.past.append(self._script(launch, list(change.indexes)))
        self._forget(change.fence, list(change.indexes))

    def _note_length(self, change: SetMapLength) -> None:
        place = (change.map, change.parent)
        self.items.pop(place, None)
        self.decided.add(place)
        if change.count:
            items = self.picture().find_items(self.spec.maps[change.map], change.parent, self.last_measured.get(place))
            assert items is not None
            assert len(items) == change.count, (place, items, change)
            self.items[place] = items

    def _script(self, launch: Launch, indexes: list[int]) -> TriesEnded:
        event = super()._script(launch, indexes)
        for column, state in enumerate(event.states):
            if state == State.DEFERRED:
                event.states[column] = State.UP_FOR_RESCHEDULE
        return event

    def _launch(self) -> None:
        before = set(self.out)
        super()._launch()
        for fence in set(self.out) - before:
            launch, live = self.out[fence]
            for index in live:
                key = (launch.task, join(launch.parent, index))
                assert launch.try_number >= self.tries.get(key, 0), "numbers of tries never go back"
                self.tries[key] = launch.try_number

    def _measure(self) -> None:
        map_number, parent, _ = self.random.choice(self.unmeasured)
        asked = [each for each in self.unmeasured if each[:2] == (map_number, parent)][:4]
        self.unmeasured = [each for each in self.unmeasured if each not in asked]
        for each in asked:
            self.measured.setdefault(each, self.random.choice([-1, 0, 1, 2, 2, 2, 3, 3]))
            self.last_measured[map_number, join(parent, each[2])] = self.measured[each]
        counts = [self.measured[each] for each in asked]
        indexes = [index for *_, index in asked]
        errors = {index: "it has no length" for index, count in zip(indexes, counts, strict=True) if count < 0}
        event = MapsMeasured(
            run=RUN_NUMBER, map=map_number, parent=parent, indexes=indexes, counts=counts, errors=errors
        )
        self.send([event])

    # --- requests ---

    def picture(self) -> Picture:
        """What is recorded now."""
        rows = {key: row for key, row in self.recorder.rows.items() if row.state != State.REMOVED}
        return Picture(self.spec, deepcopy(rows), dict(self.recorder.lengths), dict(self.items))

    def full_picture(self) -> Picture:
        """With the states that have no record."""
        picture = self.picture()
        for task in self.spec.tasks:
            states = dict(self.machine.instances(task.number))
            for path, state in states.items():
                row = picture.rows.setdefault((task.number, path), Row(state, try_number=0))
                row.state = state
            for number, path in list(picture.rows):
                if number == task.number and path not in states:
                    del picture.rows[number, path]
        return picture

    @property
    def is_over(self) -> bool:
        """The run has ended, and nothing is on its way any more."""
        return self.ended and not self.out

    def random_request(self) -> RerunRequested | MarkRequested | CancelRequested:
        """Anything that a person may ask for."""
        random = self.random
        kind = random.random()
        if kind < 0.5:
            return self.random_rerun()
        task = random.randrange(len(self.spec.tasks))
        known = [path for path, _ in self.machine.instances(task)]
        paths = tuple(sorted({random.choice(known) for _ in range(2)})) if known and random.random() < 0.7 else ((),)
        if kind < 0.8:
            state = random.choice([State.SUCCESS, State.FAILED, State.SKIPPED])
            return MarkRequested(run=RUN_NUMBER, at=self.clock, task=task, paths=paths, state=state)
        if kind < 0.95:
            return CancelRequested(run=RUN_NUMBER, at=self.clock, reason="by hand", task=task, paths=paths)
        return CancelRequested(run=RUN_NUMBER, at=self.clock, reason="by hand")

    def random_rerun(self) -> RerunRequested:
        """Any selection: everything, failed, tasks, paths, only."""
        random = self.random
        tasks = None
        if random.random() < 0.7:
            numbers = range(len(self.spec.tasks))
            tasks = tuple(sorted(random.sample(numbers, min(len(numbers), random.choice([1, 1, 1, 2, 3])))))
        paths: tuple[Path, ...] = ((),)
        if random.random() < 0.6:
            known = [path for task in tasks or () for path, _ in self.machine.instances(task)]
            if known:
                paths = tuple(sorted({path[: random.randint(0, 3)] for path in random.choices(known, k=2)}))
        return RerunRequested(
            run=RUN_NUMBER,
            at=self.clock,
            tasks=tasks,
            paths=paths,
            failed_only=random.random() < 0.3,
            only=random.random() < 0.15,
        )

    def request(self, event: RerunRequested | MarkRequested | CancelRequested) -> list[Change]:
        """Apply it; where nothing is out, a restored machine answers alike. A new life begins."""
        self.touched, self.tried, self.decided, self.measured = set(), set(), set(), {}
        self.send([ClockTicked(run=RUN_NUMBER, at=self.clock)])
        self.stopped_before = set(self.stopped)
        if self.machine.status == RunStatus.RUNNING and isinstance(event, CancelRequested) and event.task is None:
            self.is_cancelled = True
        before = self.machine.snapshot()
        self.before_states = {(t.number, p): s for t in self.spec.tasks for p, s in self.machine.instances(t.number)}
        twin: RunState | None = None
        if not self.out and self.restarts:
            twin = self.restored()
            assert_same(twin.snapshot(), before)
            if isinstance(event, RerunRequested):
                assert twin.plan_rerun(event) == self.machine.plan_rerun(event)
        if isinstance(event, RerunRequested):
            plan = self.machine.plan_rerun(event)
            assert_same(self.machine.snapshot(), before)
            planned = {(taken.task, join(taken.parent, index)) for taken in plan.taken for index in taken.indexes}
        changes = self.machine.apply([event])
        if twin is not None:
            mine = twin.apply([event])
            assert mine == changes, [pair for pair in zip_longest(mine, changes) if pair[0] != pair[1]]
            assert_same(twin.snapshot(), self.machine.snapshot())
        self._take_in(changes)
        self.check_numbers()
        if changes and not isinstance(event, CancelRequested):
            self.is_cancelled = False
            # What runs already was decided by what is not so any more; a restart would let it wait for that.
            is_kept = isinstance(event, RerunRequested) and not event.only and not plan.companions
            self.restarts &= is_kept and not any(task.trigger_rule in _EARLY for task in self.spec.tasks)
        if isinstance(event, RerunRequested):
            begun = {key for key in planned if self.before_states.get(key)}
            assert begun <= self.touched
        return changes

    def restored(self) -> RunState:
        """A machine made from what was recorded."""
        machine, _ = RunState.restore(
            RUN_NUMBER, self.spec, self.recorder.history(), self.clock, status=self.machine.status
        )
        return machine

    def _restart(self) -> None:
        super()._restart()
        self.check_numbers()

    # --- what must hold ---

    def check_numbers(self) -> None:
        """Sums agree with what they are sums of."""
        for task in self.spec.tasks:
            counts = [0] * len(State)
            for _, state in self.machine.instances(task.number):
                counts[state] += 1
            recorded = self.recorder.rows.items()
            exists = {path for path, _ in self.machine.instances(task.number)}
            counts[State.REMOVED] = sum(
                of == task.number and row.state == State.REMOVED and path not in exists for (of, path), row in recorded
            )
            assert list(self.machine.counts(task.number)) == counts, (task.number, counts)
            complete = all(state in ENDED for _, state in self.machine.instances(task.number))
            if self.ended:
                assert complete

    def check_end(self) -> None:
        """The run is over, and nothing of it is open."""
        self.restarts = True
        assert self.ended
        assert not self.out
        assert not self.ready
        self.check_numbers()
        if not self.random.random() < 0.5:
            self._tick()
        assert_same(self.restored().snapshot(), self.machine.snapshot())
        picture = self.full_picture()
        assert {key: row.state for key, row in picture.rows.items()} == {
            key: row.state for key, row in self.picture().rows.items()
        }
        for task in self.spec.tasks:
            assert self.machine.length_known(task.number)
            self._check_covered(picture, task.number, ())
        if self.is_cancelled:
            assert self.machine.status == RunStatus.FAILED
            return
        leaves = [row.state for (task, _), row in picture.rows.items() if task in self.spec.leaves]
        bad = State.FAILED in leaves or State.UPSTREAM_FAILED in leaves
        assert self.machine.status == (RunStatus.FAILED if bad else RunStatus.SUCCESS)

    def _check_covered(self, picture: Picture, task: int, path: Path) -> None:
        """Each position exists, or something stands for it."""
        if (task, path) in picture.rows:
            return
        spec = self.spec.tasks[task]
        maps = spec.scope + (() if spec.map is None else (spec.map,))
        assert len(path) < len(maps), (task, path)
        count = picture.length((maps[len(path)], path))
        assert count is not None, (task, path)
        for position in range(count):
            self._check_covered(picture, task, (*path, position))
        assert (task, (*path, count)) not in picture.rows

    def check_touched(self, before: Picture, event: RerunRequested) -> None:
        """What must be touched was, and nothing else that may not be."""
        after = self.picture()
        asked = self._asked(before, event)
        least = Closure(before, most=False, after=after, touched=set(asked))
        most = Closure(before, most=True, after=after, touched=asked | self._stopped(event))
        if not event.only:
            least.close()
            most.close()
        must, may = least.touched | least.companions(), most.touched | most.companions()
        fed = {source for each in self.spec.maps for source in find_sources(each.length)}
        if not event.only and any(task in fed for task, _ in most.companions()):
            # A setup that comes along and has another value now: a map that is decided anyway runs over that.
            most.touched |= most.companions()
            most.close()
            may |= most.touched | most.companions()
        for key, row in before.rows.items():
            now = after.rows.get(key)
            if key in must:
                assert key in self.touched, ("must be touched", key, event)
            if key not in may:
                assert key not in self.touched, ("must not be touched", key, event)
                assert now == row, (key, row, now)
            if key not in self.touched:
                assert now == row, (key, row, now)

    def _asked(self, before: Picture, event: RerunRequested) -> set[Key]:
        bad = {State.FAILED, State.UPSTREAM_FAILED}
        return {
            (task, path)
            for (task, path), row in before.rows.items()
            if (event.tasks is None or task in event.tasks)
            and any(path[: len(each)] == each for each in event.paths)
            and (not event.failed_only or row.state in bad)
        }

    def check_left_alone(self, before: Picture, event: RerunRequested | MarkRequested | CancelRequested) -> None:
        """What had ended and does not depend on what was asked for stands as it did."""
        if isinstance(event, CancelRequested):
            asked: set[Key] = set()
        elif isinstance(event, RerunRequested):
            asked = self._asked(before, event)
        else:
            asked = {
                key for key in before.rows if key[0] == event.task and any(key[1][: len(p)] == p for p in event.paths)
            }
            now = self.full_picture().rows
            if not self.spec.fail_fast:
                assert all(now[key].state == event.state for key in asked), (asked, event)
        most = Closure(before, most=True, touched=asked | self._stopped(event))
        if not (isinstance(event, RerunRequested) and event.only):
            most.close()
        may = most.touched | most.companions()
        for key, row in before.rows.items():
            if row.state in ENDED and key not in may:
                assert self.recorder.rows.get(key) == row, (key, row, event)
            if isinstance(event, MarkRequested) and key not in asked and row.state == State.SUCCESS:
                assert self.recorder.rows[key] == row, (key, row, event)

    def _stopped(self, event: RerunRequested | MarkRequested | CancelRequested) -> set[Key]:
        """What a stopped run left behind may count as failed."""
        return self.stopped_before if isinstance(event, RerunRequested) and event.failed_only else set()

    def check_outcome(self) -> None:
        """What was touched stands as its rule says of what is upstream in the end."""
        picture = self.picture()
        skips = [(key, row.skips) for key, row in picture.rows.items() if row.skips and row.state == State.SUCCESS]
        ended = EndedRun(picture, self.last_measured, skips)
        for number, path in self.touched:
            row = picture.rows.get((number, path))
            if row is None:
                continue
            task = self.spec.tasks[number]
            if (number, path) in self.tried:
                assert self.spec.fail_fast or ended.verdict(task, path[: len(task.scope)]) == "run", (number, path, row)
            else:
                allowed = ended.allowed(task, path)
                assert row.state in allowed, (number, path, row.state, allowed)


def assert_same(mine: dict, theirs: dict) -> None:
    """Snapshots are equal; shows where they are not."""
    assert mine == theirs, [
        (
            key,
            [
                (at, mine[key].get(at), theirs[key].get(at))
                for at in {**mine[key], **theirs[key]}
                if mine[key].get(at) != theirs[key].get(at)
            ],
        )
        if isinstance(mine[key], dict)
        else (key, mine[key], theirs[key])
        for key in mine
        if mine[key] != theirs[key]
    ]
