"""What the process of a DAG folder has done, for metrics."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from fanjet.folder.known_files import KnownFiles
from fanjet.model.metrics import Histogram


@dataclass(slots=True)
class Counters:
    """Counts since the process began, and how things stand. May be read from any thread."""

    #: How often the whole folder was looked at to the end, how long that took last (without loading), when that was.
    looks: int = 0
    last_look_s: float = 0.0
    last_looked_at: float = 0.0
    #: How often a file was loaded, how many of these had errors, and how long each took.
    parsed: int = 0
    failed: int = 0
    parse_s: Histogram = field(default_factory=Histogram)
    #: By file: how long it took to load it last.
    parse_s_of_file: dict[str, float] = field(default_factory=dict)
    #: How things stand: files that may hold DAGs, DAGs, files with errors, files that wait to be loaded.
    files: int = 0
    dags: int = 0
    files_with_errors: int = 0
    waiting: int = 0

    def count_look(self, duration_s: float, *, waiting: int) -> None:
        """The folder was looked at; so many files are to be loaded."""
        self.last_look_s = duration_s
        self.waiting = waiting

    def count_load(self, file: str, duration_s: float, *, failed: bool) -> None:
        """A file was loaded."""
        self.parsed += 1
        self.failed += failed
        self.parse_s.observe(duration_s)
        self.parse_s_of_file[file] = duration_s

    def count_known(self, known: KnownFiles, *, waiting: int) -> None:
        """A look has come to its end, but for files that take long."""
        self.looks += 1
        self.files = len(known)
        self.dags = len(known.dag_ids())
        self.files_with_errors = sum(bool(each.errors) for each in known.all())
        self.last_looked_at = time.time()
        self.waiting = waiting
        self.parse_s_of_file = {file: took for file, took in self.parse_s_of_file.items() if file in known}
