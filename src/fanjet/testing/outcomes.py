"""What tasks do in a test in place of their work: give a value, raise, call a function, one after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from fanjet.errors import OperationError


@dataclass(frozen=True)
class Given:
    """The result of the task."""

    value: Any


@dataclass(frozen=True)
class Raised:
    """What the task raises: an exception, or a class of exceptions."""

    error: BaseException | type[BaseException]

    def make(self) -> BaseException:
        """The exception to raise."""
        return self.error() if isinstance(self.error, type) else self.error.with_traceback(None)


@dataclass(frozen=True)
class Called:
    """A function in the place of the task's own, or of a sensor's `poke`."""

    function: Callable[..., Any]


@dataclass(frozen=True)
class Tries:
    """One outcome for each try, the last one for all later tries too."""

    outcomes: tuple[Outcome, ...]

    def of(self, try_number: int) -> Outcome:
        """The outcome of a try; `try_number` is 1-based."""
        return self.outcomes[min(try_number, len(self.outcomes)) - 1]


@dataclass(frozen=True)
class Pokes:
    """One outcome for each poke of a sensor, the last one for all later pokes too."""

    outcomes: tuple[Outcome, ...]

    def of(self, poke: int) -> Outcome:
        """The outcome of a poke; `poke` is 1-based and starts again with each try."""
        return self.outcomes[min(poke, len(self.outcomes)) - 1]


Outcome: TypeAlias = Given | Raised | Called | Tries | Pokes


def tries(*outcomes: Any) -> Tries:
    """What a task does in its first try, in its second and so on; the last outcome stands for all later tries.

    Args:
        outcomes: For each try a value to return, an exception (or its class) to raise, or a function to call.
    """
    return Tries(_outcomes(outcomes, "tries()"))


def pokes(*outcomes: Any) -> Pokes:
    """What a sensor finds at its first poke, at its second and so on; the last outcome stands for all later pokes.

    Args:
        outcomes: For each poke a value (a true one ends the wait), an exception to raise, or a function to call.
    """
    return Pokes(_outcomes(outcomes, "pokes()"))


def _outcomes(given: tuple[Any, ...], what: str) -> tuple[Outcome, ...]:
    if not given:
        raise OperationError(f"{what} needs at least one outcome. Fix: give values, exceptions or functions.")
    if any(isinstance(each, Tries | Pokes) for each in given):
        raise OperationError(f"{what} cannot hold tries() or pokes().")
    return tuple(find_outcome(each) or Given(each) for each in given)


def find_outcome(given: Any) -> Outcome | None:
    """What something stands for that is no plain value; None for a value."""
    if isinstance(given, Tries | Pokes):
        return given
    if is_exception(given):
        return Raised(given)
    return Called(given) if callable(given) else None


def is_exception(given: Any) -> bool:
    """Whether it is an exception or a class of exceptions."""
    return isinstance(given, BaseException) or (isinstance(given, type) and issubclass(given, BaseException))
