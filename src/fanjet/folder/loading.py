"""Loads several DAG files at a time, each in a process of its own; one that takes long does not hold up the others."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Self

from fanjet.parsing.conversation import Serve
from fanjet.parsing.forked import ForkedParser
from fanjet.parsing.report import ParseReport

#: Whoever takes longer leaves its place to the next, and is not waited for.
SLOW_S = 5.0
#: So many files that were slow before are loaded beside the others; further ones wait for these.
_SLOW_AT_ONCE = 4
#: The most that are slow at once, with those that nobody knew to be slow: then all wait.
_MOST_SLOW = 16
#: How often somebody who waits may see to something else.
_TICK_S = 0.2


class _Open(NamedTuple):
    """A file that is being loaded."""

    future: Future[ParseReport]
    since: float
    #: It took long the last time.
    was_slow: bool

    def is_slow(self, now: float) -> bool:
        return self.was_slow or now - self.since >= SLOW_S


class Loading:
    """The processes that load the files of one folder. Used from one thread, but for `abort` and `load_one`.

    Args:
        root: The root of the bundles.
        processes: How many files at a time, beside slow ones.
        timeout_s: How long a file may take.
        serve: Answers what the files ask; from several threads at a time.
    """

    def __init__(self, root: Path, *, processes: int, timeout_s: float, serve: Serve) -> None:
        #: Called when a file has been loaded that nobody waits for any more; from another thread.
        self.on_late: Callable[[], None] = lambda: None
        self._root = root
        self._processes = processes
        self._timeout_s = timeout_s
        self._serve = serve
        self._lock = Lock()
        self._is_aborted = False
        self._parsers: list[ForkedParser] = []
        self._idle: list[ForkedParser] = []
        self._threads = ThreadPoolExecutor(processes + _MOST_SLOW, thread_name_prefix="load")
        #: What is being loaded, or has been and was not taken.
        self._open: dict[Path, _Open] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        self.abort()
        self._threads.shutdown(cancel_futures=True)
        for parser in self._parsers:
            parser.close()

    def abort(self) -> None:
        """End what is being loaded now, without waiting; nothing can be loaded afterwards. From any thread."""
        with self._lock:
            self._is_aborted = True
            for parser in self._parsers:
                parser.abort()

    @property
    def under_way(self) -> Collection[Path]:
        """What was begun, and nobody has taken yet."""
        return self._open.keys()

    def forget(self, file: Path) -> None:
        """Nobody will take a file that is under way."""
        if file in self._open and self._open[file].future.done():
            del self._open[file]

    def load(
        self,
        files: Sequence[Path],
        *,
        slow: Collection[Path] = (),
        begin: Callable[[Path], None] = lambda _: None,
        is_patient: bool = True,
    ) -> Iterator[tuple[Path, ParseReport] | None]:
        """Load files. What is under way already is taken up.

        Args:
            files: The files, in the order in which they are wanted.
            slow: Those of them that took long the last time: they are loaded beside the others.
            begin: Called with each file before it is loaded.
            is_patient: Wait for all; else only for those that do not take long.

        Yields:
            Each file with its report, as they come, and None now and then while there is nothing. Who stops taking, or
            is not patient, finds what was begun in a later call.
        """
        mine = {file for file in files if file in self._open}
        waiting = deque(file for file in files if file not in mine and file not in slow)
        late = deque(file for file in files if file not in mine and file in slow)
        while True:
            self._begin(waiting, late, mine, begin)
            if done := [file for file in mine if self._open[file].future.done()]:
                mine.difference_update(done)
                self._begin(waiting, late, mine, begin)  # while these are taken
                for file in done:
                    yield file, self._open.pop(file).future.result()
            elif waiting or (is_patient and (mine or late)) or not self._are_slow(mine):
                self._wait()
                yield None
            else:
                break
        for file in mine:
            self._open[file].future.add_done_callback(lambda _: self.on_late())

    def _begin(self, waiting: deque[Path], late: deque[Path], mine: set[Path], begin: Callable[[Path], None]) -> None:
        """Begin as many as there are places."""
        now = time.monotonic()
        running = [each.is_slow(now) for each in self._open.values() if not each.future.done()]
        slow = sum(running)
        room = min(self._processes - (len(running) - slow), self._processes + _MOST_SLOW - len(running))
        for queue, places, was_slow in ((waiting, room, False), (late, _SLOW_AT_ONCE - slow, True)):
            for _ in range(min(places, len(queue))):
                file = queue.popleft()
                begin(file)
                self._open[file] = _Open(self._threads.submit(self.load_one, file), now, was_slow)
                mine.add(file)

    def _are_slow(self, files: Collection[Path]) -> bool:
        now = time.monotonic()
        return all(self._open[file].is_slow(now) for file in files)

    def _wait(self) -> None:
        wait([each.future for each in self._open.values() if not each.future.done()], _TICK_S, FIRST_COMPLETED)

    def load_one(self, file: Path) -> ParseReport:
        """Load one file, at once. From any thread."""
        with self._lock:
            if self._idle:
                parser = self._idle.pop()
            else:
                self._parsers.append(parser := ForkedParser(self._serve))
            if self._is_aborted:
                parser.abort()
        try:
            return parser.parse(file, self._root, self._timeout_s)
        finally:
            with self._lock:
                self._idle.append(parser)
