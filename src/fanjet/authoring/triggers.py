"""Triggers: what a task can wait for without a slot, and what a trigger says when the wait is over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from fanjet.errors import DagTypeError

if TYPE_CHECKING:
    from logging import Logger


class TriggerEvent:
    """The wait is over, and the task goes on.

    Args:
        payload: What its method gets as ``event``: anything that a task could return.
    """

    def __init__(self, payload: Any) -> None:
        self.payload = payload

    def __repr__(self) -> str:
        return f"{type(self).__name__}<{self.payload!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TriggerEvent) and type(other) is type(self) and other.payload == self.payload

    __hash__ = None  # type: ignore[assignment] # as of all that can change


class BaseTaskEndEvent(TriggerEvent):
    """The wait is over, and with it the task: none of its methods runs any more.

    Args:
        xcoms: What the task is to have pushed, by key; ``return_value`` is its result.
    """

    #: How the task ends.
    task_instance_state: ClassVar[str]

    def __init__(self, *, xcoms: Mapping[str, Any] | None = None) -> None:
        super().__init__(self.task_instance_state)
        self.xcoms = None if xcoms is None else dict(xcoms)


class TaskSuccessEvent(BaseTaskEndEvent):
    """The task is a success."""

    task_instance_state = "success"


class TaskFailedEvent(BaseTaskEndEvent):
    """The task has failed, and is not retried."""

    task_instance_state = "failed"


class TaskSkippedEvent(BaseTaskEndEvent):
    """The task is skipped."""

    task_instance_state = "skipped"


class WaitingInstance(NamedTuple):
    """Whose trigger it is."""

    dag_id: str
    run_id: str
    task_id: str
    #: The map index as a path; ``()`` in an unmapped task.
    map_path: tuple[int, ...]
    try_number: int

    @property
    def map_index(self) -> int:
        """The innermost position; -1 in an unmapped task."""
        return self.map_path[-1] if self.map_path else -1


class BaseTrigger:
    """Something to wait for. Made in the task, and made again from what `serialize` gives in the process that waits.

    That process runs thousands of triggers in one asyncio loop, so `run` must never block.
    """

    #: Whose trigger it is; None until it runs.
    task_instance: WaitingInstance | None = None
    #: Its number in the process that waits.
    trigger_id: int | None = None
    #: The time that it lives in, a `fanjet.runtime.clock.Clock`; None for the system's.
    clock: Any = None

    def __init__(self, **kwargs: Any) -> None:
        if kwargs:
            names = ", ".join(sorted(kwargs))
            raise DagTypeError(f"{type(self).__name__} takes no argument {names}.", fix="leave it out")

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How to make it again: ``module.Class`` and the arguments by name, which can be all that a task can return."""
        raise DagTypeError(f"Trigger class {type(self).__name__} has no serialize() method.", fix="write one")

    def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, then yield an event; an ``async def`` with ``yield``. Only the first event counts."""
        raise DagTypeError(f"Trigger class {type(self).__name__} has no run() method.", fix="write one")

    async def cleanup(self) -> None:
        """Give back what `run` has taken; called whenever it is over, also when nobody waits any more."""

    async def on_kill(self) -> None:
        """End what was waited for; called when the task is cleared, cancelled or marked while it waits."""

    @property
    def log(self) -> Logger:
        """A logger; what is logged becomes part of the log of the try when it goes on."""
        import logging  # noqa: PLC0415 - slow to import, and needed by those that log only

        return logging.getLogger(f"fanjet.task.{type(self).__name__}")

    def __repr__(self) -> str:
        classpath, kwargs = self.serialize()
        return f"<{classpath} {', '.join(f'{name}={value}' for name, value in kwargs.items())}>"


@dataclass
class StartTriggerArgs:
    """What an operator waits for before it does anything else (`BaseOperator.start_from_trigger`)."""

    #: ``module.Class`` of the trigger.
    trigger_cls: str
    #: The method that runs when it has fired.
    next_method: str
    #: Arguments of the trigger by name; those whose names are template fields of the operator are templates.
    trigger_kwargs: dict[str, Any] | None = None
    #: What the method gets besides context and event.
    next_kwargs: dict[str, Any] | None = None
    timeout: timedelta | float | None = None
