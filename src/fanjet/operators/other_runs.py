"""What operators ask about runs of other DAGs, and where they have them started."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fanjet.model.requests import CountStates, DagFacts, FindDag, FindRuns, RunFacts, Runs, StartRun, StateCounts

if TYPE_CHECKING:
    from fanjet.runtime.client import TryClient

_MOST_RUNS = 1000


def find_run(client: TryClient, dag_id: str, run_id: str) -> RunFacts | None:
    """The run of an id; None where there is none."""
    answer = client.ask(FindRuns(dag_id, run_id=run_id))
    assert isinstance(answer, Runs), answer
    return next(iter(answer.runs), None)


def find_dag(client: TryClient, dag_id: str, names: Sequence[str]) -> DagFacts:
    """Whether there is a DAG, and which of these tasks and groups it lacks."""
    answer = client.ask(FindDag(dag_id, tuple(names)))
    assert isinstance(answer, DagFacts), answer
    return answer


def find_runs_at(client: TryClient, dag_id: str, dates: Sequence[Any]) -> list[RunFacts]:
    """The runs of logical dates; of several at one date the newest."""
    instants = tuple(date.timestamp() for date in dates)
    answer = client.ask(FindRuns(dag_id, logical_dates=instants, limit=_MOST_RUNS))
    assert isinstance(answer, Runs), answer
    newest: dict[float | None, RunFacts] = {}
    for run in answer.runs:
        newest.setdefault(run.logical_date, run)
    return list(newest.values())


def count_states(client: TryClient, run: RunFacts, task_id: str) -> dict[str, dict[str, int]] | None:
    """By task, how many instances are in each state; None where the run has no such task or group."""
    answer = client.ask(CountStates(run.number, task_id))
    assert isinstance(answer, StateCounts), answer
    return answer.tasks


def start_run(client: TryClient, request: StartRun) -> RunFacts:
    """Start a run.

    Raises:
        ExecutionError: It cannot be started; says why.
    """
    answer = client.ask(request)
    assert isinstance(answer, Runs), answer
    return answer.runs[0]
