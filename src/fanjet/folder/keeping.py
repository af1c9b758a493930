"""Keeps files that were loaded: their bundles, and what the store knows of them."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec

from fanjet.errors import ExecutionError
from fanjet.folder.bundling import Bundling
from fanjet.folder.counters import Counters
from fanjet.folder.digests import Digests
from fanjet.folder.known_files import Fingerprint, KnownFile, KnownFiles
from fanjet.folder.loading import SLOW_S, Loading
from fanjet.folder.writing import Loaded, Writer, Written
from fanjet.parsing.report import ParseError, ParseReport
from fanjet.store.service.dag_files import DagFiles, FileRow

_log = logging.getLogger("fanjet.folder")
#: A file that changes while it is loaded is loaded again, so often.
_ATTEMPTS = 3
#: Bundles that are saved at once. It is the disk that takes time, and what it is given together it writes together.
_SAVED_AT_ONCE = 8
#: Files that are written in one transaction at most, and for how long one waits for others.
_WRITTEN_AT_ONCE = 25
_WAIT_S = 0.3


class _Saving(NamedTuple):
    """A file that was loaded and whose bundle is being saved."""

    file: str
    report: ParseReport
    bundle: Future[str]


class Keeper:
    """Loads and keeps the files of one folder. Used from one thread.

    Args:
        folder: The folder.
        root: The root of its bundles.
        known: The files as they are known; kept up to date.
        store: Knows the folder.
        loading: Loads files.
        bundling: Keeps bundles.
        writer: Says what is to be written.
        digests: What files hold.
        counters: Are kept up to date.
    """

    def __init__(
        self,
        *,
        folder: Path,
        root: Path,
        known: KnownFiles,
        store: DagFiles,
        loading: Loading,
        bundling: Bundling,
        writer: Writer,
        digests: Digests,
        counters: Counters,
    ) -> None:
        self._folder = folder
        self._root = str(root)
        self._prefix = folder.relative_to(root).as_posix() + "/" if folder != root else ""
        self._known = known
        self._store = store
        self._loading = loading
        self._bundling = bundling
        self._writer = writer
        self._digests = digests
        self._counters = counters
        #: What changed too quickly to be loaded, and what is to be loaded again because it has lost a DAG to another.
        self.restless: set[str] = set()
        self.again: set[str] = set()
        #: How often a file has had something new to tell.
        self.told = 0
        #: DAGs that files had and have no more: (id, file).
        self.lost: set[tuple[str, str]] = set()
        #: The digest of a file when its loading was asked for.
        self._asked: dict[str, str] = {}
        self._threads = ThreadPoolExecutor(_SAVED_AT_ONCE, thread_name_prefix="save")
        self._saving: deque[_Saving] = deque()
        #: What is known but not written, since when, and what was known before.
        self._unwritten: list[tuple[Written, KnownFile | None]] = []
        self._unwritten_since = 0.0

    def close(self) -> None:
        """Wait for what is being saved."""
        self._threads.shutdown(cancel_futures=True)

    # --- loading ---

    def load(self, files: Sequence[str], names: str, *, is_patient: bool) -> Iterator[str | None]:
        """Load files and keep what comes of it.

        Args:
            files: Relative to the folder.
            names: The digest of the names of all files.
            is_patient: Wait for all; else what takes long is left `under_way`.

        Yields:
            Each file once it is loaded, and None now and then meanwhile. Who stops taking leaves the rest as it was.

        Raises:
            ExecutionError: The store failed, or no process can be started.
        """
        paths = [self._folder / file for file in files]
        slow = {path for path, file in zip(paths, files, strict=True) if self._was_slow(file)}
        try:
            for loaded in self._loading.load(paths, slow=slow, begin=self._ask, is_patient=is_patient):
                if loaded is None:
                    self._take(names, most_left=_SAVED_AT_ONCE)
                    yield None
                    continue
                file, report = self._name(loaded[0]), loaded[1]
                self._saving.append(_Saving(file, report, self._threads.submit(self._save, file, report)))
                self._take(names, most_left=_SAVED_AT_ONCE)
                yield file
        except GeneratorExit:
            self._finish(names)
            raise
        except BaseException:
            self._saving.clear()
            raise
        self._finish(names)

    @property
    def under_way(self) -> set[str]:
        """Files that are being loaded, or have been and were not kept yet."""
        return {self._name(path) for path in self._loading.under_way}

    def forget(self, file: str) -> None:
        """A file is gone that may be `under_way`."""
        self._loading.forget(self._folder / file)

    def _was_slow(self, file: str) -> bool:
        known = self._known.find(file)
        return known is not None and known.row.duration_s >= SLOW_S

    def _name(self, path: Path) -> str:
        return str(path)[len(str(self._folder)) + 1 :]

    def _finish(self, names: str) -> None:
        try:
            self._take(names, most_left=0)
        finally:
            self._saving.clear()
        self._flush()

    def _ask(self, path: Path) -> None:
        file = self._name(path)
        self._asked[file] = self.summarise(self.name_in_root(file))

    def _save(self, file: str, report: ParseReport) -> str:
        """Keep what a file was loaded from; from several threads. The hash of its bundle, empty without DAGs."""
        name = self.name_in_root(file)
        return self._bundling.save(name, dict.fromkeys([name, *report.used])) if report.specs else ""

    def _take(self, names: str, *, most_left: int) -> None:
        """Go on with what has been saved; what has changed since it was loaded is loaded again."""
        while self._saving and (len(self._saving) > most_left or self._saving[0].bundle.done()):
            file, report, bundle = self._saving.popleft()
            is_kept = self._keep(file, report, bundle, names)
            for _ in range(_ATTEMPTS - 1):
                if is_kept:
                    break
                self._ask(self._folder / file)
                report = self._loading.load_one(self._folder / file)
                is_kept = self._keep(file, report, self._threads.submit(self._save, file, report), names)
            if is_kept:
                self.restless.discard(file)
            else:
                self.restless.add(file)
                _log.info("%s changes faster than it can be loaded; it stays as it was until it rests.", file)
            if len(self._unwritten) >= _WRITTEN_AT_ONCE or self._is_late():
                self._flush()

    def _is_late(self) -> bool:
        return bool(self._unwritten) and time.monotonic() - self._unwritten_since > _WAIT_S

    def _keep(self, file: str, report: ParseReport, saved: Future[str], names: str) -> bool:
        """Know a file; False when what was loaded is not what is there now."""
        if not (self._folder / file).exists():
            return True  # the next look will say so
        name = self.name_in_root(file)
        try:
            bundle = saved.result()
        except ExecutionError as error:
            self._note_unkept(file, report, error)
            return True
        if report.sha256 and not self._bundling.is_settled(name, report):
            return False
        before = self._known.find(file)
        new = self._writer.prepare(Loaded(file, report, self._fingerprint(file, report, names), bundle), self._known)
        self._know(new, before)
        self.again.discard(file)
        self.again.update(new.takes_from)
        if new.known.is_helper and (before is None or not before.is_helper):
            self._bundling.add_shared(name)
        self._counters.count_load(file, report.duration_s, failed=bool(new.known.errors))
        return True

    def _fingerprint(self, file: str, report: ParseReport, names: str) -> Fingerprint:
        name = self.name_in_root(file)
        if not report.sha256:  # its process has not lived to say what it used
            digests = {name: self._asked[file]}
        else:
            digests = {each: self.summarise(each) for each in dict.fromkeys([name, *report.used])}
        failed = bool(report.errors) and report.errors[0].kind != "empty"
        return Fingerprint(used=digests, shared=self._bundling.digest, names=names if failed else "")

    def _know(self, new: Written, before: KnownFile | None) -> None:
        self._known.put(new.known)
        if before is not None:
            had = set(before.row.dag_ids) - set(new.known.row.dag_ids)
            self.lost.update((dag_id, new.known.row.file) for dag_id in had)
        if not new.is_same:
            self.told += 1
            self._unwritten_since = time.monotonic() if not self._unwritten else self._unwritten_since
            self._unwritten.append((new, before))

    def _flush(self) -> None:
        """Write what is known; if that fails, it is not known either."""
        files = [(new.known.row, new.dags) for new, _ in self._unwritten]
        try:
            if files:
                self._store.put_files(files)
        except BaseException:
            for new, before in reversed(self._unwritten):
                self._known.pop(new.known.row.file)
                if before is not None:
                    self._known.put(before)
            raise
        finally:
            self._unwritten.clear()

    def _note_unkept(self, file: str, report: ParseReport, error: ExecutionError) -> None:
        """The files could not be copied: the DAGs stay at the version that they had, and the next look tries again."""
        _log.error("%s: %s", file, error)
        fix = "the DAGs of this file stay as they were; this is tried again by itself"
        self.put_error(file, ParseError(str(self._folder / file), None, "storage", str(error), fix))
        self._counters.count_load(file, report.duration_s, failed=True)

    # --- without loading ---

    def write_bundles(self) -> None:
        """Give DAGs whose own files have not changed a version with the helpers as they are now.

        Raises:
            ExecutionError: The disk is full, or the store failed.
        """
        digest = self._bundling.digest
        stale = [
            known
            for known in self._known.all()
            if known.fingerprint is not None
            and known.fingerprint.shared != digest
            and known.row.file not in self.restless
        ]
        for at in range(0, len(stale), _WRITTEN_AT_ONCE):
            self._renew(stale[at : at + _WRITTEN_AT_ONCE], digest)

    def _renew(self, stale: list[KnownFile], digest: str) -> None:
        """Save their bundles at once, write them in one transaction."""
        saved: list[tuple[KnownFile, Future[str] | None]] = []
        for known in stale:
            assert known.fingerprint is not None
            new = known.with_fingerprint(msgspec.structs.replace(known.fingerprint, shared=digest))
            name, used = self.name_in_root(known.row.file), known.fingerprint.used
            has_dags = known.row.dag_ids and known.can_be_loaded
            saved.append((new, self._threads.submit(self._bundling.save, name, used) if has_dags else None))
        bundles = [(new.row, bundle.result()) for new, bundle in saved if bundle is not None]
        if bundles:
            self._store.put_bundles(bundles)
        for new, _ in saved:
            self._known.put(new)

    def put_error(self, file: str, error: ParseError) -> None:
        """Show an error with a file; written once. The DAGs that the file had stay.

        Raises:
            ExecutionError: The store failed.
        """
        before = self._known.find(file)
        if before is not None and before.errors == [error]:
            return
        row = FileRow(
            file=file,
            fingerprint="",
            parsed_at=time.time(),
            duration_s=0.0,
            errors=msgspec.json.encode([error]).decode(),
            dag_ids=() if before is None else before.row.dag_ids,
        )
        self._store.put_files([(row, [])])
        self._known.put(KnownFile(row, None, [error]))

    def name_in_root(self, file: str) -> str:
        """The name relative to the root of a file of the folder."""
        return self._prefix + file

    def summarise(self, name: str) -> str:
        """The digest of a file or folder, relative to the root."""
        return self._digests.summarise(self._root, name)
