"""Loads the files of `fanjet check`, several at a time, each in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import LifoQueue

from fanjet.bootstrap.stored_lookups import answer_lookup
from fanjet.cli.check_strict import is_slow, without
from fanjet.cli.dag_files import DagFile
from fanjet.model.requests import Failure, Found, Lookup
from fanjet.parsing.bundle import find_root
from fanjet.parsing.forked import ForkedParser
from fanjet.parsing.report import ParseReport
from fanjet.settings import Settings, load_settings

#: Files that are loaded at the same time, at least and where there are enough: a file that hangs holds up no other.
_AT_ONCE = 4
#: Another process that loads takes about as long to start as so many files take to load.
_FILES_OF_ONE = 8


class Loader:
    """Loads files.

    Args:
        timeout: How long a file may take, as in a setting; None for what the settings say.
        rules: Whether to apply the rules of `--strict`.
        ignored: But for these.
    """

    def __init__(self, timeout: str | None, *, rules: bool, ignored: Sequence[str]) -> None:
        self._timeout = timeout
        self._rules = rules
        self._ignored = ignored
        self._idle: LifoQueue[_Process] = LifoQueue()

    @contextmanager
    def loading(self, files: Sequence[DagFile]) -> Iterator[Iterator[ParseReport]]:
        """The reports, in the order of the files."""
        settings = [load_settings({"parse_timeout_s": self._timeout}, start=file.path) for file in files]
        at_once = min(max(_AT_ONCE, os.cpu_count() or 1), 1 + len(files) // _FILES_OF_ONE)
        with ExitStack() as stack:
            processes = [stack.enter_context(_Process()) for _ in range(at_once)]
            for process in processes:
                self._idle.put(process)
            pool = stack.enter_context(ThreadPoolExecutor(at_once))
            try:
                yield pool.map(self._load, files, settings)
            except BaseException:  # Ctrl-C
                pool.shutdown(wait=False, cancel_futures=True)
                for process in processes:
                    process.abort()
                raise

    def _load(self, file: DagFile, settings: Settings) -> ParseReport:
        process = self._idle.get()
        try:
            process.settings = settings
            return self._load_strictly(process, file) if self._rules else process.load(file)
        finally:
            self._idle.put(process)

    def _load_strictly(self, process: _Process, file: DagFile) -> ParseReport:
        """A slow file is loaded again: the first time, files that it imports may have come from a cold disk."""
        report = process.load(file, rules=True)
        if is_slow(report, self._ignored):
            again = process.load(file, rules=True)
            report = again if not again.errors and again.duration_s < report.duration_s else report
        return without(report, self._ignored)


class _Process(ForkedParser):
    """Loads one file at a time, each with settings of its own."""

    def __init__(self) -> None:
        super().__init__(self._answer, niceness=0)
        self.settings: Settings | None = None

    def load(self, file: DagFile, *, rules: bool = False) -> ParseReport:
        """The report of a file."""
        assert self.settings is not None, "they come first"
        return self.parse(file.path, find_root(file.path), self.settings.parse_timeout_s, "rules" if rules else "")

    def _answer(self, request: Lookup) -> Found | Failure:
        assert self.settings is not None, "only a file that is being loaded asks"
        return answer_lookup(self.settings, request)
