"""`fanjet run`: the DAGs of one file, from the start to the end."""

from __future__ import annotations

from fanjet.bootstrap.requests import RunOutcome, RunRequest
from fanjet.bootstrap.session import executor_starter, open_session
from fanjet.parsing.bundle import find_bundle
from fanjet.scheduler.display import Display
from fanjet.settings.values import Settings


def run_file(request: RunRequest, settings: Settings, display: Display) -> list[RunOutcome]:
    """Run the DAGs of a file, one after another.

    Returns:
        One outcome per run; fewer than there are DAGs when a stop was asked for.

    Raises:
        DagFileError: The file cannot be loaded.
        OperationError: There is no such DAG, the parameters do not fit it, or a task does not fit into its pool.
        ExecutionError: The store failed. What was committed is safe.
    """
    bundle = find_bundle(request.file)
    start = executor_starter(request.file, bundle.root, settings, inline=request.inline)
    with open_session(settings, display, start) as session:
        from fanjet.bootstrap.file_runs import run_all  # noqa: PLC0415 - late: the DAG file is loaded meanwhile

        return run_all(session, request, bundle, settings, display)
