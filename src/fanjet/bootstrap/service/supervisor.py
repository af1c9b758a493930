"""The supervisor: starts the roles of a service, starts again what dies, and ends them in order."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from fanjet.bootstrap.service.restarts import MOST_SHORT_LIVES
from fanjet.bootstrap.service.role_line import MAY_PASS, WRONG
from fanjet.bootstrap.service.role_process import Ended, Role, RoleProcess
from fanjet.errors import ExecutionError, OperationError

_log = logging.getLogger("fanjet.supervisor")
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
#: The longest sleep; everything that matters wakes the loop up by itself.
_LONGEST_SLEEP_S = 5.0
#: After the system has refused to start a process.
_START_PAUSE_S = 2.0
#: Who wakes up so much later than asked was stopped itself, as in a container that was paused, and all else with it.
_AWAY_S = 2.0
#: Who was told to end at once has so long before it is killed.
_HURRY_S = 5.0


class Supervisor:
    """Keeps processes running until it is told to stop.

    Args:
        roles: What is to be running; the first is the first to be stopped.
        environment: Of their processes.
        on_ready: Called once, when every role with a listener is at work.
        stop_grace_s: How long running tries may go on once a stop was asked for; for people.
    """

    def __init__(
        self,
        roles: Sequence[Role],
        environment: Mapping[str, str],
        *,
        on_ready: Callable[[], None],
        stop_grace_s: float,
    ) -> None:
        self._processes = [RoleProcess(role, environment) for role in roles]
        self._on_ready: Callable[[], None] | None = on_ready
        self._stop_grace_s = stop_grace_s
        self._stops_asked = 0
        self._stops_obeyed = 0
        #: Why the service ends, when it ends by itself.
        self._fault: ExecutionError | OperationError | None = None

    def run(self) -> None:
        """Go on until a signal asks for a stop and every process has ended.

        Raises:
            ExecutionError: A role died at once time and again.
            OperationError: A role cannot be started with these settings.
        """
        with _woken_by_signals(self._stop) as wakeup:
            try:
                while self._stops_obeyed == 0 or any(process.pid for process in self._processes):
                    self._turn(wakeup)
            finally:
                self._kill_all()
        if self._fault is not None:
            raise self._fault

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stops_asked += 1

    def _turn(self, wakeup: int) -> None:
        if self._stops_asked > self._stops_obeyed:
            self._stops_obeyed = self._stops_asked
            self._ask_all_to_end()
        now = time.monotonic()
        if not self._stops_obeyed:
            for process in self._processes:
                if process.start_at is not None and process.start_at <= now:
                    self._start(process, now)
        patience_s = self._find_patience_s(now)
        self._wait(wakeup, patience_s)
        was_away = time.monotonic() - now > patience_s + _AWAY_S
        for process in self._processes:
            process.hear()
            if (ended := process.find_end()) is not None:
                self._take_end(process, ended)
            elif was_away:
                process.forgive_silence()
        self._kill_hung()
        self._tell_when_ready()
        self._press()

    def _start(self, process: RoleProcess, now: float) -> None:
        try:
            process.start()
        except OSError as error:  # out of processes or memory: what runs goes on
            process.start_at = now + _START_PAUSE_S
            _log.error("The %s could not be started (%s); trying again.", process.role.name, error.strerror)

    def _wait(self, wakeup: int, patience_s: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(wakeup, selectors.EVENT_READ)
            for process in self._processes:
                if process.line is not None:
                    selector.register(process.line, selectors.EVENT_READ)
            for key, _ in selector.select(patience_s):
                if key.fd == wakeup:
                    os.read(wakeup, 4096)

    def _find_patience_s(self, now: float) -> float:
        instants = [process.find_patience_end(_HURRY_S) for process in self._processes]
        if not self._stops_obeyed:
            instants += [process.start_at for process in self._processes]
            instants += [process.find_silence_end() for process in self._processes]
        if self._stops_asked > self._stops_obeyed:
            return 0.0
        return max(0.0, min([_LONGEST_SLEEP_S, *(instant - now for instant in instants if instant is not None)]))

    def _tell_when_ready(self) -> None:
        if self._on_ready is not None and all(each.was_ready for each in self._processes if each.role.listener):
            self._on_ready()
            self._on_ready = None

    # --- what hangs or died ---

    def _kill_hung(self) -> None:
        now = time.monotonic()
        for process in self._processes:
            end = process.find_silence_end()
            if not self._stops_obeyed and end is not None and now >= end:
                _log.error(
                    "The %s (process %d) hangs: it has given no sign of life for %g s. It is killed.",
                    process.role.name, process.pid, process.role.silence_s, extra={"role_pid": process.pid},
                )  # fmt: skip
                process.kill_hung()

    def _take_end(self, process: RoleProcess, ended: Ended) -> None:
        name = process.role.name
        if self._stops_obeyed:
            _log.debug("The %s %s.", name, ended.how, extra={"role_pid": ended.pid})
            return
        if ended.status == WRONG and not process.restarts.has_worked:
            self._give_up(OperationError(process.error or f"The {name} cannot be started."))
            return
        was_killed = ended.status in (-signal.SIGKILL, -signal.SIGTERM)
        pause_s = process.restarts.find_pause_s(ended.lived_s, may_pass=ended.status == MAY_PASS, was_killed=was_killed)
        if pause_s is None:
            self._give_up(_explain_short_lives(process, ended))
            return
        process.start_at = time.monotonic() + pause_s
        again = f"It is started again in {pause_s:g} s." if pause_s else "It is started again."
        facts = {"role_pid": ended.pid, "lived_s": round(ended.lived_s, 1)}
        _log.warning("The %s (process %d) %s. %s", name, ended.pid, ended.how, again, extra=facts)
        process.error = ""

    def _give_up(self, fault: ExecutionError | OperationError) -> None:
        self._fault = fault
        self._stops_asked += 1

    # --- stopping ---

    def _ask_all_to_end(self) -> None:
        alive = [process for process in self._processes if process.pid]
        if self._stops_obeyed == 1 and alive and self._fault is None:
            _log.info("Stopping. Running tries may go on for %g s; a second signal kills them.", self._stop_grace_s)
        for process in alive:
            if process.role.listener is not None:
                process.role.listener.close()  # nobody new is let in, also not between two servers
            process.ask_to_end(time.monotonic())

    def _press(self) -> None:
        """Ask those again who had their time."""
        now = time.monotonic()
        for process in self._processes:
            end = process.find_patience_end(_HURRY_S)
            if end is not None and now >= end:
                _log.warning("The %s has not ended in time; it is pressed.", process.role.name)
                process.ask_to_end(now)

    def _kill_all(self) -> None:
        for process in self._processes:
            while process.pid:
                process.ask_to_end(time.monotonic())
                if process.find_end() is None:
                    time.sleep(0.01)


def _explain_short_lives(process: RoleProcess, ended: Ended) -> ExecutionError:
    name = process.role.name
    why = process.error or "It gave no reason; what it wrote stands above."
    return ExecutionError(
        f"The {name} died {MOST_SHORT_LIVES} times soon after its start; the last time it {ended.how}. {why}"
    )


@contextmanager
def _woken_by_signals(stop: Callable[[int, FrameType | None], None]) -> Iterator[int]:
    """Within this context the signals to stop call `stop`, and they and the ends of children make the fd readable."""
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.set_blocking(write_end, False)
    # What is ignored stays so: nohup and the shells of scripts want it.
    heard = [number for number in _STOP_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    old_fd = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    try:
        yield read_end
    finally:
        signal.set_wakeup_fd(old_fd)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(read_end)
        os.close(write_end)
