"""The way of a running try to the world: over the worker's channel."""

from __future__ import annotations

import threading
import time

from fanjet.errors import ExecutionError
from fanjet.model.frames import Ask, Pushed
from fanjet.model.requests import Failure, Request, Response
from fanjet.worker.channel import Channel
from fanjet.worker.held_signals import HeldSignals
from fanjet.worker.slot import WAITED, Slot


class ChannelClient:
    """The `TryClient` of a local worker. Threads of a task may share it.

    Args:
        channel: To the executor.
        slot: Gets to know how long answers are waited for.
    """

    def __init__(self, channel: Channel, slot: Slot) -> None:
        self._channel = channel
        self._instants = slot.instants
        self._lock = threading.Lock()
        #: Of the running try; 0 between tries.
        self.sequence = 0

    def ask(self, request: Request) -> Response:
        with HeldSignals(), self._lock:
            asked_at = time.monotonic()
            answer = self._channel.ask(Ask(self._get_sequence(), request))
            self._instants[WAITED] += time.monotonic() - asked_at
        if answer is None:
            raise ExecutionError("The scheduler is gone.")
        if isinstance(answer.response, Failure):
            raise ExecutionError(answer.response.message)
        return answer.response

    def push(self, key: str, value: bytes) -> None:
        with HeldSignals(), self._lock:
            self._channel.send(Pushed(self._get_sequence(), key, value))

    def _get_sequence(self) -> int:
        if not self.sequence:
            raise ExecutionError(
                "The try that this thread belongs to is over. Fix: join the threads of a task before it returns."
            )
        return self.sequence
