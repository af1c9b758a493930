"""Whether somebody wants a scheduler to stop."""

from __future__ import annotations


class StopRequest:
    """Asked once, what runs may end first; asked twice, nothing is waited for."""

    def __init__(self) -> None:
        self._times = 0

    def ask(self) -> None:
        """Ask for it, or once more. Safe to call from a signal handler."""
        self._times += 1

    @property
    def is_there(self) -> bool:
        """Whether a stop was asked for, so that nothing more is launched."""
        return self._times > 0

    @property
    def is_urgent(self) -> bool:
        """Whether it was asked for twice, so that nothing waits for running tries any more."""
        return self._times > 1
