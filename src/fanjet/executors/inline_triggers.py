"""Triggers of the inline executor: they run in the calling process, while it has nothing else to do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from fanjet.model.changes import DropTriggers, WatchTriggers
from fanjet.model.events import Event, TriggersFired
from fanjet.runtime.clock import Clock
from fanjet.runtime.value_store import ValueStore
from fanjet.worker.trigger_loop import TriggerLoop

_CLOSE_PATIENCE_S = 5.0


class InlineTriggers:
    """A loop that stands still between two calls of `run`.

    Args:
        store: Takes large payloads of events.
        clock: The time that triggers live in.
        make_loop: Makes the loop.
    """

    def __init__(
        self,
        store: ValueStore,
        clock: Clock,
        make_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
    ) -> None:
        self._clock = clock
        self._loop = make_loop()
        self._something_fired = asyncio.Event()
        self._triggers = TriggerLoop(store, clock, self._note_fired)
        #: By run.
        self._fired: dict[int, TriggersFired] = {}
        self._waiting: set[tuple[int, int]] = set()

    def __bool__(self) -> bool:
        """Whether anything is waited for."""
        return bool(self._waiting)

    def watch(self, request: WatchTriggers) -> None:
        """Run triggers from the next `run` on."""
        for ticket, carry in zip(request.tickets, request.carries, strict=True):
            key = (request.run, ticket)
            self._waiting.add(key)
            self._loop.call_soon(self._triggers.watch, key, carry)

    def drop(self, request: DropTriggers) -> None:
        """End triggers."""
        for ticket in request.tickets:
            key = (request.run, ticket)
            self._waiting.discard(key)
            self._loop.call_soon(partial(self._triggers.drop, key, killed=request.killed))

    def run(self, timeout_s: float) -> list[Event]:
        """Go on with all triggers until one fires or the time is over; what fired."""
        if not self._fired:
            self._run(self._wait(timeout_s))
        events, self._fired = list(self._fired.values()), {}
        return [*events]

    def close(self) -> None:
        """End all triggers, and let them clean up."""
        self._waiting.clear()
        self._run(self._triggers.close(_CLOSE_PATIENCE_S))
        self._loop.close()

    async def _wait(self, timeout_s: float) -> None:
        self._something_fired.clear()
        timer = asyncio.get_running_loop().call_later(timeout_s, self._something_fired.set)
        try:
            await self._something_fired.wait()
        finally:
            timer.cancel()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        """Where a loop runs already in this thread, as in a notebook, this one runs in another."""
        if asyncio._get_running_loop() is None:  # noqa: SLF001 - the public name of it raises
            self._loop.run_until_complete(work)
            return
        thread = threading.Thread(target=self._loop.run_until_complete, args=(work,))
        thread.start()
        thread.join()

    def _note_fired(self, key: tuple[int, int], carry: bytes) -> None:
        run, ticket = key
        if key in self._waiting:
            self._waiting.discard(key)
            now = self._clock.time()
            event = self._fired.setdefault(run, TriggersFired(run=run, at=now, tickets=[], carries=[]))
            event.tickets.append(ticket)
            event.carries.append(carry)
            self._something_fired.set()
