"""One look at a DAG folder: what has changed is loaded, what is gone is noted, and the store knows it."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from fanjet.folder.bundling import Bundling
from fanjet.folder.counters import Counters
from fanjet.folder.keeping import Keeper
from fanjet.folder.known_files import KnownFile, KnownFiles, choose
from fanjet.folder.listing import Lister, Listing
from fanjet.folder.writing import SEEN_EVERY_S, STALE_S
from fanjet.parsing.report import ParseError
from fanjet.store.service.dag_files import DagFiles

_log = logging.getLogger("fanjet.folder")
#: The row for what is wrong with the folder itself.
FOLDER_ITSELF = "."
#: That all files are gone at once is believed when it has been so for this long.
_BELIEVED_AFTER_S = 20.0
#: DAGs of other folders that nobody has seen for so long are gone, where several machines share a database.
_FORGOTTEN_AFTER_S = 3600.0


class Looked(NamedTuple):
    """What one look came to."""

    #: How many files were loaded.
    loaded: int
    #: Whether the folder could be read.
    is_there: bool = True
    #: Whether it ended before all was loaded, because something had changed.
    is_cut: bool = False
    #: When to look again, though nothing has changed.
    again_in_s: float | None = None


class Looker:
    """Looks at one folder again and again. Used from one thread.

    Args:
        lister: Lists it.
        store: Knows it.
        keeper: Loads and keeps its files.
        bundling: Keeps bundles.
        known: The files as they are known.
        counters: Are kept up to date.
        refresh_s: What was loaded so long ago is loaded again.
        is_alone: Nobody else writes about DAGs into this database, as nobody can from another machine.
    """

    def __init__(
        self,
        *,
        lister: Lister,
        store: DagFiles,
        keeper: Keeper,
        bundling: Bundling,
        known: KnownFiles,
        counters: Counters,
        refresh_s: float,
        is_alone: bool,
    ) -> None:
        self._lister = lister
        self._store = store
        self._keeper = keeper
        self._bundling = bundling
        self._known = known
        self._counters = counters
        self._refresh_s = refresh_s
        self._is_alone = is_alone
        self._is_first = True
        #: Files that were there in some look of this process.
        self._seen: set[str] = set()
        #: Files of the store that are there no more; forgotten at the end of a look.
        self._gone: dict[str, KnownFile] = {}
        self._empty_since: float | None = None
        self._told: set[str] = set()
        self._looked_at = time.monotonic()
        self._saw_at = time.monotonic()

    def look(
        self, *, anew: bool = False, is_cut: Callable[[], bool] = lambda: False, is_patient: bool = True
    ) -> Looked:
        """Look once.

        Args:
            anew: Load all files, changed or not.
            is_cut: Whether to end with what has been loaded so far, because there is something newer to see.
            is_patient: Wait for all files; else a later look takes up what takes long.

        Raises:
            ExecutionError: The store failed, or the disk is full. What had been written holds, the next look writes
                the rest.
        """
        started_at = time.monotonic()
        listing = self._lister.list()
        if listing is None:
            self._note_missing()
            return Looked(0, is_there=False)
        if not anew and (doubt_s := self._find_doubt_s(listing)) > 0:
            return Looked(0, again_in_s=doubt_s)
        if self._is_first:
            self._drop_other_folders()
        self._tell(listing.notes)
        self._note_gone(listing)
        helpers = [self._keeper.name_in_root(known.row.file) for known in self._known.all() if known.is_helper]
        self._bundling.set_shared([*listing.kept, *helpers])
        names = _digest_names(listing)
        wanted = sorted(listing.candidates) if anew else self._choose(listing, names)
        self._counters.count_look(time.monotonic() - started_at, waiting=len(wanted))
        loaded, told = 0, self._keeper.told
        for file in self._keeper.load(wanted, names, is_patient=is_patient):
            loaded += file is not None
            self._counters.waiting = len(wanted) - loaded
            if loaded < len(wanted) and is_cut():
                return Looked(loaded, is_cut=True)
        self._finish(listing, names, is_patient=is_patient)
        if loaded:
            counters = self._counters
            say = "Loaded %d of %d DAG files: %d DAGs, %d of the files with errors."
            level = logging.INFO if self._keeper.told != told else logging.DEBUG  # loaded again, and all is as it was
            _log.log(level, say, loaded, counters.files, counters.dags, counters.files_with_errors)
        return Looked(loaded)

    def _finish(self, listing: Listing, names: str, *, is_patient: bool) -> None:
        for _ in self._keeper.load(self._list_settled(), names, is_patient=is_patient):
            pass
        self._keeper.write_bundles()
        for file, error in listing.refused.items():
            self._keeper.put_error(file, error)
        self._drop()
        self._is_first = False
        self._see()
        self._counters.count_known(self._known, waiting=len(self._keeper.under_way))

    # --- what there is ---

    def _note_missing(self) -> None:
        """Nothing is forgotten: the disk may come back."""
        error = ParseError(
            str(self._lister.folder),
            None,
            "folder",
            "The DAG folder is not there or cannot be read.",
            fix="make it, or bring its disk back; the DAGs stay as they are meanwhile",
        )
        self._keeper.put_error(FOLDER_ITSELF, error)

    def _find_doubt_s(self, listing: Listing) -> float:
        """For how long not to believe that all files are gone at once, as when a disk is not mounted."""
        if listing.candidates or not self._known.dag_ids():
            self._empty_since = None
            return 0.0
        if self._empty_since is None:
            self._empty_since = time.monotonic()
            _log.warning("%s is empty. If it stays so, its DAGs are gone.", self._lister.folder)
        doubt_s = self._empty_since + _BELIEVED_AFTER_S - time.monotonic()
        if doubt_s > 0:
            fix = "bring its disk back; if it stays empty, its DAGs are gone in a moment"
            message = "The DAG folder is empty."
            self._keeper.put_error(
                FOLDER_ITSELF, ParseError(str(self._lister.folder), None, "folder", message, fix=fix)
            )
        return doubt_s

    def _note_gone(self, listing: Listing) -> None:
        there = listing.candidates.keys() | listing.refused.keys()
        self._seen |= there
        for file in self._known.names() - there:
            if (known := self._known.pop(file)) is not None:
                self._gone[file] = known
        for file in self._gone.keys() & there:
            del self._gone[file]
        for file in self._keeper.under_way - there:
            self._keeper.forget(file)

    def _choose(self, listing: Listing, names: str) -> list[str]:
        """The files to load, in their order."""
        files = sorted(listing.candidates)
        begun = self._keeper.restless | self._keeper.under_way
        changed = [
            file
            for file in files
            if file in begun or (file in self._known and self._known[file].has_changed(self._keeper.summarise, names))
        ]
        changed.sort(key=lambda file: -listing.candidates[file].mtime_ns)
        elapsed_s, self._looked_at = time.monotonic() - self._looked_at, time.monotonic()
        most = math.ceil(len(files) * elapsed_s / self._refresh_s)
        return choose(self._known, files, changed, now=time.time(), refresh_s=self._refresh_s, most_refreshed=most)

    def _list_settled(self) -> list[str]:
        """Files that may have a DAG now that another file had, or the other way round."""
        had = self._known.dag_ids()
        settled = {known.row.file for known in self._known.all() if any(each not in had for each in known.clashes)}
        return sorted(settled | (self._keeper.again & self._known.names()))

    # --- what is gone ---

    def _drop(self) -> None:
        """Note what is gone: files, and DAGs that no file has any more.

        What only the store has told us of may be there on another machine: it is gone when nobody has seen it lately.
        """
        gone = {file for file in self._gone if self._is_alone or file in self._seen or file == FOLDER_ITSELF}
        lost = set(self._keeper.lost)
        lost.update((dag_id, file) for file in gone for dag_id in self._gone[file].row.dag_ids)
        if self._is_first or len(gone) < len(self._gone):
            dropped, others = self._find_unclaimed()
            gone |= dropped
            lost |= others
        if gone or lost:
            self._store.drop(gone, lost)
            for dag_id, file in sorted(lost):
                _log.info("%s has no DAG %r any more.", file, dag_id)
        for file in gone:
            del self._gone[file]
        self._keeper.lost.clear()

    def _find_unclaimed(self) -> tuple[set[str], set[tuple[str, str]]]:
        """Files and DAGs of the store that this folder does not have, and that nobody else says to have."""
        dags = self._store.list_dags()
        lost = {
            (dag.dag_id, dag.file)
            for dag in dags
            if (dag.file not in self._known or dag.dag_id not in self._known[dag.file].row.dag_ids)
            and (self._is_alone or dag.unseen_s > STALE_S)
        }
        kept = {dag.file for dag in dags if (dag.dag_id, dag.file) not in lost}
        return self._gone.keys() - kept, lost

    def _drop_other_folders(self) -> None:
        """DAGs of a folder that this service had before, or that another had which is no more."""
        gone = self._store.drop_unseen(-math.inf if self._is_alone else _FORGOTTEN_AFTER_S)
        if gone:
            _log.warning("DAGs of other folders, which nobody looks at, are gone: %s.", ", ".join(gone[:10]))

    def _see(self) -> None:
        if self._is_alone or time.monotonic() - self._saw_at < SEEN_EVERY_S:
            return
        self._saw_at = time.monotonic()
        self._store.see(self._known.dag_ids())

    def _tell(self, notes: Collection[str]) -> None:
        for note in notes:
            if note not in self._told:
                self._told.add(note)
                _log.warning("%s", note)


def _digest_names(listing: Listing) -> str:
    return hashlib.sha256("\0".join([*sorted(listing.candidates), *listing.kept]).encode()).hexdigest()[:16]
