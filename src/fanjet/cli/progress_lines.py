"""The lines of the progress display as styled pieces of text: drawn live on a terminal, printed plainly elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from fanjet.cli.looks import LOOK_OF_STATE, say_counts, summary_look
from fanjet.cli.progress_rows import Row, add_counts
from fanjet.cli.quantities import say_clock, say_count, say_duration, say_rate
from fanjet.cli.terminal import Terminal
from fanjet.cli.text_width import cut, cut_task_id, pad, text_width
from fanjet.model.states import State
from fanjet.model.texts import printable

#: (text, style) pairs.
Line: TypeAlias = list[tuple[str, str]]

_RATE_WIDTH = 8
_ELAPSED_WIDTH = 7
_LEAST_BAR = 8
_LEAST_WIDE_BAR = 14
_MOST_BAR = 40
#: From this width on there is room for words instead of symbols.
_WIDE = 100


class Layout(msgspec.Struct, frozen=True):
    """The widths of the columns, the same for all lines of one picture."""

    title: int
    bar: int
    count: int
    states: int
    left: int
    wide: bool


def say_stopping(running: int) -> str:
    """What happens after the first Ctrl-C, with so many tries running."""
    first = f"{say_count(running, 'running try', 'running tries')} may end first" if running else "nothing runs now"
    return f"Stopping: {first}. Ctrl-C again kills what runs. Either way the run can be resumed."


def lay_out(rows: Sequence[Row], width: int, before: Layout | None = None) -> Layout:
    """Share the width of the terminal among the columns; `before`, of the last picture, keeps them from jumping."""
    wide = width >= _WIDE
    count = max([text_width(_say_progress(row)) for row in rows], default=0)
    states = max([sum(len(text) for text, _ in _say_states(row, words=wide)) for row in rows], default=0)
    if before is not None and before.wide == wide:
        count, states = max(count, before.count), max(states, before.states)
    left = 11 if wide else 7
    title = min(max([text_width(row.title) for row in rows], default=0), max(14, width // 4))
    # The icon with its space, and a gap before each of the six other columns.
    room = width - 2 - title - count - _RATE_WIDTH - _ELAPSED_WIDTH - left - 6
    states = max(0, min(states, room - (_LEAST_WIDE_BAR if wide else _LEAST_BAR)))
    return Layout(title, max(0, min(_MOST_BAR, room - states)), count, states, left, wide)


def row_line(row: Row, layout: Layout, terminal: Terminal) -> Line:
    """One task or group."""
    look = summary_look(row.counts) if row.total else LOOK_OF_STATE[State.NONE]
    quiet = "" if row.elapsed_s is not None or row.over else "dim"
    title = pad(cut_task_id(printable(row.title), layout.title, mark=terminal.symbol("…", "~")), layout.title)
    line: Line = [(terminal.symbol(look.symbol, look.ascii_symbol) + " ", look.style), (title + " ", quiet)]
    line += [*draw_bar(row, layout.bar, terminal), (" ", "")]
    line += [(pad(_say_progress(row), layout.count, right=True) + " ", quiet)]
    line += [*_fit(_say_states(row, words=layout.wide, terminal=terminal), layout.states, terminal), (" ", "")]
    rate = say_rate(row.per_s) if row.total > 1 and not row.brief else ""
    line.append((pad(rate, _RATE_WIDTH, right=True) + " ", "dim"))
    line.append((pad(_say_elapsed(row), _ELAPSED_WIDTH, right=True) + " ", "dim"))
    left = "" if row.left_s is None else f"~{say_clock(row.left_s)}" + (" left" if layout.wide else "")
    line.append((pad(left, layout.left), "dim"))
    return line


def _say_progress(row: Row) -> str:
    if not row.total_known and not row.total:
        return "?"
    return f"{row.done:,}/{row.total:,}" + ("" if row.total_known else "+")


def _say_elapsed(row: Row) -> str:
    if row.elapsed_s is None:
        return ""
    if not row.over:
        return say_clock(row.elapsed_s)
    return ("<" if row.brief else "") + say_duration(row.elapsed_s)


#: The bar and the total show these already.
_SHOWN_OTHERWISE = frozenset({State.SUCCESS, State.NONE, State.SCHEDULED, State.REMOVED})


def _say_states(row: Row, *, words: bool, terminal: Terminal | None = None) -> Line:
    """What is going on in a row beside successes and waiting, as words or as symbols with numbers."""
    if words:
        pieces = say_counts(row.counts, leave_out=_SHOWN_OTHERWISE)
    else:
        pieces = [
            ((look.symbol if terminal is None else terminal.symbol(look.symbol, look.ascii_symbol)) + f"{number:,}",
             look.style)
            for state, look in LOOK_OF_STATE.items()
            if (number := row.counts[state]) and state not in _SHOWN_OTHERWISE
        ]  # fmt: skip
    line: Line = []
    for text, style in pieces:
        line += [(", " if words else " ", ""), (text, style)] if line else [(text, style)]
    return line


def _fit(line: Line, width: int, terminal: Terminal) -> Line:
    """The pieces in exactly `width` columns."""
    fitted: Line = []
    room = width
    for text, style in line:
        piece = cut(text, room, mark=terminal.symbol("…", "~"))
        fitted.append((piece, style))
        room -= text_width(piece)
        if piece != text:
            break
    return [*fitted, (" " * room, "")]


def draw_bar(row: Row, width: int, terminal: Terminal) -> Line:
    """A bar whose parts are as long as the shares of the states; each state that occurs can be seen."""
    full, half, empty = (terminal.symbol(*pair) for pair in (("━", "#"), ("╍", ">"), ("─", "-")))
    if not row.total:
        return [(terminal.symbol("┄", ".") * width, "grey")]
    parts = [
        (row.counts[State.FAILED] + row.counts[State.UPSTREAM_FAILED], full, "red"),
        (row.counts[State.SUCCESS], full, "green"),
        (row.counts[State.SKIPPED], full, "grey"),
        (row.counts[State.RUNNING], half, "cyan"),
    ]
    used = seen = 0
    line: Line = []
    for number, char, style in parts:
        seen += number
        end = min(width, max(used + (number > 0), width * seen // row.total))
        line.append((char * (end - used), style))
        used = end
    return [*line, (empty * (width - used), "grey")]


def total_line(overall: Row, width: int | None = None) -> Line:
    """The last line: everything together, in words; where it is too wide, without the rate, then without the times."""
    pieces: Line = [(f"{_say_progress(overall)} done", "bold")]
    pieces += say_counts(overall.counts, leave_out=_SHOWN_OTHERWISE)
    rate: Line = [(say_rate(overall.per_s), "")] if overall.per_s and not overall.over else []
    times: Line = [] if overall.elapsed_s is None else [(f"{say_clock(overall.elapsed_s)} elapsed", "")]
    if overall.left_s is not None:
        times.append((f"about {say_clock(overall.left_s)} left", ""))
    lines = [_join([*pieces, *more]) for more in ([*rate, *times], times, times[-1:], [])]
    return next((line for line in lines if width is None or text_width(plain(line)) <= width), lines[-1])


def _join(pieces: Line) -> Line:
    """The pieces with commas between them."""
    line: Line = []
    for piece in pieces:
        line += [(", ", "dim"), piece] if line else [piece]
    return line


def hidden_line(hidden: Sequence[Row], terminal: Terminal) -> Line:
    """What stands for the rows that do not fit."""
    over = sum(row.over for row in hidden)
    waiting = sum(row.elapsed_s is None and not row.over for row in hidden)
    parts = [(over, "done"), (len(hidden) - over - waiting, "under way"), (waiting, "waiting")]
    words = ", ".join(f"{number:,} {word}" for number, word in parts if number)
    failed = add_counts(hidden)[State.FAILED]
    text = f"{terminal.symbol('…', '...')} and {say_count(len(hidden), 'more line')}: {words}"
    return [(text, "dim"), (f", {say_count(failed, 'failed instance')}" if failed else "", "red")]


def plain(line: Line) -> str:
    """The text alone."""
    return printable("".join(text for text, _ in line)).rstrip()
