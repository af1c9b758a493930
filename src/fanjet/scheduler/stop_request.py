"""Whether somebody wants a scheduler to stop."""

from __future__ import annotations


class StopRequest:
    """Asked once, what runs may end first; asked twice, nothing is waited for."""

    def __init__(self) -> None:
        #: Whether a stop was asked for, so that nothing more is launched.
        self.is_there = False
        #: Whether it was asked for twice, so that nothing waits for running tries any more.
        self.is_urgent = False

    def ask(self) -> None:
        """Ask for it, or once more. Safe to call from a signal handler."""
        self.is_urgent = self.is_there
        self.is_there = True
