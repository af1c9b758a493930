"""Writes into the store what came of loading a file."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from fanjet.folder.known_files import Fingerprint, KnownFile, KnownFiles
from fanjet.folder.pausing import Rule, is_paused_at_first
from fanjet.model.spec import DagSpec
from fanjet.parsing.report import ParseError, ParseReport
from fanjet.store.service.dag_files import DagFiles, FileRow, NewDag

#: Whoever looks at another folder says so more often than this; see `SEEN_EVERY_S`.
STALE_S = 600.0
SEEN_EVERY_S = 120.0
#: Of one file.
_MOST_ERRORS = 50


class Loaded(NamedTuple):
    """A file with what came of it."""

    #: Relative to the folder.
    file: str
    report: ParseReport
    fingerprint: Fingerprint
    #: The hash of its bundle; empty when it has no DAG.
    bundle: str


class Written(NamedTuple):
    """What is to be written of a file."""

    known: KnownFile
    dags: list[NewDag]
    #: It is as it was when it was written last.
    is_same: bool
    #: Other files that had some of the DAGs only until this one was loaded.
    takes_from: list[str]


class Writer:
    """Says what to write for one folder.

    Args:
        store: The store.
        folder: The folder.
        root: The root of its bundles.
        pause_rule: About new DAGs.
    """

    def __init__(self, store: DagFiles, folder: Path, root: Path, pause_rule: Rule) -> None:
        self._store = store
        self._folder = folder
        self._root = root
        self._pause_rule = pause_rule

    def prepare(self, loaded: Loaded, known: KnownFiles) -> Written:
        """What to write of a file that was loaded. One that cannot be loaded keeps the DAGs that it had.

        Args:
            loaded: What came of it.
            known: All files as they are known.

        Raises:
            ExecutionError: The store failed.
        """
        errors = [error for error in loaded.report.errors if error.kind != "empty"]
        own: list[DagSpec] = []
        clashes: list[str] = []
        takes_from: list[str] = []
        for spec in loaded.report.specs:
            if self._belongs_elsewhere(spec.dag_id, loaded, known):
                continue
            taken_from = self._find_importer(spec.dag_id, loaded, known)
            clash = None if taken_from else self._find_clash(spec.dag_id, loaded, known)
            takes_from += [taken_from] if taken_from else []
            if clash is None:
                own.append(spec)
            else:
                errors.append(clash)
                clashes.append(spec.dag_id)
        errors = _cut(errors, str(self._folder / loaded.file))
        before = known.find(loaded.file)
        had = () if before is None else before.row.dag_ids
        row = FileRow(
            file=loaded.file,
            fingerprint=msgspec.json.encode(loaded.fingerprint).decode(),
            parsed_at=time.time(),
            duration_s=loaded.report.duration_s,
            errors=msgspec.json.encode(errors).decode() if errors else None,
            dag_ids=had if errors and not loaded.report.specs else tuple(sorted(spec.dag_id for spec in own)),
        )
        dags = [self._make_dag(spec, loaded) for spec in own]
        content = _digest(row, dags)
        path = str(self._folder / loaded.file)
        made_in = {dag_id: place for dag_id, (place, _) in loaded.report.places.items() if place != path}
        new = KnownFile(row, loaded.fingerprint, errors, content, tuple(clashes), made_in)
        is_same = before is not None and before.content == content
        return Written(new, dags, is_same, takes_from)

    def _make_dag(self, spec: DagSpec, loaded: Loaded) -> NewDag:
        return NewDag(
            dag_id=spec.dag_id,
            spec=msgspec.json.encode(spec),
            bundle=loaded.bundle,
            root=str(self._root),
            file_in_root=spec.file,
            is_paused=is_paused_at_first(spec, self._folder / loaded.file, self._pause_rule),
        )

    def _belongs_elsewhere(self, dag_id: str, loaded: Loaded, known: KnownFiles) -> bool:
        """Whether the file only imports the DAG, from a file that has it."""
        place, _ = loaded.report.places.get(dag_id, ("", 0))
        file = known.find_owner(dag_id)
        return file is not None and file != loaded.file and place == str(self._folder / file)

    def _find_importer(self, dag_id: str, loaded: Loaded, known: KnownFiles) -> str | None:
        """The file that had the DAG so far and only imports it, from this one."""
        file = known.find_owner(dag_id)
        if file is None or file == loaded.file:
            return None
        own = str(self._folder / loaded.file)
        return file if known[file].made_in.get(dag_id) == own == loaded.report.places.get(dag_id, ("", 0))[0] else None

    def _find_clash(self, dag_id: str, loaded: Loaded, known: KnownFiles) -> ParseError | None:
        """The error where another file has a DAG of this id."""
        there = known.find_owner(dag_id)
        if there == loaded.file:
            return None
        if there is not None:
            place = str(self._folder / there)
        else:
            found = self._store.find_dag(dag_id)
            is_elsewhere = found is not None and found.is_present and found.folder != str(self._folder)
            if found is None or not is_elsewhere or found.unseen_s > STALE_S:
                return None
            place = f"{found.folder}/{found.file}"
        file, line = loaded.report.places.get(dag_id, ("", 0))
        own = str(self._folder / loaded.file)
        return ParseError(
            own,
            line if file == own else None,
            "duplicate",
            f"Two DAGs have the id '{dag_id}': one in {place}, which has it, and one in {own}, which is left out.",
            fix="give one of them another dag_id",
        )


def _cut(errors: list[ParseError], path: str) -> list[ParseError]:
    """So many as people read; a file that makes thousands of DAGs has the same fault in each."""
    left = len(errors) - _MOST_ERRORS
    if left <= 0:
        return errors
    kind, message = errors[-1].kind, f"{left:,} more errors like these are in the file."
    return [*errors[:_MOST_ERRORS], ParseError(path, None, kind, message, fix="mend the first ones")]


def _digest(row: FileRow, dags: list[NewDag]) -> bytes:
    """Of all that is written but when it was loaded and how long that took."""
    digest = hashlib.sha256(msgspec.json.encode((row.file, row.fingerprint, row.errors, row.dag_ids)))
    for dag in dags:
        digest.update(dag.spec + dag.bundle.encode())
    return digest.digest()
