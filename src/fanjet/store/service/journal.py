"""What the scheduler of a service does with the store beyond the journal: it finds its runs there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from fanjet.errors import ConflictError, OperationError
from fanjet.model.runs import NewRun, RunInfo
from fanjet.model.sharing import Standing
from fanjet.model.states import State
from fanjet.model.timetables import NamedRun
from fanjet.store.database.bells import ring
from fanjet.store.database.faults import explained
from fanjet.store.database.port import Connection
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.rows import RunRow, VersionRow
from fanjet.store.queries.run_queries import decode_spec
from fanjet.store.service import asking_runs, asset_queue, planned_runs, run_starts, slot_shares
from fanjet.store.service.asking_runs import AskingRun
from fanjet.store.service.asset_queue import Waiting
from fanjet.store.service.metrics import ProcessMetrics, put_metrics
from fanjet.store.service.planned_runs import DagPlan, LastRun, NextDue
from fanjet.store.service.pools import list_pools
from fanjet.store.service.run_starts import MostActive, Place, Started
from fanjet.store.service.slot_shares import Others

_FIND_VERSION = "SELECT version, spec, bundle, root, file FROM dag_version WHERE version = ?"
_FIND_VERSION_OF_RUN = "SELECT version FROM run WHERE run = ?"
_FIND_ANY_QUEUED = "SELECT 1 FROM run WHERE state = 0 AND ended_at IS NULL AND queued_at IS NOT NULL LIMIT 1"
_FIND_BACKFILL = "SELECT body FROM backfill WHERE backfill = ?"
_FIND_RUN_BEFORE = """
SELECT run FROM run WHERE dag_id = ? AND logical_date < ? ORDER BY logical_date DESC LIMIT 1"""
#: The states that a summary counts, in the order of its columns.
COUNTED = (
    State.SUCCESS, State.FAILED, State.SKIPPED, State.UPSTREAM_FAILED, State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE,
    State.DEFERRED, State.REMOVED,
)  # fmt: skip
_COUNT_STATES = """
SELECT success, failed, skipped, upstream_failed, up_for_retry, up_for_reschedule, deferred, removed
FROM summary WHERE run = ? AND task = ?"""
_KEEP_SESSION = "UPDATE session SET role = 'scheduler', until = shared_clock() + ? WHERE session = ?"
_LIST_AWAKE = "SELECT dag_id, version FROM dag WHERE is_present <> 0 AND is_paused = 0 ORDER BY dag_id"
_FIND_NEWEST = "SELECT version FROM dag WHERE dag_id = ? AND is_present <> 0"


class ServiceJournal(Journal):
    """A journal whose scheduler takes up whatever is asked of the database, not one run that it is given."""

    def start_queued(
        self,
        session: int,
        *,
        wanted: int,
        find_most_active: MostActive,
        lease_s: float,
        at: float,
    ) -> Started:
        """Start runs that wait, within the limits, as `fanjet.store.service.run_starts.start_queued`."""
        with explained(self._path):
            if self._reader.execute(_FIND_ANY_QUEUED).fetchone() is None:
                return Started([], None)
        with self._transaction(lock="queue"):
            return run_starts.start_queued(
                self._writer,
                self._leases,
                session,
                wanted=wanted,
                find_most_active=find_most_active,
                lease_s=lease_s,
                at=at,
            )

    def take_run(self, run: int, session: int, *, is_asked: bool, lease_s: float) -> bool:
        """Become the owner of a run, as `fanjet.store.service.run_starts.take`."""
        with self._transaction():
            return run_starts.take(self._writer, self._leases, run, session, is_asked=is_asked, lease_s=lease_s)

    def find_place(self, run: int) -> Place:
        """Where a run stands among those of its DAG, as `fanjet.store.service.run_starts.find_place`."""
        with explained(self._path):
            return run_starts.find_place(self._reader, run)

    def list_left(self, session: int) -> list[RunRow]:
        """Runs of services that no scheduler which may be alive carries out."""
        with explained(self._path):
            return run_starts.list_left(self._reader, session)

    def has_history(self, run: int) -> bool:
        """Whether anything is recorded of the instances of a run."""
        with explained(self._path):
            return bool(self._reader.select("SELECT 1 FROM summary WHERE run = ? LIMIT 1", run))

    def list_held(self, session: int) -> list[RunInfo]:
        """Runs of services that are under way and whose lease a scheduler holds."""
        with explained(self._path):
            return run_starts.list_held(self._reader, session)

    def find_service_run(self, run: int) -> RunInfo | None:
        """A run that a service has started, and that no scheduler which may be alive carries out; None otherwise."""
        with explained(self._path):
            return run_starts.find_unowned(self._reader, run)

    def list_queued_after(self, run: int, limit: int) -> list[tuple[int, int]]:
        """Runs with greater numbers that wait for a scheduler, with their versions, in the order of their numbers."""
        with explained(self._path):
            return run_starts.list_queued_after(self._reader, run, limit)

    def find_queued(self, run: int) -> RunInfo | None:
        """A run that waits for a scheduler; None when it has started or ended."""
        with explained(self._path):
            return run_starts.find_queued(self._reader, run)

    def find_most_active(self, backfill: int) -> int | None:
        """The most runs of a backfill at once; None where it does not say."""
        with explained(self._path):
            row = self._reader.execute(_FIND_BACKFILL, (backfill,)).fetchone()
        most = None if row is None else msgspec.json.decode(row[0]).get("max_active_runs")
        return most if isinstance(most, int) else None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing, for statements of others."""
        with self._transaction():
            yield self._writer

    def keep_session(
        self,
        session: int,
        pools: Mapping[str, int],
        settle: Callable[[Mapping[str, int], Others], Standing],
        *,
        gone: Collection[int],
        lease_s: float,
    ) -> frozenset[int]:
        """Say that this scheduler is at work, and take its part of what is shared.

        Args:
            session: Its number.
            pools: The slots of the pools that its settings know.
            settle: Is told the slots of all pools, with those of the database, and how it stands with the others; says
                how it stands with this one from now on.
            gone: Schedulers whose process was gone the last time.
            lease_s: After so long it is to be taken for dead if it has not said so again.

        Returns:
            Schedulers that hold something and whose process is gone.
        """
        with self._writer.transaction(lock="pools"):
            self._writer.execute(_KEEP_SESSION, (lease_s, session))
            totals = {**pools, **{pool.name: pool.slots for pool in list_pools(self._writer)}}
            others = slot_shares.list_others(self._writer, session, gone=gone)
            slot_shares.put(self._writer, session, settle(totals, others), lease_s)
        return others.gone

    def ring(self) -> None:
        """Tell all schedulers that there is something new."""
        ring(self._writer)

    def ring_others(self, session: int) -> None:
        """Tell all schedulers but this one that there is something new."""
        ring(self._writer, but=session)

    def end_session(self, session: int, *, is_idle: bool) -> None:
        """Say that this scheduler is at work no more, and give back what it holds, unless something still runs."""
        with self._transaction():
            self._writer.execute(_KEEP_SESSION, (0.0, session))
            if is_idle:
                slot_shares.give_back(self._writer, session)

    def find_clock_lead_s(self, wall: Callable[[], float]) -> float:
        """How far a clock is ahead of the database server's; negative when it is behind, 0 on one machine.

        No more than is certain, however long the answer took.
        """
        asked_at = wall()
        answered = self._reader.find_clock()
        answered_at = wall()
        if answered is None:
            return 0.0
        return min(answered_at - answered, 0.0) or max(asked_at - answered, 0.0)

    def put_metrics(self, metrics: ProcessMetrics) -> None:
        """Write what this scheduler measures of itself."""
        with self._transaction():
            put_metrics(self._writer, metrics)

    def release_leases(self, runs: Collection[int], session: int) -> None:
        """Give runs up in one transaction, so that others can take them at once."""
        with self._transaction():
            for run in runs:
                self._leases.release(run, session)
        self.forget(runs)

    # --- versions ---

    def get_version(self, version: int) -> VersionRow:
        """A version of a DAG with its files.

        Raises:
            OperationError: There is none of this number.
        """
        with explained(self._path):
            row = self._reader.execute(_FIND_VERSION, (version,)).fetchone()
        if row is None:
            raise OperationError(f"There is no version {version} of a DAG.")
        number, spec, bundle, root, file = row
        return VersionRow(version=number, spec=decode_spec(spec), bundle=bundle, root=root, file=file)

    def get_version_of_run(self, run: int) -> int:
        """The number of the version that a run keeps.

        Raises:
            OperationError: There is no such run.
        """
        with explained(self._path):
            row = self._reader.execute(_FIND_VERSION_OF_RUN, (run,)).fetchone()
        if row is None:
            raise OperationError(f"There is no run {run}.")
        return int(row[0])

    def find_newest_version(self, dag_id: str) -> int | None:
        """The number of the version that new runs of a DAG take; None when no file has the DAG."""
        with explained(self._path):
            row = self._reader.execute(_FIND_NEWEST, (dag_id,)).fetchone()
        return None if row is None else int(row[0])

    def is_paused(self, dag_id: str) -> bool:
        """Whether no runs of a DAG are started."""
        with explained(self._path):
            return bool(self._reader.select("SELECT 1 FROM dag WHERE dag_id = ? AND is_paused <> 0", dag_id))

    def find_run_before(self, info: RunInfo) -> int | None:
        """The run of the same DAG with the greatest logical date below that of a run; None for the first."""
        date = info.logical_date
        if date is None:
            return None
        with explained(self._path):
            row = self._reader.execute(_FIND_RUN_BEFORE, (info.dag_id, date.timestamp())).fetchone()
        return None if row is None else int(row[0])

    def count_states(self, run: int, task: int) -> tuple[int, ...]:
        """How many recorded instances of a task there are, by `State` number."""
        with explained(self._path):
            row = self._reader.execute(_COUNT_STATES, (run, task)).fetchone()
        counts = [0] * len(State)
        if row is not None:
            for state, count in zip(COUNTED, row, strict=True):
                counts[state] = int(count)
        return tuple(counts)

    # --- planning ---

    def list_awake(self) -> list[tuple[str, int]]:
        """The ids of the DAGs that are there and not paused, with their newest versions."""
        with explained(self._path):
            return [(dag_id, version) for dag_id, version in self._reader.execute(_LIST_AWAKE).fetchall()]

    def find_latest_asset_event(self) -> int:
        """The number of the latest event of any asset; 0 before the first."""
        with explained(self._path):
            return asset_queue.find_latest(self._reader)

    def start_by_assets(self, waiting: Mapping[str, Waiting]) -> tuple[list[str], bool]:
        """Queue runs for what is new of assets, as `fanjet.store.service.asset_queue.start_by_assets`."""
        with self._writer.transaction(lock="asset_event"):
            return asset_queue.start_by_assets(self._writer, waiting)

    def list_due(self, at: float, limit: int, *, after: str = "") -> list[DagPlan]:
        """DAGs that the planner has to look at, as `fanjet.store.service.planned_runs.list_due`."""
        with explained(self._path):
            return planned_runs.list_due(self._reader, at, limit, after=after)

    def find_next_due(self, after: float) -> float:
        """The first instant after another at which a DAG is due; infinite where none is."""
        with explained(self._path):
            return planned_runs.find_next_due(self._reader, after)

    def find_last(self, dag_id: str) -> LastRun | None:
        """The latest run of a DAG that its schedule has made."""
        with explained(self._path):
            return planned_runs.find_last(self._reader, dag_id)

    def has_run_for(self, dag_id: str, new: NewRun) -> bool:
        """Whether a DAG has a run of this id already, or one that a schedule or a backfill has made for its date."""
        date = None if new.logical_date is None else new.logical_date.timestamp()
        with explained(self._path):
            return bool(self._reader.select(planned_runs.FIND_RUN_FOR, dag_id, new.run_id, date))

    def count_unfinished(self, dag_id: str) -> int:
        """Runs of a DAG that wait or are under way, those of backfills aside."""
        with explained(self._path):
            return planned_runs.count_unfinished(self._reader, dag_id)

    def plan(self, plan: DagPlan, due: NextDue | None, runs: Sequence[NewRun] = (), *, is_known: bool = True) -> bool:
        """Queue runs that are due and note when the DAG is due next, in one transaction.

        Args:
            plan: The DAG as it was found.
            due: The next run; None for none.
            runs: What is to be queued.
            is_known: False where the next run has still to be found out.

        Returns:
            False when another scheduler was quicker; nothing was written then.
        """
        with self._transaction():
            if not planned_runs.set_plan(self._writer, plan, due, is_known=is_known):
                return False
            for new in runs:
                planned_runs.insert_queued(self._writer, plan.dag_id, plan.version, new)
        return True

    def note_plan_error(self, plan: DagPlan, error: str, *, again_at: float) -> bool:
        """Note why nobody knows when a DAG is due; False as in `plan`."""
        with self._transaction():
            return planned_runs.set_plan_error(self._writer, plan, error, again_at)

    def list_asking(self, limit: int) -> list[AskingRun]:
        """Runs that cannot start before their timetables have said something of them, the oldest first."""
        with explained(self._path):
            return asking_runs.list_asking(self._reader, limit)

    def say(self, asking: AskingRun, answer: NamedRun) -> bool:
        """Write down what a timetable has said of a run; False where the DAG has another run of that id."""
        with self._transaction():
            return asking_runs.say(self._writer, asking, answer)

    def refuse(self, run: int, reason: str, at: float) -> bool:
        """End a run of which its timetable says nothing; whether it had not ended otherwise by now."""
        with self._transaction():
            return asking_runs.refuse(self._writer, run, reason, at)

    def queue_run(self, dag_id: str, version: int, new: NewRun, *, note: str | None = None) -> int:
        """Ask for a run.

        Raises:
            ConflictError: The DAG has a run with this id already.
        """
        with self._transaction():
            number = planned_runs.insert_queued(self._writer, dag_id, version, new, note=note)
            if number is None:
                raise ConflictError(f"DAG {dag_id!r} already has a run {new.run_id!r}; choose another run id.")
        ring(self._writer)
        return number
