"""Loads several DAG files at a time, each in a process of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from queue import SimpleQueue
from typing import Self

from fanjet.parsing.conversation import Serve
from fanjet.parsing.forked import ForkedParser
from fanjet.parsing.report import ParseReport


class Loading:
    """The processes that load the files of one folder.

    Args:
        root: The root of the bundles.
        processes: How many files at a time.
        timeout_s: How long a file may take.
        serve: Answers what the files ask; from several threads at a time.
    """

    def __init__(self, root: Path, *, processes: int, timeout_s: float, serve: Serve) -> None:
        self._root = root
        self._timeout_s = timeout_s
        self._parsers = [ForkedParser(serve) for _ in range(processes)]
        self._idle: SimpleQueue[ForkedParser] = SimpleQueue()
        for parser in self._parsers:
            self._idle.put(parser)
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="load")

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
        for parser in self._parsers:
            parser.abort()

    def load(self, files: Iterable[Path]) -> Iterator[tuple[Path, ParseReport]]:
        """Load files, a few ahead of what is taken.

        Yields:
            Each file with its report, as they come. Who stops taking leaves the rest unloaded.
        """
        waiting = iter(files)
        open_ones: dict[Future[ParseReport], Path] = {}
        while True:
            for file in waiting:
                open_ones[self._threads.submit(self.load_one, file)] = file
                if len(open_ones) > len(self._parsers):
                    break
            if not open_ones:
                return
            done, _ = wait(open_ones, return_when=FIRST_COMPLETED)
            for future in done:
                yield open_ones.pop(future), future.result()

    def load_one(self, file: Path) -> ParseReport:
        """Load one file."""
        parser = self._idle.get()
        try:
            return parser.parse(file, self._root, self._timeout_s)
        finally:
            self._idle.put(parser)
