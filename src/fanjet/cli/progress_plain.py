"""The display for files, pipes and CI: a plain line now and then, without escape codes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from fanjet.cli.output import leave_pipe, output_optional, print_text
from fanjet.cli.progress_closing import Failures, failure_lines, opening_line, result_lines
from fanjet.cli.progress_lines import Line, hidden_line, lay_out, plain, row_line, say_stopping, total_line
from fanjet.cli.progress_rows import Row, Times, Watch, choose_rows
from fanjet.cli.quantities import say_clock
from fanjet.cli.terminal import Terminal
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.scheduler.display import Snapshot

#: Long runs speak more rarely: once in a 30th of the time that they have taken, within these bounds.
_LEAST_PAUSE_S = 2.0
_MOST_PAUSE_S = 60.0
_PAUSE_SHARE = 30
#: Times and rates are as exact as the looks are frequent.
_LOOK_EVERY_S = 0.25
#: How many rows the picture at the end has at most, and how many tasks a line in between names.
_MOST_ROWS = 40
_MOST_NAMED = 3


class PlainDisplay:
    """Prints on the standard output; when its reader goes away the run goes on in silence.

    Whoever only watches has nothing to go on with: then the broken pipe is an error.

    Args:
        find_failures: Asked at the end of a run that failed.
        terminal: What the standard output can show.
        clock: Never goes back.
        times: Of a run that began before it was shown; brings its own clock.
    """

    def __init__(
        self,
        find_failures: Callable[[int], Failures],
        terminal: Terminal,
        clock: Callable[[], float] = time.monotonic,
        times: Times | None = None,
    ) -> None:
        self._find_failures = find_failures
        self._terminal = terminal
        self._times = times
        self._clock = clock if times is None else times.now
        self._watch: Watch | None = None
        self._opened_at = self._spoke_at = 0.0
        self._said: Sequence[int] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to give back."""

    def run_opened(self, info: RunInfo, spec: DagSpec, snapshot: Snapshot, *, resumed: bool) -> None:
        """Print the heading."""
        self._watch = Watch(spec, _MOST_ROWS, self._times)
        self._opened_at = self._spoke_at = self._clock()
        _, overall = self._watch.look(snapshot, self._opened_at)
        if self._times is not None:
            self._opened_at = self._times.began_at()
        self._said = overall.counts
        self._print([opening_line(info, overall, resumed=resumed)])

    def progress(self, info: RunInfo, snapshot: Snapshot) -> None:  # noqa: ARG002 - the port's signature
        """Print a line when something changed and the last one is old enough."""
        assert self._watch is not None
        now = self._clock()
        if not self._watch.due(now, _LOOK_EVERY_S):
            return
        rows, overall = self._watch.look(snapshot, now)
        self._watch.looked(now, self._clock())
        pause_s = min(max(_LEAST_PAUSE_S, (now - self._opened_at) / _PAUSE_SHARE), _MOST_PAUSE_S)
        if now - self._spoke_at < pause_s or overall.counts == self._said:
            return
        self._spoke_at, self._said = now, overall.counts
        self._print([[(f"[{say_clock(now - self._opened_at)}] ", ""), *total_line(overall), (_say_active(rows), "")]])

    def run_ended(self, info: RunInfo, status: RunStatus, snapshot: Snapshot) -> None:
        """Print the rows as they ended, what failed, and the result."""
        assert self._watch is not None
        now = self._clock()
        rows, overall = self._watch.look(snapshot, now, last=True)
        shown, hidden = choose_rows(rows, _MOST_ROWS)
        layout = lay_out(shown, self._terminal.width)
        lines = [row_line(row, layout, self._terminal) for row in shown]
        if hidden:
            lines.append(hidden_line(hidden, self._terminal))
        if status is RunStatus.FAILED:
            lines += failure_lines(info.number, self._find_failures(info.number), self._terminal)
        lines += result_lines(info, status, overall, now - self._opened_at, self._terminal)
        self._print(lines)

    def message(self, text: str) -> None:
        """Print a note."""
        self._print([[(part, "")] for part in text.splitlines()])

    def stopping(self, running: int) -> None:
        """Print what happens now."""
        self.message(say_stopping(running))

    def _print(self, lines: Sequence[Line]) -> None:
        try:
            with output_optional():
                print_text("".join(plain(line) + "\n" for line in lines))
                sys.stdout.flush()
        except BrokenPipeError:
            if self._times is not None:
                raise
            leave_pipe()


def _say_active(rows: Sequence[Row]) -> str:
    active = [row for row in rows if row.active]
    if not active:
        return ""
    named = ", ".join(f"{row.title} {row.done:,}/{row.total:,}" for row in active[:_MOST_NAMED])
    return f": {named}" + (" ..." if len(active) > _MOST_NAMED else "")
