"""Fanjet's own errors, one class per party that can mend them."""

from __future__ import annotations


class FanjetError(Exception):
    """The base of all errors that Fanjet raises on purpose. Its text is written for people."""


class DagError(FanjetError):
    """The author of a DAG file made a mistake.

    Args:
        message: What is wrong.
        fix: What to write instead.
        file: The DAG file, if known.
        line: The 1-based line in it, if known.
    """

    def __init__(
        self, message: str, *, fix: str | None = None, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}" + (f" Fix: {self.fix}" if self.fix else "")


class DagTypeError(DagError, TypeError):
    """A `DagError` where Python programs expect a TypeError: unknown, missing or doubled arguments."""


class DagValueError(DagError, ValueError):
    """A `DagError` where Python programs expect a ValueError: a value that cannot be used."""


class DagWarning(UserWarning):
    """The author of a DAG file should know something that does no harm while the file is loaded."""


class OperationError(FanjetError):
    """The operator asked for something that cannot be done: not found, in conflict, a bad argument."""


class NotFoundError(OperationError):
    """There is nothing of the name or number that was given."""


class ConflictError(OperationError):
    """Something of that name is there already."""


class RunOwnedError(OperationError):
    """A process that lives carries the run out; it can be asked."""


class ExecutionError(FanjetError):
    """The outside world failed: a full disk, a database that is gone, a process that died.

    Args:
        message: What happened and what to do.
        temporary: Whether trying again later may help.
    """

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.temporary = temporary


class LeaseLostError(ExecutionError):
    """Another process has taken over runs that this one carried out; nothing of the batch was written.

    Args:
        message: What happened.
        runs: The numbers of the runs that are no longer this process's.
    """

    def __init__(self, message: str, runs: frozenset[int]) -> None:
        super().__init__(message)
        self.runs = runs


class DatabaseReplacedError(ExecutionError):
    """The database is another one than before: what this process knows of it holds no longer, and it has to end."""


class InvariantError(FanjetError):
    """Fanjet itself is wrong: a bug.

    Args:
        message: Which rule was broken.
        story: What had happened to the key in question, oldest first.
    """

    def __init__(self, message: str, story: tuple[str, ...] = ()) -> None:
        super().__init__(message + "".join(f"\n  {line}" for line in story))
        self.story = story
