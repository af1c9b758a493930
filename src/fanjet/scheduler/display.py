"""How the scheduler tells a watching person what goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus


class Snapshot(Protocol):
    """How far a run is; valid during the call that it is handed to."""

    def counts(self, task: int) -> Sequence[int]:
        """The number of instances of a task in each state, by `State` number. Not yet expanded maps have none."""

    def length_known(self, task: int) -> bool:
        """Whether `counts` of the task adds up to all the instances that there will be."""


class Display(Protocol):
    """Told by the scheduler, in its thread; must be quick."""

    def run_opened(self, info: RunInfo, spec: DagSpec, snapshot: Snapshot, *, resumed: bool) -> None:
        """A run starts, or goes on if it was resumed."""

    def progress(self, info: RunInfo, snapshot: Snapshot) -> None:
        """Something may have changed; at most ten times a second for a run."""

    def run_ended(self, info: RunInfo, status: RunStatus, snapshot: Snapshot) -> None:
        """The run is over; RUNNING when it was only interrupted and can be resumed."""

    def message(self, text: str) -> None:
        """A note or warning for people, one or more lines."""

    def stopping(self, running: int) -> None:
        """Nothing more is launched, because a stop was asked for; so many tries run and may end first."""


class Silent:
    """A display for programs: shows nothing."""

    def run_opened(self, info: RunInfo, spec: DagSpec, snapshot: Snapshot, *, resumed: bool) -> None:
        """Show nothing."""

    def progress(self, info: RunInfo, snapshot: Snapshot) -> None:
        """Show nothing."""

    def run_ended(self, info: RunInfo, status: RunStatus, snapshot: Snapshot) -> None:
        """Show nothing."""

    def message(self, text: str) -> None:
        """Show nothing."""

    def stopping(self, running: int) -> None:
        """Show nothing."""
