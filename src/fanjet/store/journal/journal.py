"""The scheduler's side of the store: the only writer of runs.

Every method is one transaction, and returns when it is on the disk. What running tries ask is answered from a second
connection, which sees what is committed and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec

from fanjet.errors import OperationError
from fanjet.model.changes import (
    ClearInstances,
    EndInstances,
    EndRun,
    KeepDeadlines,
    Record,
    RecordCancelled,
    RecordFirings,
    RecordTries,
    RecordXCom,
    ReopenMap,
    ReopenRun,
    SetMapLength,
    find_run,
)
from fanjet.model.commands import ANSWER_WITHIN_S, Answer, Command, decode_request
from fanjet.model.history import RunHistory
from fanjet.model.launches import Launch
from fanjet.model.paths import encode, join
from fanjet.model.requests import CountValues, GetMapLength, GetValues, Values
from fanjet.model.runs import NewRun, RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.store.database.connections import open_reader, open_writer
from fanjet.store.database.database import Database
from fanjet.store.database.database_file import DatabaseFile
from fanjet.store.database.faults import explained
from fanjet.store.database.port import Connection
from fanjet.store.journal import run_deadlines
from fanjet.store.journal import statements as sql
from fanjet.store.journal.cancelled_tries import write_cancelled
from fanjet.store.journal.dag_versions import put_version
from fanjet.store.journal.histories import read_history
from fanjet.store.journal.instances import AskedEnds, AskedTries, write_cleared, write_firings
from fanjet.store.journal.leases import PROCESS, Leases
from fanjet.store.journal.summaries import Summaries
from fanjet.store.journal.value_pages import ValuePages
from fanjet.store.queries.row_columns import encode_events, make_info
from fanjet.store.service.pools import list_pools
from fanjet.store.service.switches import KEEP_NOTE

#: What is recorded of a launch.
_LAUNCH = ("run", "task", "fence", "parent", "first", "count", "try_number", "worker", "launched_at")


class Journal:
    """One scheduler's way to the database. Used from one thread."""

    def __init__(self, writer: Connection, reader: Connection) -> None:
        database = writer.database
        self._path = database.shown
        self._file = DatabaseFile(database.path) if database.dialect == "sqlite" else None
        self._writer = writer
        self._reader = reader
        self._leases = Leases(writer)
        self._summaries = Summaries(writer)
        self._pages = ValuePages(reader)

    @classmethod
    def open(
        cls,
        place: Path | Database,
        *,
        busy_timeout_s: float = 5.0,
        durable: bool = True,
        clock: Callable[[], float] | None = None,
    ) -> Self:
        """Open a database; make it where it is missing.

        Args:
            place: The database; a home stands for its SQLite file.
            busy_timeout_s: How long to wait for another process that has locked the database.
            durable: Whether a commit waits for the disk; runs that nobody resumes need not.
            clock: Leases go by it, where time does not pass by itself; None for the clock that all processes share.

        Raises:
            ExecutionError: Locked, read-only, no space, not a database, or of a newer Fanjet.
        """
        writer = open_writer(place, busy_timeout_s, durable=durable)
        try:
            reader = open_reader(place, busy_timeout_s)
        except BaseException:
            writer.close()
            raise
        if clock is not None:
            writer.use_clock(clock)
            reader.use_clock(clock)
        return cls(writer, reader)

    def close(self) -> None:
        """Close the database; leases stay as they are."""
        self._reader.close()
        self._writer.close()

    # --- sessions, versions, runs ---

    def begin_session(self, *, host: str, pid: int) -> int:
        """Register a scheduler process.

        Returns:
            Its number; greater than that of every session before.
        """
        with self._transaction():
            ((number,),) = self._writer.execute(sql.INSERT_SESSION, (host, pid, PROCESS, time.time())).fetchall()
        return int(number)

    def save_version(self, spec: DagSpec, *, bundle: str, root: str, file: str) -> int:
        """Keep a version of a DAG; the same content is kept once.

        Args:
            spec: The DAG.
            bundle: The hash of its files.
            root: The folder that the files came from.
            file: The DAG file, relative to the root.

        Returns:
            The number of the version.
        """
        encoded = msgspec.json.encode(spec)
        with self._transaction():
            return put_version(self._writer, dag_id=spec.dag_id, spec=encoded, bundle=bundle, root=root, file=file)

    def save_version_like(self, run: int, spec: DagSpec) -> int:
        """As `save_version`, for another DAG of the file that a run is of."""
        row = self._reader.execute(sql.FIND_FILES_OF_RUN, (run,)).fetchone()
        if row is None:
            raise OperationError(f"There is no run {run}.")
        bundle, root, file = row
        return self.save_version(spec, bundle=bundle, root=root, file=file)

    def find_run(self, dag_id: str, run_id: str) -> RunInfo | None:
        """A run by its id; None where there is none."""
        row = self._reader.execute(sql.FIND_INFO_OF_RUN, (dag_id, run_id)).fetchone()
        return None if row is None else make_info(row)

    def has_version(self, run: int, version: int) -> bool:
        """Whether a run is of this version."""
        return bool(self._reader.execute(sql.HAS_VERSION, (run, version)).fetchone())

    def create_run(self, *, version: int, info: NewRun, note: str | None = None) -> RunInfo:
        """Create a run of a version. Nobody owns it yet.

        Raises:
            OperationError: The DAG has a run with this id already, or there is no such version.
        """
        with self._transaction():
            found = self._writer.execute(sql.FIND_DAG_OF_VERSION, (version,)).fetchone()
            if found is None:
                raise OperationError(f"There is no version {version} of a DAG.")
            dag_id = str(found[0])
            row = self._writer.execute(sql.INSERT_RUN, _make_run_row(dag_id, version, info)).fetchone()
            if row is None:
                raise OperationError(f"DAG {dag_id!r} already has a run {info.run_id!r}; choose another run id.")
            if note is not None:
                self._writer.execute(KEEP_NOTE, (note, row[0]))
        fixed = msgspec.structs.asdict(info)
        assert fixed.pop("unsaid") is None, "whoever starts a run at once has asked before"
        return RunInfo(number=int(row[0]), dag_id=dag_id, **fixed)

    # --- leases ---

    def take_lease(self, run: int, session: int, *, lease_s: float) -> None:
        """Become the owner of a run for so long; earlier owners can no longer write it.

        Raises:
            OperationError: Another live scheduler owns the run (its host and pid are in the message), or no such run.
        """
        with self._transaction():
            self._leases.take(run, session, lease_s=lease_s)

    def renew_leases(self, session: int, *, lease_s: float) -> None:
        """Keep every run of the session for so long from now on.

        Raises:
            ExecutionError: Another scheduler took one of them over.
        """
        with self._transaction():
            self._leases.renew(session, lease_s=lease_s)

    def release_lease(self, run: int, session: int) -> None:
        """Give a run up, so that others can take it at once."""
        with self._transaction():
            self._leases.release(run, session)
        self.forget([run])

    def forget(self, runs: Iterable[int]) -> None:
        """Drop what is kept here of runs that are no longer this scheduler's."""
        for run in runs:
            self._leases.forget(run)
            self._summaries.forget(run)
            self._pages.forget(run)

    # --- the hot way ---

    def write(
        self,
        records: Sequence[Record],
        launches: Sequence[Launch],
        *,
        at: float,
        answers: Sequence[Answer] = (),
    ) -> None:
        """Write a batch in one transaction, in order, the launches last. All of it or nothing is written.

        Args:
            records: What the engine decided.
            launches: What the executor will be given when this returns.
            at: The instant of the launches.
            answers: To commands that the records carry out.

        Raises:
            ExecutionError: The database failed (`temporary` when trying again may help), or the lease of a run is lost.
        """
        with self._transaction():
            runs = [find_run(record) for record in records] + [x.run for x in launches] + [x.run for x in answers]
            tries, others = _split(records)
            # Asked first and looked at later, so that it costs no round trip beside that for the leases. While they
            # are ours nobody else writes these rows, so it does not matter that it was before they were locked.
            asked = AskedTries(self._writer, tries, self._summaries)
            ends = self._ask_ends(tries, others)
            self._leases.check(dict.fromkeys(runs))
            self._write_tries(tries, asked)
            for record in others:
                self._write_record(record, at, ends.get(id(record)))
            if launches:
                self._write_launches(launches, at)
            for answer in answers:
                self._writer.execute(sql.ANSWER_COMMAND, (at, answer.text, answer.command))
            self._summaries.write()

    def _ask_ends(self, tries: Sequence[RecordTries], others: Sequence[Record]) -> dict[int, AskedEnds]:
        """By `id`, ends of instances of which nothing else in the batch writes anything before."""
        asked: dict[int, AskedEnds] = {}
        written = {(record.ended.run, record.ended.task, record.ended.parent) for record in tries}
        for record in others:
            match record:
                case RecordTries(ended=ended) | RecordCancelled(ended=ended):
                    written.add((ended.run, ended.task, ended.parent))
                case EndInstances() | ClearInstances() | RecordFirings():
                    place = (record.run, record.task, record.parent)
                    if isinstance(record, EndInstances) and place not in written:
                        asked[id(record)] = AskedEnds(self._writer, record, self._summaries)
                    written.add(place)
        return asked

    def _write_tries(self, records: Sequence[RecordTries], asked: AskedTries) -> None:
        asked.write()
        for ended in (record.ended for record in records):
            self._pages.written(ended.run, ended.task, ended.parent, ended.indexes)

    def _write_record(self, record: Record, at: float, asked: AskedEnds | None) -> None:
        writer = self._writer
        match record:
            case RecordTries():
                self._write_tries([record], AskedTries(writer, [record], self._summaries))
            case RecordCancelled():
                write_cancelled(writer, record, self._summaries)
            case EndInstances():
                (asked or AskedEnds(writer, record, self._summaries)).write()
                self._pages.written(record.run, record.task, record.parent, record.indexes)
            case ClearInstances():
                write_cleared(writer, record, self._summaries)
                self._pages.written(record.run, record.task, record.parent, record.indexes)
            case ReopenMap():
                writer.execute(sql.REOPEN_MAP, (record.items, record.run, record.map, encode(record.parent)))
            case ReopenRun():
                patient = msgspec.json.encode(record.patient).decode()
                writer.execute(sql.REOPEN_RUN, (int(RunStatus.RUNNING), patient, at, record.run))
            case SetMapLength(count=0):
                writer.execute(sql.DROP_MAP_LENGTH, (record.run, record.map, encode(record.parent)))
            case SetMapLength():
                length = (record.run, record.map, encode(record.parent), record.count)
                writer.execute(sql.PUT_MAP_LENGTH, length)
            case RecordXCom(pushed=pushed):
                path = encode(join(pushed.parent, pushed.index))
                xcom = (pushed.run, pushed.task, path, pushed.key, pushed.fence, pushed.value)
                writer.execute(sql.PUT_XCOM, xcom)
                self._pages.written(pushed.run, pushed.task, pushed.parent, (pushed.index,))
            case RecordFirings():
                write_firings(writer, record)
            case KeepDeadlines():
                run_deadlines.keep(writer, record)
            case EndRun():
                writer.execute(sql.END_RUN, (int(record.state), record.at, record.run))

    def _write_launches(self, launches: Sequence[Launch], at: float) -> None:
        rows = [
            (x.run, x.task, x.fence, encode(x.parent), x.first, x.count, x.try_number, x.worker, at) for x in launches
        ]
        self._writer.insert("launch", _LAUNCH, rows)
        for launch in launches:
            if launch.try_number > 1:
                self._forget_xcoms(launch)

    def _forget_xcoms(self, launch: Launch) -> None:
        """What earlier tries pushed is gone when the next one starts; a try that goes on keeps its own."""
        first = encode(join(launch.parent, launch.first))
        last = encode(join(launch.parent, launch.first + launch.count - 1))
        forget = (launch.run, launch.task, first, last + b"\0", launch.try_number)
        self._writer.execute(sql.FORGET_XCOMS, forget)
        self._pages.written(launch.run, launch.task, launch.parent, (launch.first,))

    # --- commands ---

    def list_commands(self) -> list[Command]:
        """What was asked and not answered yet, of all runs, in the order in which it was.

        What nobody waits for any more, because whoever asked was killed, is not among them.
        """
        with explained(self._path):
            rows = self._reader.execute(sql.LIST_COMMANDS, (ANSWER_WITHIN_S,)).fetchall()
        return [Command(number=number, run=run, request=decode_request(kind, body)) for number, run, kind, body in rows]

    def set_version(self, run: int, version: int) -> None:
        """Have a run go on with another version of its DAG.

        Raises:
            ExecutionError: The lease of the run is lost.
        """
        with self._transaction():
            self._leases.check([run])
            self._writer.execute(sql.SET_VERSION, (version, run))

    # --- reading ---

    def merge_pools(self, configured: Mapping[str, int]) -> dict[str, int]:
        """The slots of all pools: those in the database go before those of the settings. Negative: no limit."""
        with explained(self._path):
            return {**configured, **{pool.name: pool.slots for pool in list_pools(self._reader)}}

    def get_status(self, run: int) -> RunStatus:
        """The state of a run as it is recorded now.

        Raises:
            OperationError: There is no such run.
        """
        with explained(self._path):
            row = self._reader.execute(sql.FIND_STATE, (run,)).fetchone()
        if row is None:
            raise OperationError(f"There is no run {run}.")
        return RunStatus(row[0])

    def find_opened_at(self, run: int) -> float | None:
        """When a run of a service has started, or was opened again; None for one of `fanjet run`."""
        with explained(self._path):
            return run_deadlines.find_opened_at(self._reader, run)

    def find_deadlines(self, run: int) -> list[float | None] | None:
        """When the deadlines of a run are, as `fanjet.model.changes.KeepDeadlines`; None before anybody has looked."""
        with explained(self._path):
            return run_deadlines.find(self._reader, run)

    def find_mean_runtime_s(self, dag_id: str, *, most: int, least: int) -> float | None:
        """How long the latest runs of a DAG that succeeded took; None where fewer than `least` have."""
        with explained(self._path):
            return run_deadlines.find_mean_runtime_s(self._reader, dag_id, most=most, least=least)

    def read_history(self, run: int) -> RunHistory:
        """Everything recorded of a run.

        Raises:
            OperationError: There is no such run.
        """
        with explained(self._path):
            return read_history(self._reader, run)

    def get_values(self, run: int, request: GetValues) -> Values:
        """A page of values for a running try."""
        with explained(self._path):
            return self._pages.get_values(run, request)

    def count_values(self, run: int, request: CountValues) -> int:
        """How many values there are, for a running try."""
        with explained(self._path):
            return self._pages.count_values(run, request)

    def get_map_length(self, run: int, request: GetMapLength) -> int:
        """The number of positions of a map at a place; 0 when it never expanded there."""
        with explained(self._path):
            return self._pages.get_map_length(run, request)

    @contextmanager
    def _transaction(self, *, lock: str | None = None) -> Iterator[None]:
        """All or nothing; whatever is raised inside leaves nothing behind."""
        if self._file is not None:
            self._file.check()
        try:
            with self._writer.transaction(lock=lock):
                yield
        except BaseException:
            self._summaries.rolled_back()
            raise
        self._summaries.committed()


def _split(records: Sequence[Record]) -> tuple[list[RecordTries], list[Record]]:
    """Ends of tries that may be written together, and before the rest: those that nothing else of their run precedes.

    Between two launches of an instance lies a transaction, so none of them ends twice in a batch.
    """
    tries: list[RecordTries] = []
    others: list[Record] = []
    in_order: set[int] = set()
    for record in records:
        if isinstance(record, RecordTries) and record.ended.run not in in_order:
            tries.append(record)
        else:
            others.append(record)
            in_order.add(find_run(record))
    return tries, others


def _make_run_row(dag_id: str, version: int, info: NewRun) -> tuple[object, ...]:
    return (
        dag_id,
        info.run_id,
        version,
        info.run_type,
        _seconds(info.logical_date),
        _seconds(info.data_interval_start),
        _seconds(info.data_interval_end),
        info.created_at.timestamp(),
        info.started_at.timestamp(),
        int(RunStatus.RUNNING),
        info.conf,
        info.params,
        encode_events(info.asset_events),
    )


def _seconds(instant: datetime | None) -> float | None:
    return None if instant is None else instant.timestamp()
