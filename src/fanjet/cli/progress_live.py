"""The display for terminals: a line per task or group that moves, drawn with rich."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from fanjet.cli.output import output_optional
from fanjet.cli.progress_closing import Failures, failure_lines, opening_line, result_lines
from fanjet.cli.progress_lines import Layout, Line, hidden_line, lay_out, row_line, say_stopping, total_line
from fanjet.cli.progress_rows import Row, Times, Watch, choose_rows
from fanjet.cli.terminal import Terminal, look_at
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.model.texts import printable
from fanjet.scheduler.display import Snapshot

#: Lines of the picture beside the rows: what is hidden, the total, and the line of the cursor.
_OTHER_LINES = 3


class LiveDisplay:
    """Draws on the standard output, a terminal; one run at a time.

    Args:
        find_failures: Asked at the end of a run that failed.
        clock: Never goes back.
        times: Of a run that began before it was shown; brings its own clock.
    """

    def __init__(
        self,
        find_failures: Callable[[int], Failures],
        clock: Callable[[], float] = time.monotonic,
        times: Times | None = None,
    ) -> None:
        self._find_failures = find_failures
        self._times = times
        self._clock = clock if times is None else times.now
        self._console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
        self._live: Live | None = None
        self._watch: Watch | None = None
        self._layout: Layout | None = None
        self._opened_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the terminal back."""
        self._stop()

    def run_opened(self, info: RunInfo, spec: DagSpec, snapshot: Snapshot, *, resumed: bool) -> None:
        """Print the heading and start to draw below it."""
        self._stop()
        self._opened_at = self._clock() if self._times is None else self._times.began_at()
        self._watch, self._layout = Watch(spec, look_at().height - _OTHER_LINES, self._times), None
        _, overall = self._watch.look(snapshot, self._clock())
        self._print([opening_line(info, overall, resumed=resumed)])
        self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        with output_optional():
            self._live.start()
        self._draw(self._watch, snapshot)

    def progress(self, info: RunInfo, snapshot: Snapshot) -> None:  # noqa: ARG002 - the port's signature
        """Draw again."""
        assert self._watch is not None
        now = self._clock()
        if self._watch.due(now, 0.0):
            self._draw(self._watch, snapshot)
            self._watch.looked(now, self._clock())

    def run_ended(self, info: RunInfo, status: RunStatus, snapshot: Snapshot) -> None:
        """Leave the last picture and say how it ended."""
        assert self._watch is not None
        overall = self._draw(self._watch, snapshot, last=True)
        self._stop()
        terminal = look_at()
        lines: list[Line] = []
        if status is RunStatus.FAILED:
            lines += failure_lines(info.number, self._find_failures(info.number), terminal)
        lines += result_lines(info, status, overall, self._clock() - self._opened_at, terminal)
        self._print(lines)

    def message(self, text: str) -> None:
        """Print a note above the picture."""
        self._print([[(part, "yellow")] for part in text.splitlines()])

    def stopping(self, running: int) -> None:
        """Print above the picture what happens now."""
        self.message(say_stopping(running))

    def _draw(self, watch: Watch, snapshot: Snapshot, *, last: bool = False) -> Row:
        now, terminal = self._clock(), look_at()
        rows, overall = watch.look(snapshot, now, last=last)
        shown, hidden = choose_rows(rows, terminal.height - _OTHER_LINES)
        self._layout = lay_out(shown, terminal.width, self._layout)
        lines = [row_line(row, self._layout, terminal) for row in shown]
        if hidden:
            lines.append(hidden_line(hidden, terminal))
        if not last:
            lines.append(total_line(overall, terminal.width))
        if self._live is not None:
            with output_optional():
                self._live.update(self._text(lines, terminal), refresh=True)
        return overall

    def _text(self, lines: Sequence[Line], terminal: Terminal) -> Text:
        texts = [_style(line) for line in lines]
        for text in texts:
            text.truncate(terminal.width)
        return Text("\n", no_wrap=True, overflow="crop").join(texts)

    def _print(self, lines: Sequence[Line]) -> None:
        with output_optional():
            for line in lines:
                self._console.print(_style(line), soft_wrap=True)

    def _stop(self) -> None:
        if self._live is not None:
            with output_optional():
                self._live.stop()
            self._live = None


def _style(line: Line) -> Text:
    """Grey is what terminals call bright black."""
    return Text.assemble(*[(printable(text), style.replace("grey", "bright_black")) for text, style in line])
