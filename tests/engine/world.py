"""A world around a machine: an executor that does as a script says, a store, accidents, and a record of it all."""

from __future__ import annotations

import itertools
from copy import deepcopy
from random import Random

from engine.history import Recorder
from engine.reference import RUN, START, Decision, End, Facts, Reference, Skip
from fanjet.engine.admission import Admission
from fanjet.engine.run_state import RunState
from fanjet.model.changes import (
    CancelTries,
    Change,
    DequeueInstances,
    DropTriggers,
    EndInstances,
    EndRun,
    MeasureMaps,
    QueueInstances,
    RecordTries,
    SetMapLength,
    WatchTriggers,
)
from fanjet.model.events import (
    ClockTicked,
    Event,
    MapsMeasured,
    TriesEnded,
    TriesReturned,
    TriggersFired,
    TryExtra,
)
from fanjet.model.launches import Launch
from fanjet.model.paths import Path, join
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus, State

RUN_NUMBER = 7
_MOST_STEPS = 1000


class RandomRoom:
    """Grants a few tries at a time to a few workers."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def grant(self, run: int, task: int, wanted: int) -> list[tuple[int, int]]:
        granted = []
        for worker in range(2):
            count = min(wanted, self._random.randint(0, 3))
            if count:
                granted.append((worker, count))
                wanted -= count
        return granted

    def count_free(self) -> int:
        return self._random.randint(0, 3)


class World:
    """Drives one run to its end through everything that can happen to it."""

    def __init__(self, spec: DagSpec, random: Random, *, restarts: bool = True) -> None:
        self.spec = spec
        self.random = random
        self.restarts = restarts
        self.fences = itertools.count(1)
        self.clock = 100.0
        self.recorder = Recorder(spec)
        self.facts = Facts()
        #: By rank: the batch in which it happened.
        self.batch_of_rank: list[int] = []
        #: By task and path: the batch in which it was first queued or ended without a try.
        self.decided_in: dict[tuple[int, Path], int] = {}
        self.batch = 0
        #: By instance: what the queue must hold of it.
        self.ready: dict[tuple[int, Path], tuple[int, bytes | None]] = {}
        self.out: dict[int, tuple[Launch, list[int]]] = {}
        self.unmeasured: list[tuple[int, Path, int]] = []
        #: Triggers that are waited for: by ticket, what their tries left.
        self.watched: dict[int, bytes] = {}
        self.past: list[Event] = []
        self.measured: dict[tuple[int, Path, int], int] = {}
        self.ended = False
        self.admission = self._new_admission()
        self.machine = RunState(RUN_NUMBER, spec)
        self._take_in(self.machine.start(self.clock))

    def _new_admission(self) -> Admission:
        admission = Admission({"default_pool": 5})
        admission.add_run(RUN_NUMBER, self.spec)
        return admission

    # --- what the machine says ---

    def _take_in(self, changes: list[Change]) -> None:
        self.recorder.write(changes)
        for change in changes:
            match change:
                case QueueInstances():
                    self.admission.queue(change)
                    for index in change.indexes:
                        key = (change.task, join(change.parent, index))
                        self.ready[key] = (change.try_number, change.carry)
                        self.decided_in.setdefault(key, self.batch)
                case DequeueInstances():
                    self.admission.dequeue(change)
                case RecordTries():
                    self._note_tries(change)
                case EndInstances():
                    for index in change.indexes:
                        self.ready.pop((change.task, join(change.parent, index)), None)
                        self._note_end(change.task, join(change.parent, index), change.state)
                case MeasureMaps():
                    self.unmeasured += [(change.map, change.parent, index) for index in change.indexes]
                case WatchTriggers():
                    self.watched.update(zip(change.tickets, change.carries, strict=True))
                case DropTriggers():
                    for ticket in change.tickets:
                        del self.watched[ticket]
                case CancelTries():
                    launch, live = self.out.pop(change.fence)
                    self.admission.released(RUN_NUMBER, launch.task, len(live))
                    assert sorted(change.indexes) == sorted(live)
                case EndRun():
                    assert not self.ended
                    self.ended = True
                case SetMapLength():
                    assert change.count

    def _note_tries(self, change: RecordTries) -> None:
        ended = change.ended
        columns = range(len(ended.indexes)) if change.positions is None else change.positions
        first = self.facts.now
        for column, state in zip(columns, change.states, strict=True):
            path = join(ended.parent, ended.indexes[column])
            key = (ended.task, path)
            if ended.item_counts:
                self.facts.items[key] = ended.item_counts[column]
            self.facts.valued.discard(key)
            if ended.values[column] is not None:
                self.facts.valued.add(key)
            extra = ended.extras.get(column)
            if extra is not None and extra.skips and state == State.SUCCESS:
                self.facts.skips.append(Skip(first, ended.task, path, extra.skips))
            if state in {State.SUCCESS, State.FAILED, State.SKIPPED}:
                self._note_end(ended.task, path, State(state), by_try=True)
            if state == State.FAILED and self.facts.failed_at is None:
                self.facts.failed_at = first

    def _note_end(self, task: int, path: Path, state: State, *, by_try: bool = False) -> None:
        assert (task, path) not in self.facts.ends, "an instance ended twice"
        self.facts.ends[task, path] = End(state, self._next_rank())
        if not by_try:
            self.decided_in.setdefault((task, path), self.batch)

    def _next_rank(self) -> int:
        self.batch_of_rank.append(self.batch)
        self.facts.now += 1
        return self.facts.now - 1

    def send(self, events: list[Event]) -> None:
        for event in events:
            self.batch += 1
            self._take_in(self.machine.apply([event]))

    # --- what happens ---

    def run(self) -> None:
        """To the end; a very large run until it has taken long enough. It never stands still before its end."""
        for _ in range(_MOST_STEPS):
            if self.ended and not self.out:
                return
            waits = bool(self.watched) or self.machine.next_wake_at() is not None
            assert self.out or self.ready or self.unmeasured or waits, f"nothing goes on: {self.machine.snapshot()}"
            self.step()

    def step(self) -> None:
        """One thing happens."""
        what = self.random.random()
        if what < 0.35 or not (self.out or self.unmeasured):
            self._launch()
            if not self.out and not self.unmeasured:
                self._fire()
                self._tick()
        elif what < 0.75 and self.out:
            self._end_some()
        elif what < 0.85 and self.unmeasured:
            self._measure()
        elif what < 0.89 and self.out:
            self._return_some()
        elif what < 0.93 and self.past:
            self._repeat()
        elif what < 0.945:
            self._fire()
        elif what < 0.96:
            self._tick()
        elif what < 0.975 and self.restarts and not self.ended:
            self._restart()

    def _launch(self) -> None:
        launches = self.admission.take(RandomRoom(self.random), lambda: next(self.fences))
        self.machine.launched(launches)
        for launch in launches:
            for index in launch.indexes:
                key = (launch.task, join(launch.parent, index))
                assert self.ready.pop(key) == (launch.try_number, launch.carry)
            self.out[launch.fence] = (launch, list(launch.indexes))

    def _end_some(self) -> None:
        fence = self.random.choice(sorted(self.out))
        launch, live = self.out[fence]
        ending = self.random.sample(live, self.random.randint(1, len(live)))
        if self.random.random() < 0.5:
            ending.sort()
        event = self._script(launch, ending)
        self._forget(fence, ending)
        self.past.append(event)
        self.send([event])

    def _forget(self, fence: int, indexes: list[int]) -> None:
        launch, live = self.out[fence]
        rest = [index for index in live if index not in indexes]
        self.admission.released(RUN_NUMBER, launch.task, len(live) - len(rest))
        self.out[fence] = (launch, rest)
        if not rest:
            del self.out[fence]

    def _script(self, launch: Launch, indexes: list[int]) -> TriesEnded:
        task = self.spec.tasks[launch.task]
        states, values, items, extras = bytearray(), [], [], {}
        for column, _ in enumerate(indexes):
            state = self.random.choice([State.SUCCESS] * 16 + [State.FAILED] * 2 + [State.SKIPPED, None])
            if state is None:
                state = self.random.choice([State.UP_FOR_RESCHEDULE, State.DEFERRED])
                resume_at = self.clock + self.random.randint(0, 3)
                if state == State.DEFERRED and self.random.random() < 0.5:
                    resume_at = None
                extras[column] = TryExtra(resume_at=resume_at, carry=b"carried")
            elif state == State.FAILED and self.random.random() < 0.3:
                extras[column] = TryExtra(no_retry=True)
            elif state == State.SUCCESS and task.kind in {"branch", "short_circuit"}:
                later = range(launch.task + 1, len(self.spec.tasks))
                extras[column] = TryExtra(skips=tuple(each for each in later if self.random.random() < 0.25))
            states.append(state)
            values.append(b"j1" if state == State.SUCCESS and self.random.random() < 0.85 else None)
            items.append(self.random.choice([0, 1, 2, 2, 2, 3, 3, 4, -1]) if state == State.SUCCESS else -1)
        count = len(indexes)
        return TriesEnded(
            run=RUN_NUMBER,
            task=launch.task,
            parent=launch.parent,
            fence=launch.fence,
            try_number=launch.try_number,
            indexes=list(indexes),
            states=states,
            started_at=[self.clock] * count,
            ended_at=[self.clock] * count,
            log_segments=[0] * count,
            log_offsets=[0] * count,
            log_lengths=[0] * count,
            values=values,
            item_counts=items if task.feeds_map else [],
            extras=extras,
        )

    def _measure(self) -> None:
        most = 1 if self.spec.fail_fast else 4
        map_number, parent, _ = self.random.choice(self.unmeasured)
        asked = [each for each in self.unmeasured if each[:2] == (map_number, parent)][:most]
        self.unmeasured = [each for each in self.unmeasured if each not in asked]
        for each in asked:
            self.measured.setdefault(each, self.random.choice([-1, 0, 1, 2, 2, 2, 3, 3]))
        self._answer(asked)

    def _answer(self, asked: list[tuple[int, Path, int]]) -> None:
        map_number, parent, _ = asked[0]
        event = MapsMeasured(
            run=RUN_NUMBER,
            map=map_number,
            parent=parent,
            indexes=[index for *_, index in asked],
            counts=[self.measured[each] for each in asked],
            errors={index: "it has no length" for *_, index in asked if self.measured[map_number, parent, index] < 0},
        )
        self.batch += 1
        rank = self._next_rank()
        for *_, index in asked:
            context = join(parent, index)
            count = self.measured[map_number, parent, index]
            if (map_number, context) not in self.facts.measured:
                self.facts.measured[map_number, context] = (count, rank)
        changes = self.machine.apply([event])
        if any(isinstance(each, EndInstances) and each.state == State.FAILED for each in changes):
            # What the answer itself fails is recorded first; then everything else is left out.
            self.facts.failed_at = rank + 1 if self.facts.failed_at is None else self.facts.failed_at
        self._take_in(changes)
        self.past.append(event)

    def _return_some(self) -> None:
        fence = self.random.choice(sorted(self.out))
        launch, live = self.out[fence]
        back = self.random.sample(live, self.random.randint(1, len(live)))
        self._forget(fence, back)
        event = TriesReturned(run=RUN_NUMBER, task=launch.task, fence=fence, indexes=back)
        self.past.append(event)
        self.send([event])

    def _repeat(self) -> None:
        """A late or duplicate message changes nothing."""
        event = self.random.choice(self.past)
        before = self.machine.snapshot()
        assert self.machine.apply([event]) == []
        assert self.machine.snapshot() == before

    def _tick(self) -> None:
        self.clock += self.random.randint(0, 2)
        self.send([ClockTicked(run=RUN_NUMBER, at=self.clock)])

    def _fire(self) -> None:
        """Some triggers fire, together with some that nobody waits for any more."""
        if not self.watched:
            return
        tickets = self.random.sample(sorted(self.watched), self.random.randint(1, len(self.watched)))
        event = TriggersFired(
            run=RUN_NUMBER,
            at=self.clock,
            tickets=[*tickets, 1_000_000],
            carries=[*(self.watched.pop(ticket) + b" and fired" for ticket in tickets), b"late"],
        )
        self.past.append(event)
        self.send([event])

    def _restart(self) -> None:
        """The process dies: a machine made from the store equals the one that lived on without its open tries."""
        self._tick()
        for fence, (launch, live) in list(self.out.items()):
            self.past.append(self._script(launch, live))
            self.send([TriesReturned(run=RUN_NUMBER, task=launch.task, fence=fence, indexes=live)])
        self.out.clear()
        lived = self.machine
        history = self.recorder.history()
        self.machine, changes = RunState.restore(RUN_NUMBER, self.spec, history, self.clock)
        kinds = {type(change) for change in changes}
        assert kinds <= {QueueInstances, MeasureMaps, WatchTriggers}, kinds
        self.past = [event for event in self.past if not isinstance(event, TriggersFired)]
        watched, self.watched = sorted(self.watched.values()), {}
        mine, theirs = self.machine.snapshot(), lived.snapshot()
        for section, content in mine.items():
            assert content == theirs[section], section
        ready, unmeasured = self.ready, self.unmeasured
        self.ready, self.unmeasured = {}, []
        self.admission = self._new_admission()
        self._take_in(changes)
        assert self.ready == ready
        assert sorted(self.watched.values()) == watched
        assert set(self.unmeasured) <= set(unmeasured)
        for moot in set(unmeasured) - set(self.unmeasured):
            answer = MapsMeasured(run=RUN_NUMBER, map=moot[0], parent=moot[1], indexes=[moot[2]], counts=[1], errors={})
            assert lived.apply([answer]) == [], "what is no longer asked makes no difference"

    # --- what should have happened ---

    def check(self) -> None:
        """Compare everything with the reference."""
        reference = Reference(self.spec, deepcopy(self.facts))
        for task in self.spec.tasks:
            expected = reference.decisions(task)
            actual = dict(self.machine.instances(task.number))
            assert actual.keys() == expected.keys(), (task, actual, expected)
            for path, decision in expected.items():
                self._check(task.number, path, decision, actual[path])
        if self.ended:
            ends = self.facts.ends.items()
            bad = any(
                end.state in {State.FAILED, State.UPSTREAM_FAILED} for (of, _), end in ends if of in self.spec.leaves
            )
            assert self.machine.status == (RunStatus.FAILED if bad else RunStatus.SUCCESS)

    def _check(self, task: int, path: Path, decision: Decision | None, actual: State) -> None:
        story = (self.spec.tasks[task], path, decision, actual, self.facts)
        if decision is None:
            assert actual == State.NONE, story
            return
        in_batch = 0 if decision.rank == START else self.batch_of_rank[decision.rank]
        assert self.decided_in[task, path] == in_batch, story
        if decision.what != RUN:
            # A context that comes into being when its setups were skipped and something else has failed sees both at
            # once; the setups then go first.
            at_once = {decision.what, actual} == {State.SKIPPED, State.UPSTREAM_FAILED} and self.spec.tasks[task].setups
            assert actual == decision.what or at_once, story
            return
        assert actual != State.NONE, story
        end = self.facts.ends.get((task, path))
        assert end is None or end.state == actual, story
        if self.spec.tasks[task].kind == "empty":
            assert actual == State.SUCCESS, story
