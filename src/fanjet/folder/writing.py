"""Writes into the store what came of loading a file."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from fanjet.folder.known_files import Fingerprint, KnownFile
from fanjet.folder.pausing import Rule, is_paused_at_first
from fanjet.model.spec import DagSpec
from fanjet.parsing.report import ParseError, ParseReport
from fanjet.store.dag_files import DagFiles, FileRow, NewDag

#: Whoever looks at another folder says so more often than this; see `SEEN_EVERY_S`.
STALE_S = 600.0
SEEN_EVERY_S = 120.0


class Loaded(NamedTuple):
    """A file with what came of it."""

    #: Relative to the folder.
    file: str
    report: ParseReport
    fingerprint: Fingerprint
    #: The hash of its bundle; empty when it has no DAG.
    bundle: str


class Writer:
    """Writes for one folder.

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

    def write(self, loaded: Loaded, known: Mapping[str, KnownFile]) -> KnownFile:
        """Write a file and its DAGs, if they are not as they were.

        A file that cannot be loaded keeps the DAGs that it had.

        Args:
            loaded: What came of it.
            known: All files as they are known.

        Raises:
            ExecutionError: The store failed; nothing was written.
        """
        before = known.get(loaded.file)
        now = time.time()
        errors = [error for error in loaded.report.errors if error.kind != "empty"]
        own: list[DagSpec] = []
        clashes: list[str] = []
        for spec in loaded.report.specs:
            if self._belongs_elsewhere(spec.dag_id, loaded, known):
                continue
            clash = self._find_clash(spec.dag_id, loaded, known, now)
            if clash is None:
                own.append(spec)
            else:
                errors.append(clash)
                clashes.append(spec.dag_id)
        had = () if before is None else before.row.dag_ids
        dag_ids = had if errors and not loaded.report.specs else tuple(sorted(spec.dag_id for spec in own))
        row = FileRow(
            file=loaded.file,
            fingerprint=msgspec.json.encode(loaded.fingerprint).decode(),
            parsed_at=now,
            duration_s=loaded.report.duration_s,
            errors=msgspec.json.encode(errors).decode() if errors else None,
            dag_ids=dag_ids,
        )
        dags = [self._make_dag(spec, loaded) for spec in own]
        content = _digest(row, dags)
        if before is None or before.content != content:
            self._store.put_file(row, dags, at=now)
        return KnownFile(row, loaded.fingerprint, errors, content, tuple(clashes))

    def _make_dag(self, spec: DagSpec, loaded: Loaded) -> NewDag:
        return NewDag(
            dag_id=spec.dag_id,
            spec=msgspec.json.encode(spec),
            bundle=loaded.bundle,
            root=str(self._root),
            file_in_root=spec.file,
            is_paused=is_paused_at_first(spec, self._folder / loaded.file, self._pause_rule),
        )

    def _belongs_elsewhere(self, dag_id: str, loaded: Loaded, known: Mapping[str, KnownFile]) -> bool:
        """Whether the file only imports the DAG, from a file that has it."""
        place, _ = loaded.report.places.get(dag_id, ("", 0))
        if not place.startswith(f"{self._folder}/"):
            return False
        file = place[len(str(self._folder)) + 1 :]
        return file != loaded.file and file in known and dag_id in known[file].row.dag_ids

    def _find_clash(self, dag_id: str, loaded: Loaded, known: Mapping[str, KnownFile], now: float) -> ParseError | None:
        """The error where another file has a DAG of this id."""
        there = next((file for file, each in known.items() if dag_id in each.row.dag_ids), None)
        if there == loaded.file:
            return None
        if there is not None:
            place = str(self._folder / there)
        else:
            found = self._store.find_dag(dag_id)
            is_elsewhere = found is not None and found.is_present and found.folder != str(self._folder)
            if found is None or not is_elsewhere or found.seen_at < now - STALE_S:
                return None
            place = f"{found.folder}/{found.file}"
        file, line = loaded.report.places.get(dag_id, ("", 0))
        own = str(self._folder / loaded.file)
        message = f"Two DAGs have the id '{dag_id}': one in {place}, which has it, and one in {own}, which is left out."
        return ParseError(own, line if file == own else None, "duplicate", message, "give one of them another dag_id")


def _digest(row: FileRow, dags: list[NewDag]) -> bytes:
    """Of all that is written but when it was loaded and how long that took."""
    digest = hashlib.sha256(msgspec.json.encode((row.file, row.fingerprint, row.errors, row.dag_ids)))
    for dag in dags:
        digest.update(dag.spec + dag.bundle.encode())
    return digest.digest()
