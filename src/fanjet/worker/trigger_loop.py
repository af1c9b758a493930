"""Runs triggers, thousands at once, in one asyncio loop."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from importlib import import_module
from inspect import isasyncgen
from typing import Any, TypeAlias, TypeVar

from fanjet.authoring.triggers import (
    BaseTaskEndEvent,
    BaseTrigger,
    TaskFailedEvent,
    TaskSkippedEvent,
    TriggerEvent,
    WaitingInstance,
)
from fanjet.errors import DagTypeError
from fanjet.model.deferrals import Deferral, Firing, Outcome, find_deferral, fire
from fanjet.model.paths import show
from fanjet.runtime.clock import Clock
from fanjet.runtime.failures import describe, log_traceback, write_log
from fanjet.runtime.value_store import ValueOwner, ValueStore
from fanjet.runtime.values import decode, encode
from fanjet.worker.trigger_output import TriggerOutput, capture

#: (run, ticket), as in `fanjet.model.changes.WatchTriggers`.
Key: TypeAlias = tuple[int, int]
_T = TypeVar("_T")

#: A step that took longer kept all other triggers waiting, and is told.
SLOW_STEP_S = 0.5
#: So long may `cleanup` and `on_kill` take.
_CLEANUP_S = 10.0


class TriggerLoop:
    """The triggers of one process. All methods are called within the loop.

    Args:
        store: Takes large payloads of events.
        clock: The time that triggers live in.
        fired: Called with what each try gets back, once for each trigger that was not dropped before.
    """

    def __init__(self, store: ValueStore, clock: Clock, fired: Callable[[Key, bytes], None]) -> None:
        self._store = store
        self._clock = clock
        self._fired = fired
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._killed: set[Key] = set()
        #: What is being cleaned up, its wait over.
        self._closing: set[asyncio.Task[None]] = set()
        #: The trigger whose code runs at this moment, and since when (`time.monotonic`).
        self.stepping: tuple[str, float] | None = None

    def __len__(self) -> int:
        return len(self._tasks)

    def watch(self, key: Key, carry: bytes) -> None:
        """Run the trigger that a try waits for."""
        deferral = find_deferral(carry)
        assert deferral is not None, key
        task = asyncio.get_running_loop().create_task(self._stepwise(self._watch(key, deferral), deferral))
        self._tasks[key] = task
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def drop(self, key: Key, *, killed: bool) -> None:
        """End a trigger; `killed` as in `fanjet.model.changes.DropTriggers`."""
        task = self._tasks.pop(key, None)
        if task is not None:
            if killed:
                self._killed.add(key)
            task.cancel()

    async def close(self, patience_s: float) -> None:
        """End all triggers, and let them clean up."""
        for key in list(self._tasks):
            self.drop(key, killed=False)
        if self._closing:
            await asyncio.wait(self._closing, timeout=patience_s)

    async def _watch(self, key: Key, deferral: Deferral) -> None:
        output = capture(f"{deferral.task_id}[{show(deferral.path)}]" if deferral.path else deferral.task_id)
        trigger: Any = None
        try:
            trigger = _make(deferral, key[1], self._clock)
            firing = self._make_firing(await _first_event(trigger, deferral), deferral)
        except asyncio.CancelledError:
            if key not in self._tasks:
                await self._clean_up(trigger, killed=key in self._killed)
                self._killed.discard(key)
                return
            # Nobody has dropped it: something inside cancelled itself.
            firing = Firing(Outcome.FAILED, error=f"Trigger {deferral.classpath} was cancelled by its own code.")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the author's code may raise anything
            log_traceback(error)
            told = "" if isinstance(error, DagTypeError) else f"Trigger {deferral.classpath} failed: "
            firing = Firing(Outcome.FAILED, error=told + describe(error))
        self._report(key, deferral, firing, output)
        await self._clean_up(trigger, killed=False)

    def _report(self, key: Key, deferral: Deferral, firing: Firing, output: TriggerOutput) -> None:
        self.tell_if_slow(deferral)  # now, so that the log of the instance has it
        if self._tasks.pop(key, None) is not None:
            self._fired(key, fire(deferral, Firing(firing.outcome, firing.payload, firing.error, output.text())))

    def _make_firing(self, event: Any, deferral: Deferral) -> Firing:
        """What an event means, its payload encoded."""
        if not isinstance(event, TriggerEvent):
            raise DagTypeError(
                f"Trigger {deferral.classpath} gave {event!r}, which is no event.", fix="yield TriggerEvent(...)"
            )
        if isinstance(event, BaseTaskEndEvent):
            outcome = Outcome.TASK_SUCCESS
            if isinstance(event, TaskFailedEvent):
                outcome = Outcome.TASK_FAILED
            elif isinstance(event, TaskSkippedEvent):
                outcome = Outcome.TASK_SKIPPED
            return Firing(outcome, self._encode(event.xcoms, deferral) if event.xcoms else None)
        return Firing(Outcome.EVENT, self._encode(event.payload, deferral))

    def _encode(self, payload: Any, deferral: Deferral) -> bytes:
        owner = ValueOwner(deferral.run, deferral.task_id, deferral.path, deferral.try_number, "event")
        return encode(payload, self._store, owner)

    async def _clean_up(self, trigger: Any, *, killed: bool) -> None:
        """What goes wrong here is told, and changes nothing."""
        if trigger is None:
            return
        for name in ("on_kill", "cleanup") if killed else ("cleanup",):
            method = getattr(trigger, name, None)
            if method is None:
                continue
            try:
                await asyncio.wait_for(method(), _CLEANUP_S)
            except TimeoutError:
                write_log(f"{name}() of the trigger took longer than {_CLEANUP_S:g} s and was given up.\n")
            except Exception as error:  # noqa: BLE001 - as above
                write_log(f"{name}() of the trigger failed:\n")
                log_traceback(error)

    def tell_if_slow(self, deferral: Deferral) -> None:
        """Say so where the code of a trigger has kept all others waiting."""
        if self.stepping is None:
            return
        took_s = time.monotonic() - self.stepping[1]
        self.stepping = (self.stepping[0], time.monotonic())
        if took_s > SLOW_STEP_S:
            write_log(
                f"Trigger {deferral.classpath} of task '{deferral.task_id}' blocked all other triggers "
                f"for {took_s:.1f} s. Fix: await in run(), or move what blocks to asyncio.to_thread().\n"
            )

    async def _stepwise(self, work: Awaitable[_T], deferral: Deferral) -> _T:
        return await _Steps(self, work, deferral)


class _Steps(Awaitable[_T]):
    """Measures each step of something that is awaited: between two waits nothing else in the loop can go on."""

    def __init__(self, loop: TriggerLoop, work: Awaitable[_T], deferral: Deferral) -> None:
        self._loop = loop
        self._work = work
        self._deferral = deferral

    def __await__(self) -> Generator[Any, Any, _T]:
        steps: Generator[Any, Any, _T] = self._work.__await__()
        go_on: Callable[[Any], Any] = steps.send
        answer: Any = None
        while True:
            try:
                waits_for = self._step(go_on, answer)
            except StopIteration as end:
                result: _T = end.value
                return result
            try:
                answer = yield waits_for
                go_on = steps.send
            except BaseException as error:  # noqa: BLE001 - handed on to the work
                answer, go_on = error, steps.throw

    def _step(self, go_on: Callable[[Any], Any], answer: Any) -> Any:
        self._loop.stepping = (self._deferral.classpath, time.monotonic())
        try:
            return go_on(answer)
        finally:
            self._loop.tell_if_slow(self._deferral)
            self._loop.stepping = None


def _make(deferral: Deferral, number: int, clock: Clock) -> BaseTrigger:
    """The trigger that a try waits for.

    Raises:
        DagTypeError: Its class is not there, or does not take the arguments.
    """
    module, _, name = deferral.classpath.rpartition(".")
    try:
        made_by = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise DagTypeError(
            f"Trigger {deferral.classpath} of task '{deferral.task_id}' cannot be imported: {error}.",
            fix="let serialize() name the module and the class so that they can be imported",
        ) from error
    kwargs: Mapping[str, Any] = decode(deferral.kwargs)
    trigger: BaseTrigger = made_by(**kwargs)
    trigger.trigger_id = number
    trigger.task_instance = WaitingInstance(
        deferral.dag_id, deferral.run_id, deferral.task_id, deferral.path, deferral.try_number
    )
    trigger.clock = clock
    return trigger


async def _first_event(trigger: BaseTrigger, deferral: Deferral) -> Any:
    events = trigger.run()
    if not isasyncgen(events):
        if asyncio.iscoroutine(events):
            events.close()
        raise DagTypeError(
            f"run() of trigger {deferral.classpath} is no async generator.", fix="write async def run(self) with yield"
        )
    async with contextlib.aclosing(events):
        async for event in events:
            return event
    raise DagTypeError(
        f"Trigger {deferral.classpath} ended without an event.", fix="yield TriggerEvent(...) when the wait is over"
    )
