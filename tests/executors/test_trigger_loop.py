"""The loop in which triggers run: what they print, what blocks it, how they end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from fanjet import BaseTrigger, TriggerEvent
from fanjet.model.deferrals import Deferral, Firing, Outcome, encode_deferral, find_deferral
from fanjet.runtime.clock import SYSTEM_CLOCK
from fanjet.runtime.value_store import ValueOwner, ValueStore
from fanjet.runtime.values import decode, encode
from fanjet.worker.trigger_loop import TriggerLoop


class Probe(BaseTrigger):
    """Does what its name says."""

    noted: ClassVar[list[str]] = []

    def __init__(self, kind: str) -> None:
        self.kind = kind

    async def run(self) -> AsyncIterator[TriggerEvent]:
        print("begins", self.kind)
        if self.kind == "block":
            time.sleep(0.6)
        elif self.kind == "wait":
            await asyncio.sleep(60)
        elif self.kind == "cancel itself":
            raise asyncio.CancelledError
        elif self.kind == "exit":
            raise SystemExit(3)
        elif self.kind == "no event":
            yield "a text"  # type: ignore[misc] # that is what is tested
        await asyncio.sleep(0.01)
        assert self.task_instance is not None
        yield TriggerEvent([self.kind, self.task_instance.task_id, self.task_instance.map_index])

    async def cleanup(self) -> None:
        self.noted.append(f"cleanup {self.kind}")

    async def on_kill(self) -> None:
        self.noted.append(f"on_kill {self.kind}")


class NoGenerator(Probe):
    async def run(self) -> TriggerEvent:  # type: ignore[override] # that is what is tested
        return TriggerEvent(1)


class Fired(dict[int, Firing]):
    """What has fired, by ticket."""

    def note(self, key: tuple[int, int], carry: bytes) -> None:
        deferral = find_deferral(carry)
        assert deferral is not None
        assert deferral.firing is not None
        self[key[1]] = deferral.firing


def carry(store: ValueStore, kind: str, name: str = "Probe") -> bytes:
    kwargs = encode({"kind": kind}, store, ValueOwner(1, "t", (3,), 1, "trigger"))
    return encode_deferral(Deferral("d", "run-1", 1, "t", (3,), 1, f"{__name__}.{name}", kwargs, "go", b"j{}"))


@pytest.fixture
def store(tmp_path: Path) -> ValueStore:
    Probe.noted.clear()
    return ValueStore(str(tmp_path))


def run(store: ValueStore, *kinds: str, name: str = "Probe") -> Fired:
    fired = Fired()

    async def work() -> None:
        loop = TriggerLoop(store, SYSTEM_CLOCK, fired.note)
        for ticket, kind in enumerate(kinds):
            loop.watch((1, ticket), carry(store, kind, name))
        while len(loop):
            await asyncio.sleep(0.01)
        await loop.close(5)

    asyncio.run(work())
    return fired


def test_events_carry_their_payload_and_what_was_printed_until_then(store: ValueStore, capsys: Any) -> None:
    fired = run(store, "a", "b")
    assert decode(fired[1].payload or b"") == ["b", "t", 3]
    assert "begins b" in capsys.readouterr().out
    assert sorted(Probe.noted) == ["cleanup a", "cleanup b"]


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("cancel itself", "Probe", "was cancelled by its own code"),
        ("exit", "Probe", "The task called sys.exit(3)"),
        ("no event", "Probe", "gave 'a text', which is no event"),
        ("a", "NoGenerator", "is no async generator. Fix: write async def run(self) with yield"),
        ("a", "Nothing", "cannot be imported"),
    ],
)
def test_what_goes_wrong_is_told(store: ValueStore, kind: str, name: str, words: str) -> None:
    fired = run(store, kind, name=name)
    assert fired[0].outcome is Outcome.FAILED
    assert words in (fired[0].error or "")


def test_a_trigger_that_blocks_is_named(store: ValueStore, capsys: Any) -> None:
    run(store, "block", "a")
    told = capsys.readouterr().err
    assert told.count("Probe of task 't' blocked all other triggers for 0.6 s") == 1


def test_dropped_triggers_clean_up_and_only_killed_ones_end_what_they_watch(store: ValueStore) -> None:
    fired = Fired()

    async def work() -> None:
        loop = TriggerLoop(store, SYSTEM_CLOCK, fired.note)
        for ticket in range(3):
            loop.watch((1, ticket), carry(store, "wait"))
        await asyncio.sleep(0.05)
        loop.drop((1, 0), killed=True)
        loop.drop((1, 1), killed=False)
        await loop.close(5)

    asyncio.run(work())
    assert not fired
    assert sorted(Probe.noted) == ["cleanup wait"] * 3 + ["on_kill wait"]


def test_thousands_wait_at_once(store: ValueStore) -> None:
    fired = Fired()

    async def work() -> None:
        loop = TriggerLoop(store, SYSTEM_CLOCK, fired.note)
        one = carry(store, "a")
        for ticket in range(2000):
            loop.watch((1, ticket), one)
        while len(fired) < 2000:
            await asyncio.sleep(0.05)

    began = time.process_time()
    asyncio.run(work())
    assert time.process_time() - began < 10
