"""A run goes on with the DAG file as it is now: what a rerun after a fix wants.

What is recorded of a run is told apart by the numbers of its tasks and maps. So the file may have changed in everything
but which tasks there are, and how they are mapped.
"""

from __future__ import annotations

from pathlib import Path

from fanjet.bootstrap.requests import DagFileError
from fanjet.errors import OperationError
from fanjet.model.spec import DagSpec, MapSpec, TaskSpec
from fanjet.parsing.bundle import Bundle, find_bundle
from fanjet.parsing.child import parse_in_child
from fanjet.settings.values import Settings
from fanjet.store.files.bundles import save_bundle
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.rows import VersionRow


class LatestVersion:
    """The files of a version as they are now.

    Args:
        version: With which the run was started, or last rerun.

    Raises:
        OperationError: The DAG file is gone.
    """

    def __init__(self, version: VersionRow) -> None:
        self._version = version
        self.file = Path(version.root) / version.file
        if not self.file.is_file():
            raise OperationError(
                f"{self.file} is not there any more. Without --latest the run goes on with its own copy of it."
            )
        self._bundle: Bundle = find_bundle(self.file)

    @property
    def root(self) -> Path:
        """Where its files lie."""
        return self._bundle.root

    def choose(self, specs: list[DagSpec]) -> DagSpec:
        """The DAG of the run, as the file has it now.

        Raises:
            OperationError: It has other tasks or maps, or the file does not have it any more.
        """
        before = self._version.spec
        now = next((spec for spec in specs if spec.dag_id == before.dag_id), None)
        if now is None:
            raise OperationError(f"{self.file} has no DAG {before.dag_id!r} any more. {_WITHOUT}")
        difference = find_difference(before, now)
        if difference is not None:
            raise OperationError(
                f"DAG {before.dag_id!r} has another structure than the run: {difference}. Run the file anew to use it, "
                f"or rerun without --latest. {_WITHOUT}"
            )
        return now

    def save(self, journal: Journal, home: Path, spec: DagSpec) -> int:
        """Keep the files and the DAG.

        Returns:
            The number of the version.
        """
        kept = save_bundle(home, self._bundle.root, [self.file.absolute()], beside=self._bundle.files)
        return journal.save_version(spec, bundle=kept, root=str(self._bundle.root), file=spec.file)


def check_latest(version: VersionRow, settings: Settings) -> None:
    """Find out whether a run could go on with its DAG file as it is now. The file is loaded, nothing is run.

    Raises:
        DagFileError: It cannot be loaded.
        OperationError: It is gone, or the DAG has another structure in it.
    """
    latest = LatestVersion(version)
    report = parse_in_child(latest.file, settings.parse_timeout_s)
    if report.errors:
        raise DagFileError(report.errors)
    latest.choose(report.specs)


_WITHOUT = "Without --latest the run goes on with its own copy."


def find_difference(before: DagSpec, now: DagSpec) -> str | None:
    """In words, the first difference that keeps a run from going on with another version; None when there is none."""
    ids_before = [task.task_id for task in before.tasks]
    ids_now = [task.task_id for task in now.tasks]
    new = [task_id for task_id in ids_now if task_id not in ids_before]
    gone = [task_id for task_id in ids_before if task_id not in ids_now]
    if new or gone:
        parts = [f"task {new[0]!r} is new"] if new else []
        return " and ".join(parts + ([f"task {gone[0]!r} is gone"] if gone else []))
    for old, new_task in zip(before.tasks, now.tasks, strict=True):
        if old.task_id != new_task.task_id:
            return f"the order of tasks {old.task_id!r} and {new_task.task_id!r} has changed"
        if _placing(before, old) != _placing(now, new_task):
            return f"task {old.task_id!r} is mapped in another way"
    return None


def _placing(spec: DagSpec, task: TaskSpec) -> tuple[tuple[int, ...], int | None, list[MapSpec]]:
    maps = [*task.scope, *(() if task.map is None else (task.map,))]
    return task.scope, task.map, [spec.maps[number] for number in maps]
