"""What must end a test's run at once, though a task raised it."""

from __future__ import annotations

import sys
from bdb import BdbQuit


class Abort(BaseException):
    """Carries an error through the run, past all that makes failed tries of errors.

    Args:
        error: What `run_dag` raises in the end.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


def ends_test(error: BaseException) -> bool:
    """Whether an exception is meant for the debugger or for pytest, not for the task: a quit, a `pytest.fail()`."""
    if isinstance(error, BdbQuit):
        return True
    outcomes = sys.modules.get("_pytest.outcomes")
    return outcomes is not None and isinstance(error, outcomes.OutcomeException)
