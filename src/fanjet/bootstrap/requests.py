"""What commands ask of the composition root, and what they get back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fanjet.errors import FanjetError, OperationError
from fanjet.model.paths import Path as MapPath
from fanjet.model.states import RunStatus
from fanjet.parsing.report import ParseError


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """Run the DAGs of a file."""

    file: Path
    #: None for all DAGs of the file, one after another.
    dag_id: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    conf: dict[str, Any] = field(default_factory=dict)
    #: Aware; None for now.
    logical_date: datetime | None = None
    #: Run everything in the calling process.
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequest:
    """Go on with a run whose process is gone."""

    #: Number, id, or the unique start of an id; None for the latest run that can be resumed.
    run: str | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Instances of a run, as people name them."""

    #: Ids of tasks or task groups; empty for all tasks.
    tasks: tuple[str, ...] = ()
    #: What lies at and below these; empty for everything.
    paths: tuple[MapPath, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunOptions:
    """What a rerun takes."""

    failed_only: bool = False
    #: Leave alone what depends on it.
    only: bool = False
    #: Run it with the DAG file as it is now.
    latest: bool = False
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """How a run ended, or that it did not."""

    run: int
    run_id: str
    dag_id: str
    #: RUNNING when the run was interrupted and can be resumed.
    status: RunStatus

    @property
    def state(self) -> str:
        """`status` as text, such as ``success``."""
        return self.status.label

    @property
    def interrupted(self) -> bool:
        """Whether the run can be resumed."""
        return self.status not in {RunStatus.SUCCESS, RunStatus.FAILED}


class DagFileError(FanjetError):
    """A DAG file cannot be loaded."""

    def __init__(self, errors: list[ParseError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors


def has_ended(run: int, status: RunStatus) -> OperationError:
    """The error for a run that there is nothing to resume of."""
    return OperationError(
        f"Run {run} has ended ({status.label}); there is nothing to resume. "
        f"`fanjet rerun {run} --failed` runs again what failed."
    )
