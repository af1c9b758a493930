"""`fanjet prune`: old runs go, with all that is kept for them alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import msgspec

from fanjet.runtime.value_objects import is_url, remove_objects
from fanjet.runtime.values import find_reference
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database
from fanjet.store.files.old_files import remove_bundles, remove_segments
from fanjet.store.files.pruning import Pruning

_RUNS_AT_A_TIME = 100

#: Is told how many runs are gone and how many there are to go.
OnProgress: TypeAlias = Callable[[int, int], None]


class Pruned(msgspec.Struct, kw_only=True):
    """What is gone, or would go."""

    runs: int = 0
    instances: int = 0
    values: int = 0
    log_segments: int = 0
    bundle_files: int = 0
    #: Of logs and bundles.
    file_bytes: int = 0
    #: Asset events, kept values, backfills and versions, by kind.
    rest: dict[str, int] = {}
    #: By DAG: how many runs.
    by_dag: dict[str, int] = {}


def plan_prune(settings: Settings, before: float) -> Pruned:
    """What `prune` would do to runs, without doing it."""
    with _open(settings) as pruning:
        old = pruning.count_old(before)
    return Pruned(
        runs=sum(each.runs for each in old),
        instances=sum(each.instances for each in old),
        by_dag={each.dag_id: each.runs for each in old},
    )


def prune(settings: Settings, before: float, on_progress: OnProgress) -> Pruned:
    """Remove the runs that have ended before an instant, and what nothing leads to any more.

    The latest run of each DAG stays, and the latest one that its schedule has made. May be killed at any moment: the
    next one goes on.

    Args:
        settings: The settings.
        before: Seconds since the epoch.
        on_progress: Is told how far it is.

    Raises:
        ExecutionError: The store failed, or a value cannot be removed.
    """
    done = Pruned()
    with _open(settings) as pruning:
        for orphan in pruning.list_orphans():
            _remove_run(settings, pruning, orphan, done)
        old = pruning.list_old(before)
        for at in range(0, len(old), _RUNS_AT_A_TIME):
            for run in _drop_some(pruning, old[at : at + _RUNS_AT_A_TIME], before, done):
                _remove_run(settings, pruning, run, done)
                on_progress(done.runs, len(old))
        done.rest = {kind: count for kind, count in pruning.drop_rest(before).items() if count}
        done.log_segments, log_bytes = remove_segments(settings.home, pruning.list_segments(before), before)
        done.bundle_files, bundle_bytes = remove_bundles(settings.home, pruning.list_bundles(), before)
        done.file_bytes = log_bytes + bundle_bytes
    return done


def _open(settings: Settings) -> Pruning:
    return Pruning.open(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s)


def _drop_some(pruning: Pruning, runs: list[int], before: float, done: Pruned) -> list[int]:
    """Let runs disappear. Returns those that have."""
    dropped = []
    for run in runs:
        if (dag_id := pruning.drop_run(run, before)) is not None:
            dropped.append(run)
            done.runs += 1
            done.by_dag[dag_id] = done.by_dag.get(dag_id, 0) + 1
    return dropped


def _remove_run(settings: Settings, pruning: Pruning, run: int, done: Pruned) -> None:
    """Remove what is left of a run; its last rows go last, as they lead to it if this is not finished."""
    done.instances += pruning.count_instances(run)
    if settings.values_url is None:  # nobody else's values lie there, also those that no row leads to
        shutil.rmtree(Path(settings.values_root) / str(run), ignore_errors=True)
    for values in pruning.drop_rows(run):
        references = [reference.uri for value in values if (reference := find_reference(value)) is not None]
        done.values += len(references)
        _remove_values(references)


def _remove_values(uris: Iterable[str]) -> None:
    distant = []
    for uri in uris:
        if is_url(uri):
            distant.append(uri)
        else:
            Path(uri).unlink(missing_ok=True)
    if distant:
        remove_objects(distant)
