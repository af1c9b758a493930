"""Answers what running tries and loading DAG files ask, from what is committed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from fanjet.errors import FanjetError
from fanjet.model.requests import (
    AssetEvents,
    Count,
    CountStates,
    CountValues,
    DeleteVariable,
    Failure,
    FindAssetEvents,
    FindConnection,
    FindDag,
    FindKept,
    FindRuns,
    FindVariable,
    FindXComs,
    Forget,
    Found,
    GetMapLength,
    GetValues,
    Keep,
    RecordAssetEvents,
    Request,
    Response,
    Runs,
    SetVariable,
    Shared,
    StartRun,
    StateCounts,
    Values,
)
from fanjet.model.spec import DagSpec
from fanjet.store.journal.journal import Journal
from fanjet.store.journal.shared import SharedStore
from fanjet.store.secrets.lookups import look_up
from fanjet.store.secrets.vault import NewEntry, Vault

#: Starts a run on behalf of the run of this number.
Start: TypeAlias = Callable[[int, StartRun], None]


class Answers:
    """The scheduler's side of `TryClient.ask`.

    Args:
        journal: What the runs have recorded.
        vault: Variables and connections.
        shared: What runs leave for each other.
    """

    def __init__(self, journal: Journal, vault: Vault, shared: SharedStore) -> None:
        self._journal = journal
        self._vault = vault
        self._shared = shared
        #: Set by whoever can carry out several runs at once.
        self.start: Start | None = None
        #: Is called when there are new events of assets.
        self.tell_of_events: Callable[[], None] = lambda: None
        #: The DAGs of the file that is running, by id; those of a service are in the store.
        self.loaded: Mapping[str, DagSpec] = {}

    def __call__(self, run: int, request: Request) -> Response:
        """Answer one request of a try of this run; a failure is an answer too, so that only that try suffers."""
        try:
            match request:
                case GetValues():
                    return self._journal.get_values(run, request)
                case CountValues():
                    return Count(self._journal.count_values(run, request))
                case GetMapLength():
                    return Count(self._journal.get_map_length(run, request))
                case FindVariable() | FindConnection():
                    return look_up(self._vault, request)
                case SetVariable(name, value, description):
                    self._vault.put("variable", [NewEntry(name=name, value=value, description=description)])
                    return Count(1)
                case DeleteVariable(name):
                    return Count(self._vault.delete("variable", [name]))
                case _:
                    return self._answer_shared(run, request)
        except FanjetError as error:
            return Failure(str(error))

    def _answer_shared(self, run: int, request: Shared) -> Response:
        match request:
            case FindKept(owner, key):
                return Found(self._shared.find_kept(owner, key))
            case Keep():
                self._shared.keep(request)
                return Count(1)
            case Forget(owner, key):
                return Count(self._shared.forget(owner, key))
            case RecordAssetEvents(events):
                self._shared.record_events(events)
                self.tell_of_events()
                return Count(len(events))
            case FindAssetEvents():
                return AssetEvents(tuple(self._shared.find_events(request)))
            case FindXComs():
                return self._find_values(request)
            case FindRuns():
                return Runs(tuple(self._shared.find_runs(request)))
            case FindDag():
                return self._shared.find_dag(request, self.loaded)
            case CountStates(asked, task_id):
                return StateCounts(self._shared.count_states(asked, task_id))
            case StartRun():
                return self._start(run, request)

    def _find_values(self, request: FindXComs) -> Values:
        """Those of the first run that has any."""
        for run, task in self._shared.iter_pushers(request):
            if self._journal.get_values(run, GetValues(task, (), 0, 1, request.key)).values:
                return self._journal.get_values(run, GetValues(task, (), request.offset, request.limit, request.key))
        return Values([], [])

    def _start(self, run: int, request: StartRun) -> Response:
        if self.start is None:
            return Failure(
                f"A run of DAG {request.dag_id!r} cannot be started here: this process carries out one run. "
                "Fix: use `fanjet run`."
            )
        self.start(run, request)
        return self._answer_shared(run, FindRuns(request.dag_id, run_id=request.run_id))
