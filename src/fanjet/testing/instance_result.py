"""What became of one instance, and of each of its tries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fanjet.errors import OperationError
from fanjet.model.paths import Path
from fanjet.model.states import State
from fanjet.model.values import RETURN_VALUE
from fanjet.testing.places import show_instance


@dataclass
class TryRecord:
    """One try. Its instants are virtual."""

    #: 1-based.
    number: int
    started_at: datetime
    ended_at: datetime
    #: ``success``, ``failed`` or ``skipped``.
    state: str = State.RUNNING.label
    #: What it raised, with the traceback.
    error: BaseException | None = None
    #: What it wrote to the standard output, the standard error and its log.
    output: str = ""
    #: How often it was rescheduled before it ended.
    reschedules: int = 0
    #: What it pushed by hand, encoded, by key.
    pushed: dict[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(eq=False)
class InstanceResult:
    """One instance of a task when the run was over."""

    task_id: str
    #: Its positions in the maps, outermost first; ``()`` in an unmapped task.
    map_index: Path
    #: Such as ``success``, ``failed``, ``skipped`` or ``upstream_failed``.
    state: str
    label: str | None
    #: In words, where it failed or why it could not run.
    reason: str | None
    #: The template fields as they were after rendering; empty for a task without templates.
    rendered: dict[str, Any]
    tries: list[TryRecord]
    #: By key; what it returned has the key ``return_value``. An exception stands for what cannot be read.
    xcoms: dict[str, Any]

    @property
    def value(self) -> Any:
        """What it returned; None where there is nothing."""
        return self.xcom()

    @property
    def has_value(self) -> bool:
        """Whether it has a result; a task that returned None has none."""
        return RETURN_VALUE in self.xcoms

    def xcom(self, key: str = RETURN_VALUE) -> Any:
        """What it pushed under a key; None where there is nothing.

        Raises:
            OperationError: The value cannot be read.
        """
        value = self.xcoms.get(key)
        if isinstance(value, Unreadable):
            raise OperationError(f"{self}: its value '{key}' cannot be read: {value.error}") from value.error
        return value

    @property
    def error(self) -> BaseException | None:
        """What the last try raised if the instance failed, else None."""
        return self.tries[-1].error if self.tries and self.state == State.FAILED.label else None

    @property
    def output(self) -> str:
        """What all tries wrote."""
        return "".join(record.output for record in self.tries)

    @property
    def try_number(self) -> int:
        """The number of the last try; 0 when there was none."""
        return self.tries[-1].number if self.tries else 0

    @property
    def started_at(self) -> datetime | None:
        """When the first try began, on the virtual clock."""
        return self.tries[0].started_at if self.tries else None

    @property
    def ended_at(self) -> datetime | None:
        """When the last try ended, on the virtual clock."""
        return self.tries[-1].ended_at if self.tries else None

    def __str__(self) -> str:
        return show_instance(self.task_id, self.map_index)

    def __repr__(self) -> str:
        more = f": {self.reason}" if self.reason else f" -> {self.value!r:.60}" if self.has_value else ""
        return f"<{self} {self.state}{more}>"


@dataclass(frozen=True)
class Unreadable:
    """Stands for a value that could not be read."""

    error: Exception


def instant(seconds: float) -> datetime:
    """Seconds since the epoch as an aware datetime, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
