"""Keeps files that were loaded: their bundles, and what the store knows of them."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from fanjet.errors import ExecutionError
from fanjet.folder.bundling import Bundling
from fanjet.folder.counters import Counters
from fanjet.folder.digests import Digests
from fanjet.folder.known_files import Fingerprint, KnownFile
from fanjet.folder.loading import Loading
from fanjet.folder.writing import Loaded, Writer
from fanjet.parsing.report import ParseError, ParseReport
from fanjet.store.dag_files import DagFiles, FileRow

_log = logging.getLogger("fanjet.folder")
#: A file that changes while it is loaded is loaded again, so often.
_ATTEMPTS = 3


class Keeper:
    """Loads and keeps the files of one folder. Used from one thread.

    Args:
        folder: The folder.
        root: The root of its bundles.
        known: The files as they are known; kept up to date.
        store: Knows the folder.
        loading: Loads files.
        bundling: Keeps bundles.
        writer: Writes what came of loading.
        digests: What files hold.
        counters: Are kept up to date.
    """

    def __init__(
        self,
        *,
        folder: Path,
        root: Path,
        known: dict[str, KnownFile],
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
        #: What changed too quickly to be loaded.
        self.restless: set[str] = set()
        #: DAGs that files had and have no more: (id, file).
        self.lost: set[tuple[str, str]] = set()
        #: The digest of a file when its loading was asked for.
        self._asked: dict[str, str] = {}

    def load(self, files: Sequence[str], names: str) -> Iterator[str]:
        """Load files and keep what comes of it.

        Args:
            files: Relative to the folder.
            names: The digest of the names of all files.

        Yields:
            Each file once it is kept. Who stops taking leaves the rest as it was.

        Raises:
            ExecutionError: The store failed, or no process can be started.
        """
        for path, report in self._loading.load(self._ask(file) for file in files):
            file = str(path)[len(str(self._folder)) + 1 :]
            self._take(file, report, names)
            yield file

    def _ask(self, file: str) -> Path:
        self._asked[file] = self.summarise(self.name_in_root(file))
        return self._folder / file

    def _take(self, file: str, report: ParseReport, names: str) -> None:
        """Keep a file that was loaded; if it has changed meanwhile, load it again."""
        for attempt in range(_ATTEMPTS):
            if attempt:
                report = self._loading.load_one(self._ask(file))
            if self._keep(file, report, names):
                self.restless.discard(file)
                return
        self.restless.add(file)
        _log.info("%s changes faster than it can be loaded; it stays as it was until it rests.", file)

    def _keep(self, file: str, report: ParseReport, names: str) -> bool:
        """Keep and write a file; False when what was loaded is not what is there now."""
        if not (self._folder / file).exists():
            return True  # the next look will say so
        name = self.name_in_root(file)
        used = dict.fromkeys([name, *report.used])
        try:
            bundle = self._bundling.save(name, used) if report.specs else ""
        except ExecutionError as error:
            self._note_unkept(file, report, error)
            return True
        if report.sha256 and not self._bundling.is_settled(name, report):
            return False
        self._write(Loaded(file, report, self._fingerprint(file, report, list(used), names), bundle))
        return True

    def _fingerprint(self, file: str, report: ParseReport, used: list[str], names: str) -> Fingerprint:
        if not report.sha256:  # its process has not lived to say what it used
            digests = {self.name_in_root(file): self._asked[file]}
        else:
            digests = {each: self.summarise(each) for each in used}
        failed = bool(report.errors) and report.errors[0].kind != "empty"
        return Fingerprint(used=digests, shared=self._bundling.digest, names=names if failed else "")

    def _write(self, loaded: Loaded) -> None:
        file = loaded.file
        before = self._known.get(file)
        new = self._writer.write(loaded, self._known)
        self._known[file] = new
        if before is not None:
            self.lost.update((dag_id, file) for dag_id in before.row.dag_ids if dag_id not in new.row.dag_ids)
        if new.is_helper and (before is None or not before.is_helper):
            self._bundling.add_shared(self.name_in_root(file))
        self._counters.count_load(file, loaded.report.duration_s, failed=bool(new.errors))

    def _note_unkept(self, file: str, report: ParseReport, error: ExecutionError) -> None:
        """The files could not be copied: the DAGs stay at the version that they had, and the next look tries again."""
        _log.error("%s: %s", file, error)
        fix = "the DAGs of this file stay as they were; this is tried again by itself"
        self.put_error(file, ParseError(str(self._folder / file), None, "storage", str(error), fix))
        self._counters.count_load(file, report.duration_s, failed=True)

    def write_bundles(self) -> None:
        """Give DAGs whose own files have not changed a version with the helpers as they are now.

        Raises:
            ExecutionError: The disk is full, or the store failed.
        """
        digest = self._bundling.digest
        for file, each in list(self._known.items()):
            fingerprint = each.fingerprint
            if fingerprint is None or fingerprint.shared == digest or file in self.restless:
                continue
            new = msgspec.structs.replace(fingerprint, shared=digest)
            row = msgspec.structs.replace(each.row, fingerprint=msgspec.json.encode(new).decode())
            if each.row.dag_ids and each.can_be_loaded:
                bundle = self._bundling.save(self.name_in_root(file), fingerprint.used)
                self._store.put_bundle(row, bundle, at=time.time())
            self._known[file] = KnownFile(row, new, each.errors, clashes=each.clashes)

    def put_error(self, file: str, error: ParseError) -> None:
        """Show an error with a file; written once. The DAGs that the file had stay.

        Raises:
            ExecutionError: The store failed.
        """
        before = self._known.get(file)
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
        self._store.put_file(row, [], at=row.parsed_at)
        self._known[file] = KnownFile(row, None, [error])

    def name_in_root(self, file: str) -> str:
        """The name relative to the root of a file of the folder."""
        return self._prefix + file

    def summarise(self, name: str) -> str:
        """The digest of a file or folder, relative to the root."""
        return self._digests.summarise(self._root, name)
