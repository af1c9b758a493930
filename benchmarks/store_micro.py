"""What the store costs by itself: CPU and wall time per ended try, per hop of a chain, per restored instance.

Run as ``python -m benchmarks.store_micro [--n 200000] [--home FOLDER]``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fanjet.model.changes import EndInstances, RecordTries
from fanjet.model.events import TriesEnded, TryExtra
from fanjet.model.launches import Launch
from fanjet.model.lengths import LiteralLength
from fanjet.model.requests import GetValues
from fanjet.model.runs import NewRun
from fanjet.model.spec import DagSpec, MapSpec, TaskSpec
from fanjet.model.states import State
from fanjet.store.journal.journal import Journal

SESSION_S = 3600.0


def main() -> None:
    """Measure and print one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200_000, help="instances of each fan-out")
    parser.add_argument("--home", type=Path, help="where to put the database (default: a temporary folder)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.home) as folder:
        for batch in (200, 500, 1000):
            report(fan_out(Path(folder) / f"fan{batch}", args.n, batch, extras=False))
        report(fan_out(Path(folder) / "labels", args.n, 500, extras=True))
        report(chain(Path(folder) / "chain", 2000))
        report(skips(Path(folder) / "skips", args.n))


def report(result: dict[str, object]) -> None:
    """Print one result."""
    print(json.dumps(result), flush=True)


def make_spec() -> DagSpec:
    """Two mapped tasks, one after the other."""
    maps = tuple(MapSpec(number=n, scope=(), length=LiteralLength(count=1), task=n, group=None) for n in range(2))
    tasks = tuple(TaskSpec(number=n, task_id=f"t{n}", operator="task", map=n) for n in range(2))
    return DagSpec(dag_id="micro", file="micro.py", tasks=tasks, maps=maps)


def open_run(home: Path) -> tuple[Journal, int]:
    """A journal with the lease of one run."""
    journal = Journal.open(home)
    session = journal.begin_session(host="here", pid=1)
    version = journal.save_version(make_spec(), bundle="", root="/", file="micro.py")
    now = datetime.now(UTC)
    run = journal.create_run(version=version, info=NewRun(run_id="one", created_at=now, started_at=now)).number
    journal.take_lease(run, session, lease_s=SESSION_S)
    return journal, run


def make_ends(run: int, first: int, count: int, *, extras: bool) -> RecordTries:
    """The ends of one launch."""
    now = time.time()
    ended = TriesEnded(
        run=run,
        task=0,
        parent=(),
        fence=first,
        try_number=1,
        indexes=list(range(first, first + count)),
        states=bytearray([State.SUCCESS]) * count,
        started_at=[now + n * 1e-5 for n in range(count)],
        ended_at=[now + n * 1e-5 + 2e-6 for n in range(count)],
        log_segments=[1 << 32] * count,
        log_offsets=[0] * count,
        log_lengths=[0] * count,
        values=[b"j%d" % n for n in range(count)],
        item_counts=[],
        extras={n: TryExtra(label=f"item {n}") for n in range(count)} if extras else {},
    )
    return RecordTries(ended=ended, positions=None, states=bytes(ended.states), resume_at={})


def make_launch(run: int, fence: int, first: int, count: int) -> Launch:
    """A launch of the first try."""
    return Launch(fence=fence, run=run, task=0, parent=(), first=first, count=count, try_number=1, worker=1)


def timed(writes: Iterator[Callable[[], None]]) -> tuple[float, float, list[float]]:
    """CPU seconds, wall seconds, and the wall time of each write; making its input is not counted."""
    cpu_s, each_s = 0.0, []
    for write in writes:
        cpu_at, at = time.process_time(), time.perf_counter()
        write()
        each_s.append(time.perf_counter() - at)
        cpu_s += time.process_time() - cpu_at
    return cpu_s, sum(each_s), sorted(each_s)


def fan_out(home: Path, n: int, batch: int, *, extras: bool) -> dict[str, object]:
    """Ends of `batch` tries and the launch of as many more per transaction; then restore and page through them."""
    journal, run = open_run(home)

    def writes() -> Iterator[Callable[[], None]]:
        for first in range(0, n, batch):
            records = [make_ends(run, first, batch, extras=extras)]
            launches = [make_launch(run, first + 1, first, batch)]
            yield partial(journal.write, records, launches, at=time.time())

    cpu_s, wall_s, each_s = timed(writes())
    at = time.perf_counter()
    journal.read_history(run)
    restore_s = time.perf_counter() - at
    at = time.perf_counter()
    for offset in range(0, n, 1000):
        journal.get_values(run, GetValues(task=0, prefix=(), offset=offset, limit=1000))
    pages_s = time.perf_counter() - at
    journal.close()
    return {
        "what": "fan-out with labels" if extras else "fan-out",
        "n": n,
        "batch": batch,
        "cpu_us": round(cpu_s / n * 1e6, 2),
        "wall_us": round(wall_s / n * 1e6, 2),
        "commit_ms_median": round(each_s[len(each_s) // 2] * 1e3, 2),
        "commit_ms_max": round(each_s[-1] * 1e3, 2),
        "restore_us": round(restore_s / n * 1e6, 2),
        "page_value_us": round(pages_s / n * 1e6, 2),
        "bytes": round(sum(file.stat().st_size for file in home.iterdir()) / n),
    }


def chain(home: Path, n: int) -> dict[str, object]:
    """One end and one launch per transaction."""
    journal, run = open_run(home)

    def writes() -> Iterator[Callable[[], None]]:
        for at in range(n):
            records, launches = [make_ends(run, at, 1, extras=False)], [make_launch(run, at + 1, at, 1)]
            yield partial(journal.write, records, launches, at=time.time())

    cpu_s, _, each_s = timed(writes())
    journal.close()
    return {
        "what": "chain",
        "n": n,
        "cpu_us": round(cpu_s / n * 1e6, 1),
        "hop_ms_median": round(each_s[n // 2] * 1e3, 3),
        "hop_ms_p99": round(each_s[int(n * 0.99)] * 1e3, 3),
        "hop_ms_max": round(each_s[-1] * 1e3, 3),
    }


def skips(home: Path, n: int) -> dict[str, object]:
    """One record that ends a whole map without tries."""
    journal, run = open_run(home)
    record = EndInstances(run=run, task=1, parent=(), indexes=range(n), state=State.SKIPPED, at=time.time())
    cpu_s, wall_s, _ = timed(iter([lambda: journal.write([record], [], at=0.0)]))
    journal.close()
    return {"what": "skips", "n": n, "cpu_us": round(cpu_s / n * 1e6, 2), "wall_us": round(wall_s / n * 1e6, 2)}


if __name__ == "__main__":
    main()
