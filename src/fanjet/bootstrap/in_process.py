"""`DAG.test()`: the DAG object at hand, run once in this process, recorded like any other run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fanjet.bootstrap.file_runs import make_run
from fanjet.bootstrap.params import merge_params
from fanjet.bootstrap.pools import check_pools
from fanjet.bootstrap.requests import RunOutcome, RunRequest
from fanjet.bootstrap.session import open_session, runtime_settings
from fanjet.errors import OperationError
from fanjet.executors.inline import InlineExecutor
from fanjet.model.runs import RunInfo
from fanjet.model.states import RunStatus
from fanjet.parsing.bundle import find_bundle
from fanjet.parsing.loader import LoadedFile
from fanjet.parsing.spec_builder import build_spec
from fanjet.runtime.timetable_answers import answer_manual
from fanjet.scheduler.display import Display, Silent, Snapshot
from fanjet.settings.load import load_settings
from fanjet.store.files.bundles import save_bundle

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG


class _LastLine(Silent):
    """Says how the run ended and where to look; what tasks print goes to the terminal anyway."""

    def run_ended(self, info: RunInfo, status: RunStatus, snapshot: Snapshot) -> None:
        """Print one line."""
        del snapshot  # the details are a command away
        sys.stderr.write(f"{info.dag_id} run {info.number}: {status.label} (fanjet show {info.number})\n")


def run_in_process(
    dag: DAG,
    *,
    logical_date: datetime | None = None,
    run_conf: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    display: Display | None = None,
) -> RunOutcome:
    """Run a DAG to its end, one try after another, so that ``breakpoint()`` works anywhere.

    Args:
        dag: The DAG. It need not be in a file of its own.
        logical_date: Aware; None for now.
        run_conf: The configuration of the run.
        params: Values for parameters of the DAG.
        display: Told what goes on; None for one line at the end.

    Returns:
        How the run ended. What its tasks raised was printed.

    Raises:
        DagError: The DAG is wrong.
        OperationError: The parameters do not fit the DAG, the date has no time zone, or a task does not fit into its
            pool.
    """
    if logical_date is not None and logical_date.tzinfo is None:
        raise OperationError("logical_date needs a time zone, as in datetime(2026, 1, 1, tzinfo=UTC).")
    settings = load_settings({})
    file = Path(dag.definition.file).absolute() if dag.definition else Path()
    bundle = find_bundle(file) if file.is_file() else None
    root = bundle.root if bundle else Path.cwd()
    built = build_spec(dag, file=str(file.relative_to(root)) if bundle else "")
    request = RunRequest(file=file, conf=dict(run_conf or {}), logical_date=logical_date, inline=True)
    new = make_run(
        request, built.spec, merge_params(built.spec, params or {}), lambda date: answer_manual(dag, date.timestamp())
    )
    check_pools([built.spec], settings.pools)

    def start() -> InlineExecutor:
        return InlineExecutor(lambda: LoadedFile([built], []), runtime_settings(settings))

    with open_session(settings, display or _LastLine(), start) as session:
        files = save_bundle(settings.home, root, [file] if bundle else [], beside=bundle.files if bundle else [])
        version = session.journal.save_version(built.spec, bundle=files, root=str(root), file=built.spec.file)
        return session.runs.start(built.spec, version, new)
