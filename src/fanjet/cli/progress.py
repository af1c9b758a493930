"""The displays of `fanjet run`, `resume` and `watch`: moving on a terminal, plain lines everywhere else, or JSON."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from fanjet.cli.progress_closing import Failures
from fanjet.cli.progress_plain import PlainDisplay
from fanjet.cli.progress_rows import Times
from fanjet.cli.terminal import look_at
from fanjet.scheduler.display import Display

#: Finds what failed in the run with this number.
FindFailures = Callable[[int], Failures]


class ClosingDisplay(Display, Protocol):
    """A display that gives the terminal back at the end of a `with` block, whatever happened."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def make_display(find_failures: FindFailures, *, inline: bool = False, times: Times | None = None) -> ClosingDisplay:
    """The display that suits the standard output.

    Args:
        find_failures: Asked at the end of a run that failed.
        inline: Tasks write to the same output (and may open a debugger), so nothing may move there.
        times: Of a run that began before it was shown.
    """
    terminal = look_at()
    if terminal.live and not inline:
        from fanjet.cli.progress_live import LiveDisplay  # noqa: PLC0415 - late: rich is for terminals only

        return LiveDisplay(find_failures, times=times)
    return PlainDisplay(find_failures, terminal, times=times)
