"""What the folder's process counts, in the form that all processes of a service write their numbers down in."""

from __future__ import annotations

from fanjet.folder.counters import Counters
from fanjet.model.metrics import FOLDER_LOOKED_AT, Metrics, Sample


class FolderMeters:
    """The numbers of one folder's process."""

    def __init__(self) -> None:
        #: Whether they were read after the first look at the folder.
        self.was_read = False
        self._all = Metrics()
        self._looked_at = self._all.gauge(FOLDER_LOOKED_AT, "When the DAG folder was last looked at (Unix time).")
        self._looks = self._all.counter("fanjet_folder_looks_total", "Looks at the DAG folder.")
        self._look_s = self._all.gauge("fanjet_folder_look_seconds", "What the last look took, without loading files.")
        self._parsed = self._all.counter("fanjet_parsed_files_total", "Loads of DAG files.")
        self._failed = self._all.counter("fanjet_parse_failures_total", "Loads of DAG files that found errors.")
        self._parse_s = self._all.histogram("fanjet_parse_seconds", "What loading a DAG file took.")
        self._slowest_s = self._all.gauge("fanjet_parse_slowest_seconds", "What the slowest DAG file takes to load.")
        self._files = self._all.gauge("fanjet_folder_files", "Files of the DAG folder that may hold DAGs.")
        self._waiting = self._all.gauge("fanjet_folder_waiting_files", "DAG files that wait to be loaded.")

    def read(self, counters: Counters) -> list[Sample]:
        """The numbers as of now."""
        self.was_read = counters.looks > 0
        self._looked_at.set(counters.last_looked_at)
        self._looks.value = counters.looks
        self._look_s.set(counters.last_look_s)
        self._parsed.value = counters.parsed
        self._failed.value = counters.failed
        self._parse_s.counts, self._parse_s.total = list(counters.parse_s.counts), counters.parse_s.total
        self._slowest_s.set(max(list(counters.parse_s_of_file.values()), default=0.0))
        self._files.set(counters.files)
        self._waiting.set(counters.waiting)
        return self._all.read()
