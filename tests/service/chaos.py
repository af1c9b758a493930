"""A service that is hurt at random for a while, and the proof from its database that nothing was lost.

Processes of every kind are killed with SIGKILL or stopped past their leases, and a database server is killed as well.
A sampler looks on: what has once ended well must never change.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import psutil

from fanjet.errors import FanjetError
from fanjet.model.paths import decode
from fanjet.model.states import RunStatus, State
from fanjet.store.database.connections import open_reader
from fanjet.store.database.database import Database
from service.running import Service

STORM = """
import os, random, time
from fanjet import dag, task

@dag(max_active_runs=8)
def storm(count: int = 0):
    @task(retries=20, retry_delay=0.05)
    def find(params=None):
        return list(range(params["count"]))

    @task(retries=20, retry_delay=0.05)
    def work(item):
        time.sleep(random.random() * 0.004)
        return item

    @task(retries=20, retry_delay=0.05)
    def add(items):
        return sum(items)

    add(work.expand(item=find()))

storm()
"""
WORK, ADD = 1, 2


@dataclass
class Outcome:
    """What the database says in the end, and what was done meanwhile."""

    states: list[str] = field(default_factory=list)
    #: By run: how many instances of `work` have ended well, and what `add` returned.
    ended: list[int] = field(default_factory=list)
    sums: list[Any] = field(default_factory=list)
    hurt: Counter[str] = field(default_factory=Counter)
    #: Instances that had ended well when the sampler looked, and were otherwise later.
    changed: list[str] = field(default_factory=list)
    sampled: int = 0
    retried: int = 0
    took_s: float = 0.0

    def __str__(self) -> str:
        hurt = ", ".join(f"{count} x {what}" for what, count in sorted(self.hurt.items()))
        return (
            f"{sum(self.ended):,} instances in {len(self.states)} runs, {self.took_s:.0f} s; {hurt}; "
            f"{self.sampled:,} looks at ended instances, {len(self.changed)} changed; {self.retried:,} retried"
        )


class Storm:
    """Hurts a service.

    Args:
        service: Not started yet.
        database: Its database.
        seed: Of all chances.
        restart_database: Kills the database server and starts it again; None for a file.
    """

    def __init__(
        self, service: Service, database: Database, seed: int, restart_database: Callable[[], None] | None = None
    ) -> None:
        self._service = service
        self._database = database
        self._chances = random.Random(seed)
        self._restart_database = restart_database
        self._known: dict[tuple[int, bytes], tuple[Any, ...]] = {}
        self.outcome = Outcome()

    def run(self, arguments: Sequence[str], *, runs: int, count: int, last_s: float) -> Outcome:
        """Start the service and the runs, hurt it for so long, and wait for the ends."""
        dags = self._service.folder / "dags"
        dags.mkdir()
        (dags / "storm.py").write_text(STORM)
        self._service.start("--dags", str(dags), *arguments)
        self._service.wait_until(
            lambda: "storm" in self._service.run("dags", "list", "--json").stdout, "it has the DAG"
        )
        begun_at = time.monotonic()
        for number in range(runs):
            self._service.run("trigger", "storm", "--params", json.dumps({"count": count}), "--run-id", f"r{number}")
        sampler = Thread(target=self._sample_until, args=(begun_at + last_s,))
        sampler.start()
        while time.monotonic() < begun_at + last_s and not self._are_over(runs):
            time.sleep(self._chances.uniform(0.5, 2.5))
            self._hurt(is_late=time.monotonic() > begun_at + last_s / 3)
        sampler.join()
        self._wait_for_ends(runs)
        self.outcome.took_s = time.monotonic() - begun_at
        self._sample()
        self._read_outcome()
        return self.outcome

    # --- hurting ---

    def _hurt(self, *, is_late: bool) -> None:
        if self._restart_database is not None and (
            self._chances.random() < 0.04 or (is_late and not self.outcome.hurt["database"])
        ):
            self._restart_database()
            self.outcome.hurt["database"] += 1
            return
        role = self._chances.choice(["scheduler"] * 5 + ["worker"] * 8 + ["server", "folder", "pause"])
        with contextlib.suppress(psutil.Error, IndexError):
            if role == "worker":
                self._chances.choice(self._list_below_schedulers()).kill()
            elif role == "pause":
                self._pause(self._chances.choice(self._list_roles("scheduler")))
            else:
                self._chances.choice(self._list_roles(role)).kill()
            self.outcome.hurt[role] += 1

    def _pause(self, process: psutil.Process) -> None:
        """Past its lease, so that another goes on with its runs; what it writes when it is continued is refused."""
        process.send_signal(signal.SIGSTOP)
        time.sleep(self._chances.uniform(4.5, 6.0))
        process.send_signal(signal.SIGCONT)

    def _list_roles(self, role: str) -> list[psutil.Process]:
        children = psutil.Process(self._service.pid).children()
        return [child for child in children if role in child.cmdline()[3:5]]

    def _list_below_schedulers(self) -> list[psutil.Process]:
        """Guards, zygotes and workers."""
        return [below for role in self._list_roles("scheduler") for below in role.children(recursive=True)]

    # --- looking ---

    def _select(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        reader = open_reader(self._database, 10.0)
        try:
            return reader.select(statement, *parameters)
        finally:
            reader.close()

    def _are_over(self, runs: int) -> bool:
        with contextlib.suppress(FanjetError):  # the database is being started again
            return self._select("SELECT count(*) FROM run WHERE ended_at IS NOT NULL")[0][0] == runs
        return False

    def _wait_for_ends(self, runs: int, patience_s: float = 240.0) -> None:
        give_up_at = time.monotonic() + patience_s
        while not self._are_over(runs):
            assert time.monotonic() < give_up_at, f"the runs do not end:\n{self._service.text()[-6000:]}"
            time.sleep(0.5)

    def _sample_until(self, end_at: float) -> None:
        while time.monotonic() < end_at:
            with contextlib.suppress(FanjetError):
                self._sample()
            time.sleep(1.0)

    def _sample(self) -> None:
        """What has ended well stays as it is."""
        rows = self._select(
            "SELECT run, path, try_number, ended_at, value FROM instance WHERE task = ? AND state = ?",
            WORK,
            State.SUCCESS,
        )
        now = {(run, bytes(path)): (tried, ended_at, bytes(value or b"")) for run, path, tried, ended_at, value in rows}
        for key, before in self._known.items():
            if now.get(key) != before:
                self.outcome.changed.append(f"run {key[0]} {decode(key[1])}: {before} is {now.get(key)}")
        self._known = now
        self.outcome.sampled += len(now)

    def _read_outcome(self) -> None:
        outcome = self.outcome
        for run, state in self._select("SELECT run, state FROM run ORDER BY run"):
            outcome.states.append(RunStatus(state).label)
            count = "SELECT count(*), sum(CASE WHEN try_number > 1 THEN 1 ELSE 0 END) FROM instance "
            ((ended, retried),) = self._select(
                f"{count} WHERE run = ? AND task = ? AND state = ?", run, WORK, State.SUCCESS
            )
            outcome.ended.append(ended)
            outcome.retried += retried or 0
            summary = self._select("SELECT success FROM summary WHERE run = ? AND task = ?", run, WORK)
            assert summary == [(ended,)], "the summary says what the rows say"
            values = self._select("SELECT value FROM instance WHERE run = ? AND task = ?", run, ADD)
            outcome.sums += [json.loads(bytes(value)[1:]) for (value,) in values if value is not None]


def is_quick() -> bool:
    """Whether only a short storm is wanted, for trying things out."""
    return bool(os.environ.get("SHORT_STORM"))
