"""`fanjet resume`: goes on with a run whose process is gone."""

from __future__ import annotations

from pathlib import Path

from fanjet.bootstrap.requests import ResumeRequest, RunOutcome, has_ended
from fanjet.bootstrap.restored_files import restore_files
from fanjet.bootstrap.session import executor_starter, open_session
from fanjet.errors import OperationError
from fanjet.parsing.bundle import decides
from fanjet.scheduler.display import Display
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database
from fanjet.store.files.bundles import find_changed
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import RunRow, VersionRow


def resume_run(request: ResumeRequest, settings: Settings, display: Display) -> RunOutcome:
    """Go on with a run, with the DAG version that it started with.

    Raises:
        OperationError: There is no such run, it is over, or a living process owns it.
        ExecutionError: The store failed.
    """
    with Reader.open(Database.of(settings)) as reader:
        row = _find_run(reader, request)
        version = reader.get_version(row.info.number)
    root = find_root(version, settings, display)
    start = executor_starter(root / version.file, root, settings, inline=request.inline)
    with open_session(settings, display, start) as session:
        return session.runs.resume(row.info, version.spec)


def _find_run(reader: Reader, request: ResumeRequest) -> RunRow:
    row = reader.latest_unfinished_run() if request.run is None else reader.find_run(request.run)
    if row is None:
        raise OperationError("There is no run to resume: all runs have ended or are still owned by a living process.")
    if row.ended_at is not None:
        raise has_ended(row.info.number, row.state)
    return row


def find_root(version: VersionRow, settings: Settings, display: Display, hint: str = "") -> Path:
    """Where the files of the version lie: in their own place as long as they are unchanged there, else a copy.

    The display is told of a copy, with the hint.

    Raises:
        ExecutionError: The copy is gone or damaged, or the disk is full.
    """
    root = Path(version.root)
    changed = [name for name in find_changed(settings.home, version.bundle, root) if decides(root, name)]
    if not changed:
        return root
    more = f" and {len(changed) - 1} more files have" if len(changed) > 1 else " has"
    text = f"{root / changed[0]}{more} changed since the run started; the run goes on with its own copy."
    display.message(f"{text} {hint}".strip())
    return restore_files(settings.home, version.bundle, root)
