"""A home with runs in it, written through the journal as a scheduler would."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fanjet.model.changes import EndInstances, EndRun, RecordTries, RecordXCom, SetMapLength
from fanjet.model.events import TriesEnded, TryExtra, XComPushed
from fanjet.model.launches import Launch
from fanjet.model.lengths import LiteralLength, ResultLength
from fanjet.model.paths import Path as MapPath
from fanjet.model.runs import NewRun, RunInfo
from fanjet.model.spec import DagSpec, GroupSpec, MapSpec, TaskSpec
from fanjet.model.states import RunStatus, State
from fanjet.store.files.logs import locate_segment
from fanjet.store.journal.journal import Journal

STARTED_AT = 1_767_607_200.0
DISCOVER, TRAIN, FIT, TABLE = range(4)

SWEEP = DagSpec(
    dag_id="sweep",
    file="sweep.py",
    tasks=(
        TaskSpec(number=DISCOVER, task_id="discover", operator="@task", feeds_map=True),
        TaskSpec(number=TRAIN, task_id="train", operator="@task", map=0, upstream=(DISCOVER,), retries=1),
        TaskSpec(number=FIT, task_id="region.fit", operator="@task", scope=(1,), map=2, group="region"),
        TaskSpec(number=TABLE, task_id="region.table", operator="@task", scope=(1,), upstream=(FIT,), group="region"),
    ),
    maps=(
        MapSpec(number=0, scope=(), length=ResultLength(DISCOVER), task=TRAIN, group=None),
        MapSpec(number=1, scope=(), length=LiteralLength(2), task=None, group="region"),
        MapSpec(number=2, scope=(1,), length=LiteralLength(3), task=FIT, group=None),
    ),
    groups=(GroupSpec(group_id="region", map=1),),
    leaves=(TRAIN, TABLE),
)


class Seeder:
    """Writes runs of one DAG into a home, as the scheduler with this process number."""

    def __init__(self, home: Path, spec: DagSpec = SWEEP, pid: int | None = None) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.journal = Journal.open(home)
        self.session = self.journal.begin_session(host=socket.gethostname(), pid=pid or os.getpid())
        self.version = self.journal.save_version(spec, bundle="0" * 64, root=str(home), file=spec.file)
        self._fence = self.session << 32
        self._segment = self.session << 32
        self._log_end = 0
        self.run = 0

    def open_run(self, run_id: str = "manual__2026-01-05T10:00:00+00:00", params: str = "{}") -> RunInfo:
        at = datetime.fromtimestamp(STARTED_AT, UTC)
        new = NewRun(run_id=run_id, logical_date=at, created_at=at, started_at=at, params=params)
        info = self.journal.create_run(version=self.version, info=new)
        self.run = info.number
        self.journal.take_lease(info.number, self.session, lease_s=60)
        return info

    def length(self, map_number: int, parent: MapPath, count: int) -> None:
        self._write(SetMapLength(run=self.run, map=map_number, parent=parent, count=count))

    def ended(
        self,
        task: int,
        indexes: Sequence[int],
        state: State = State.SUCCESS,
        *,
        parent: MapPath = (),
        try_number: int = 1,
        text: bytes = b"",
        value: bytes | None = None,
        extra: TryExtra | None = None,
        took_s: float = 0.5,
    ) -> None:
        """Launch tries and record their ends; each prints `text`."""
        fence = self.launched(task, indexes, parent=parent, try_number=try_number)
        number = len(indexes)
        ended = TriesEnded(
            run=self.run,
            task=task,
            parent=parent,
            fence=fence,
            try_number=try_number,
            indexes=list(indexes),
            states=bytearray([state if state is not State.UP_FOR_RETRY else State.FAILED]) * number,
            started_at=[STARTED_AT + try_number] * number,
            ended_at=[STARTED_AT + try_number + took_s] * number,
            log_segments=[self._segment] * number,
            log_offsets=[self._log(text) for _ in indexes],
            log_lengths=[len(text)] * number,
            values=[value] * number,
            item_counts=[],
            extras=dict.fromkeys(range(number), extra) if extra else {},
        )
        resume_at = {0: STARTED_AT + 60.0} if state is State.UP_FOR_RETRY else {}
        self._write(RecordTries(ended=ended, positions=None, states=bytes([state]) * number, resume_at=resume_at))

    def launched(self, task: int, indexes: Sequence[int], *, parent: MapPath = (), try_number: int = 1) -> int:
        self._fence += 1
        launch = Launch(
            fence=self._fence,
            run=self.run,
            task=task,
            parent=parent,
            first=indexes[0],
            count=len(indexes),
            try_number=try_number,
            worker=0,
        )
        self.journal.write([], [launch], at=STARTED_AT)
        return self._fence

    def skipped(
        self,
        task: int,
        indexes: Sequence[int],
        state: State = State.SKIPPED,
        parent: MapPath = (),
        reason: str | None = None,
    ) -> None:
        at = STARTED_AT + 2
        self._write(
            EndInstances(run=self.run, task=task, parent=parent, indexes=indexes, state=state, at=at, reason=reason)
        )

    def pushed(self, task: int, index: int, key: str, value: object) -> None:
        fence = self.launched(task, [index])
        data = b"j" + json.dumps(value).encode()
        self._write(
            RecordXCom(
                pushed=XComPushed(run=self.run, task=task, parent=(), index=index, fence=fence, key=key, value=data)
            )
        )

    def end_run(self, status: RunStatus) -> None:
        self._write(EndRun(run=self.run, state=status, at=STARTED_AT + 9.5))
        self.journal.release_lease(self.run, self.session)

    def _log(self, text: bytes) -> int:
        file = locate_segment(self.home, self._segment)
        file.parent.mkdir(exist_ok=True)
        with file.open("ab") as stream:
            stream.write(text)
        start = self._log_end
        self._log_end += len(text)
        return start

    def _write(self, record: SetMapLength | RecordTries | EndInstances | RecordXCom | EndRun) -> None:
        self.journal.write([record], [], at=STARTED_AT)


def seed(home: Path) -> None:
    """Run 1: failed, with retries, skips, a nested map and values. Run 2: its scheduler died in the middle."""
    seeder = Seeder(home)
    seeder.open_run(params='{"depth": 3}')
    seeder.ended(DISCOVER, [-1], text=b"found 64\n", value=b"j[1,2,3]")
    seeder.length(0, (), 64)
    seeder.ended(TRAIN, range(17), value=b'j{"score":0.5}', took_s=0.02, text=b"ok\n")
    retry = TryExtra(error="ConnectionError: the first try", label="depth=17", rendered='{"depth":17}')
    seeder.ended(TRAIN, [17], State.UP_FOR_RETRY, text=b"first try\n", extra=retry)
    rendered = json.dumps({"depth": 17, "query": "select 1\nfrom t", "env": {"A": [1, "\x1b[31m"]}})
    error = "ValueError: no such depth (sweep.py:12)\nmore about it"
    wrong = TryExtra(error=error, label="depth=17", rendered=rendered)
    text = b"second try\nTraceback ...\nValueError: no such depth \xff\x1b[31m\n"
    seeder.ended(TRAIN, [17], State.FAILED, try_number=2, text=text, extra=wrong)
    seeder.ended(TRAIN, range(18, 62), value=b'j{"score":0.7}', took_s=0.3)
    seeder.skipped(TRAIN, range(62, 64))
    seeder.length(1, (), 2)
    for region in range(2):
        seeder.length(2, (region,), 3)
        seeder.ended(FIT, range(3), parent=(region,), value=b't{"$tuple":[1,2]}')
        seeder.ended(TABLE, [region], value=_reference())
    seeder.pushed(DISCOVER, -1, "seen", {"rows": 5})
    seeder.end_run(RunStatus.FAILED)

    seeder.journal.close()

    seeder = Seeder(home, pid=_make_dead_process())
    seeder.open_run("manual__2026-01-06T10:00:00+00:00")
    seeder.ended(DISCOVER, [-1], value=b"j[1,2,3]")
    seeder.length(0, (), 64)
    seeder.ended(TRAIN, range(10), value=b"j1")
    seeder.launched(TRAIN, range(10, 12))
    seeder.journal.close()


def _make_dead_process() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        return process.pid


def _reference() -> bytes:
    reference = {
        "uri": "file:///nowhere/x.parquet",
        "codec": "parquet",
        "type": "pandas.DataFrame",
        "size_bytes": 123_456,
        "preview": "DataFrame 10 x 2",
    }
    return b"r" + json.dumps(reference).encode()
