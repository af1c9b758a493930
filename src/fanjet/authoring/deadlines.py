"""Deadlines: when a run has to have ended, and who is told when it has not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from fanjet.authoring.deadline_references import (
    AverageRuntimeDeadline,
    BaseDeadlineReference,
    DagRunLogicalDateDeadline,
    DagRunQueuedAtDeadline,
    FixedDatetimeDeadline,
    check_reference,
)
from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.spec import DeadlineSpec


class Callback:
    """A function, and arguments for it: `AsyncCallback` or `SyncCallback`.

    Args:
        callback_callable: The function, a class such as a notifier, or the dotted name of one, which is imported only
            when a deadline was missed.
        kwargs: Arguments for it. If it takes ``context``, it gets that too.

    Raises:
        DagTypeError: It is no function, or of the wrong kind.
        DagValueError: The arguments cannot be used.
    """

    def __init__(self, callback_callable: Callable[..., Any] | str, kwargs: Mapping[str, Any] | None = None) -> None:
        what = type(self).__name__
        if isinstance(callback_callable, str):
            parts = callback_callable.strip().split(".")
            if len(parts) < 2 or not all(part.isidentifier() for part in parts):
                raise DagTypeError(f"{what}({callback_callable!r}) names no function.", fix="write 'module.function'")
        elif not callable(callback_callable):
            raise DagTypeError(f"{what}({callback_callable!r}) has no function.", fix="give a function or its name")
        if kwargs is not None and (not isinstance(kwargs, Mapping) or not all(isinstance(key, str) for key in kwargs)):
            raise DagTypeError(f"{what}(kwargs={kwargs!r}) cannot be used.", fix="give a dict with names as keys")
        if "context" in (kwargs or {}):
            raise DagValueError(f"{what}: kwargs has 'context'.", fix="leave it out: a function with it gets it anyway")
        self.callback_callable = callback_callable
        self.kwargs = dict(kwargs or {})

    @property
    def path(self) -> str:
        """The dotted name of the function."""
        called = self.callback_callable
        if isinstance(called, str):
            return called.strip()
        return f"{called.__module__}.{getattr(called, '__qualname__', type(called).__qualname__)}"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), self.path))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r})"


class AsyncCallback(Callback):
    """A function written with ``async def``, or a class whose objects can be awaited."""

    def __init__(self, callback_callable: Callable[..., Any] | str, kwargs: Mapping[str, Any] | None = None) -> None:
        super().__init__(callback_callable, kwargs)
        if not isinstance(callback_callable, str) and not _is_async(callback_callable):
            raise DagTypeError(f"{self!r} is not async.", fix="write `async def`, or use SyncCallback")


class SyncCallback(Callback):
    """A plain function, or a class whose objects can be called with the context.

    Args:
        callback_callable: As in `Callback`.
        kwargs: As in `Callback`.
        executor: Refused: a callback runs where the tasks of the DAG run.
    """

    def __init__(
        self,
        callback_callable: Callable[..., Any] | str,
        kwargs: Mapping[str, Any] | None = None,
        executor: str | None = None,
    ) -> None:
        super().__init__(callback_callable, kwargs)
        if executor is not None:
            raise DagTypeError(
                f"{self!r}: executor={executor!r} has no meaning in Fanjet.",
                fix="leave it out: callbacks run where the tasks of the DAG run",
            )
        if not isinstance(callback_callable, type | str) and _is_async(callback_callable):
            raise DagTypeError(f"{self!r} is async.", fix="use AsyncCallback")


class DeadlineAlert:
    """An instant at which a run has to have ended, and who is told when it has not.

    Args:
        reference: What it is counted from: one of `DeadlineReference`.
        interval: How long after that; negative for before.
        callback: Who is told.
        name: For people.

    Raises:
        DagTypeError: One of them is something else.
    """

    def __init__(
        self,
        reference: BaseDeadlineReference,
        interval: timedelta,
        callback: Callback,
        name: str | None = None,
    ) -> None:
        if not isinstance(interval, timedelta):
            raise DagTypeError(f"DeadlineAlert(interval={interval!r}) is no duration.", fix="give a timedelta")
        if not isinstance(callback, AsyncCallback | SyncCallback):
            raise DagTypeError(
                f"DeadlineAlert(callback={callback!r}) cannot be used.",
                fix="give AsyncCallback(function) or SyncCallback(function)",
            )
        if name is not None and not isinstance(name, str):
            raise DagTypeError(f"DeadlineAlert(name={name!r}) is no text.", fix="give a str")
        self.reference = check_reference(reference)
        self.interval = interval
        self.callback = callback
        self.name = name

    @property
    def spec(self) -> DeadlineSpec:
        """It as data."""
        interval_s = self.interval.total_seconds()
        match self.reference:
            case DagRunLogicalDateDeadline():
                return DeadlineSpec(reference="logical_date", interval_s=interval_s, name=self.name)
            case DagRunQueuedAtDeadline():
                return DeadlineSpec(reference="queued_at", interval_s=interval_s, name=self.name)
            case FixedDatetimeDeadline(instant=instant):
                at = instant.timestamp()
                return DeadlineSpec(reference="fixed", interval_s=interval_s, at=at, name=self.name)
            case AverageRuntimeDeadline(max_runs=most, min_runs=least):
                return DeadlineSpec(
                    reference="average_runtime", interval_s=interval_s, max_runs=most, min_runs=least, name=self.name
                )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeadlineAlert) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((self.reference, self.interval, self.callback, self.name))

    def __repr__(self) -> str:
        return f"DeadlineAlert({self.reference!r}, {self.interval!r}, {self.callback!r})"


def to_deadlines(value: Any) -> tuple[DeadlineAlert, ...]:
    """One deadline, several or None as a tuple.

    Raises:
        ValueError: It is something else.
    """
    deadlines = () if value is None else tuple(value) if isinstance(value, list | tuple) else (value,)
    if not all(isinstance(deadline, DeadlineAlert) for deadline in deadlines):
        raise ValueError("a DeadlineAlert or a list of them")
    return deadlines


def _is_async(called: Any) -> bool:
    from inspect import iscoroutinefunction  # noqa: PLC0415 - slow to import, and only for DAGs with deadlines

    return iscoroutinefunction(called) or hasattr(called, "__await__")
