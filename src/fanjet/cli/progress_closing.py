"""What a display says when a run is over: what failed and why, the result, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

import msgspec

from fanjet.cli.looks import LOOK_INTERRUPTED, LOOK_OF_RUN, LOOK_OF_STATE, say_counts
from fanjet.cli.progress_lines import Line, plain
from fanjet.cli.progress_rows import Row
from fanjet.cli.quantities import say_count, say_duration
from fanjet.cli.terminal import Terminal
from fanjet.cli.text_width import cut, text_width
from fanjet.model.paths import Path, show
from fanjet.model.runs import RunInfo
from fanjet.model.states import RunStatus, State
from fanjet.model.texts import printable

#: So many failures are named; `fanjet show` has them all.
MOST_FAILURES = 5
_ERROR_LINES = 3
_PLAIN_ERROR_WIDTH = 400
_TO_GO = frozenset({State.NONE, State.SCHEDULED})


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One instance that failed, or that could not run for a recorded reason."""

    task_id: str
    path: Path
    try_number: int
    label: str | None
    #: Why, for people; empty when nothing is recorded.
    error: str
    state: State = State.FAILED
    #: How many others of the task failed alike, if it stands for them, and where the first of them are.
    like: int = 0
    like_first: tuple[Path, ...] = ()


class Failures(msgspec.Struct, frozen=True):
    """The first failed instances of a run, or one of each kind, and how many there are."""

    first: Sequence[Failure]
    total: int


def instance_name(task_id: str, path: Path) -> str:
    """``train`` or ``train[3,7]``."""
    return f"{task_id}[{show(path)}]" if path else task_id


def logs_command(run: int, task_id: str, path: Path) -> str:
    """The command that prints what the instance wrote."""
    return _instance_command("logs", run, task_id, path)


def _instance_command(name: str, run: int, task_id: str, path: Path) -> str:
    index = f" --map-index {show(path)}" if path else ""
    return f"fanjet {name} {run} {quote(task_id)}{index}"


def failure_lines(run: int, failures: Failures, terminal: Terminal) -> list[Line]:
    """The failed instances with the first lines of their errors, and where to read more."""
    lines: list[Line] = []
    for failure in failures.first:
        lines += describe_failure(run, failure, terminal)
    more = failures.total - count_told(failures.first)
    if more > 0:
        text = f"{terminal.symbol('…', '...')} and {say_count(more, 'more failed instance')}: fanjet show {run}"
        lines.append([(text, "dim")])
    return lines


def count_told(failures: Sequence[Failure]) -> int:
    """How many instances they stand for."""
    return sum(1 + failure.like for failure in failures)


def describe_failure(run: int, failure: Failure, terminal: Terminal) -> list[Line]:
    """One failed instance: its name, its error, the command for its log, or for the rest where it ran no try."""
    name, look = instance_name(failure.task_id, failure.path), LOOK_OF_STATE[failure.state]
    label = f" ({printable(failure.label)})" if failure.label else ""
    tries = f" in try {failure.try_number}" if failure.try_number > 1 else ""
    lines: list[Line] = [
        [
            (terminal.symbol(f"{look.symbol} ", f"{look.ascii_symbol} "), look.style),
            (name, "bold"),
            (label, ""),
            (f" {look.word}{tries}", look.style),
        ]
    ]
    mark, width = terminal.symbol("…", "~"), max(terminal.width - 4, 16) if terminal.live else _PLAIN_ERROR_WIDTH
    told = [text for text in failure.error.splitlines() if text.strip()][:_ERROR_LINES]
    lines += [[("    " + cut(printable(text), width, mark=mark), "")] for text in told]
    if failure.like:
        lines.append([("    " + cut(_say_like(failure), width, mark=mark), "bold")])
    screen = "logs" if failure.state is State.FAILED else "show"
    command = _instance_command(screen, run, failure.task_id, failure.path)
    return [*lines, [(f"    {terminal.symbol('→', '->')} ", "dim"), (command, "cyan")]]


def _say_like(failure: Failure) -> str:
    names = ", ".join(instance_name(failure.task_id, path) for path in failure.like_first)
    more = ", ..." if failure.like > len(failure.like_first) else ""
    return f"and {failure.like:,} more like it: {names}{more}"


def opening_line(info: RunInfo, overall: Row, *, resumed: bool) -> Line:
    """The heading of a run, and how far it was if it is resumed."""
    again = f", {overall.done:,} of {overall.total:,} instances were done" if resumed and overall.done else ""
    return [(info.dag_id, "bold"), (f"  run {info.number}", ""), (f"  {info.run_id}{again}", "dim")]


def result_lines(info: RunInfo, status: RunStatus, overall: Row, took_s: float, terminal: Terminal) -> list[Line]:
    """How it ended and what to do next, in one line where that fits."""
    interrupted = status not in {RunStatus.SUCCESS, RunStatus.FAILED}
    look = LOOK_INTERRUPTED if interrupted else LOOK_OF_RUN[status]
    to_go = sum(overall.counts[state] for state in _TO_GO)
    words = [text for text, _ in say_counts(overall.counts, leave_out=_TO_GO)]
    counts = ", ".join([*words, f"{to_go:,} to go"] if to_go else words)
    result: Line = [
        (f"{terminal.symbol(look.symbol, look.ascii_symbol)} {info.dag_id} run {info.number}: {look.word}", look.style),
        (f" after {say_duration(took_s)}" + (f" ({counts})" if counts else ""), ""),
    ]
    command = f"fanjet resume {info.number}" if interrupted else f"fanjet show {info.number}"
    step: Line = [(f"  {terminal.symbol('→', '->')} ", "dim"), (command, "cyan")]
    fits = text_width(plain([*result, *step])) <= terminal.width
    return [[*result, *step]] if fits else [result, step]
