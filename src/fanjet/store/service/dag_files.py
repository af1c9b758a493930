"""What a service knows of its DAG folder: the files as they were last loaded, and the DAGs that are in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from fanjet.store.database.port import Connection
from fanjet.store.journal.dag_versions import put_version

_FILE_COLUMNS = "file, fingerprint, parsed_at, duration_s, errors, dag_ids"
_LIST_FILES = f"SELECT {_FILE_COLUMNS} FROM dag_file WHERE folder = ? ORDER BY file"  # noqa: S608 - constants
_PUT_FILE = """
INSERT INTO dag_file (folder, file, fingerprint, parsed_at, duration_s, errors, dag_ids) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (folder, file) DO UPDATE SET fingerprint = excluded.fingerprint, parsed_at = excluded.parsed_at,
    duration_s = excluded.duration_s, errors = excluded.errors, dag_ids = excluded.dag_ids"""
_DROP_FILE = "DELETE FROM dag_file WHERE folder = ? AND file = ?"
_PLACE_COLUMNS = "d.dag_id, d.version, d.folder, d.file, d.is_present, shared_clock() - d.seen_at, v.bundle"
_LIST_DAGS = f"""
SELECT {_PLACE_COLUMNS} FROM dag AS d JOIN dag_version AS v ON v.version = d.version
WHERE d.folder = ? AND d.is_present = 1"""  # noqa: S608 - constants
_FIND_DAG = f"""
SELECT {_PLACE_COLUMNS} FROM dag AS d JOIN dag_version AS v ON v.version = d.version
WHERE d.dag_id = ?"""  # noqa: S608 - constants
_FIND_SPEC = """
SELECT v.spec, v.bundle, v.root, v.file FROM dag AS d JOIN dag_version AS v ON v.version = d.version
WHERE d.dag_id = ? AND d.folder = ? AND d.file = ? AND d.is_present = 1"""
_PUT_DAG = """
INSERT INTO dag (dag_id, version, folder, file, is_present, is_paused, seen_at)
VALUES (?, ?, ?, ?, 1, ?, shared_clock())
ON CONFLICT (dag_id) DO UPDATE SET version = excluded.version, folder = excluded.folder, file = excluded.file,
    is_present = 1, seen_at = excluded.seen_at"""
_SET_VERSION = "UPDATE dag SET version = ?, seen_at = shared_clock() WHERE dag_id = ? AND folder = ? AND file = ?"
_DROP_DAG = """
UPDATE dag SET is_present = 0, seen_at = shared_clock(), planned_version = NULL, next_run_after = NULL,
    next_logical_date = NULL, next_interval_start = NULL, next_interval_end = NULL, plan_error = NULL
WHERE dag_id = ? AND folder = ? AND file = ? AND is_present = 1"""
_SEE = "UPDATE dag SET seen_at = shared_clock() WHERE dag_id = ? AND folder = ? AND is_present = 1"
_LIST_OTHERS = """
SELECT dag_id, folder, file FROM dag
WHERE folder <> ? AND is_present = 1 AND shared_clock() - seen_at > ? ORDER BY dag_id"""


def list_folders(connection: Connection) -> list[str]:
    """The DAG folders that services have looked at."""
    return [folder for (folder,) in connection.select("SELECT DISTINCT folder FROM dag_file ORDER BY folder")]


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a DAG folder as it was last loaded. `file` is relative to the folder, with ``/``."""

    file: str
    #: Of what was loaded; whoever writes it knows what it says.
    fingerprint: str
    parsed_at: float
    duration_s: float
    #: JSON, a list; None when there are no errors.
    errors: str | None
    #: The DAGs that the file has, or had when it could last be loaded.
    dag_ids: tuple[str, ...]


class DagPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a DAG is."""

    dag_id: str
    version: int
    folder: str
    file: str
    is_present: bool
    #: How long ago somebody said last that it is there, or that it is gone.
    unseen_s: float
    #: The hash of the files of its version.
    bundle: str


class NewDag(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG as its file says."""

    dag_id: str
    #: JSON.
    spec: bytes
    bundle: str
    root: str
    #: Relative to the root.
    file_in_root: str
    #: What holds if nobody has known the DAG before.
    is_paused: bool


class DagFiles:
    """The files and DAGs of one folder. What writes is one transaction each.

    Args:
        connection: One that can write.
        folder: The folder, as all that look at the same one name it.
    """

    def __init__(self, connection: Connection, folder: str) -> None:
        self._connection = connection
        self._folder = folder

    def list_files(self) -> list[FileRow]:
        """All files."""
        return [
            FileRow(
                file=file, fingerprint=fingerprint, parsed_at=parsed_at, duration_s=duration_s, errors=errors,
                dag_ids=tuple(msgspec.json.decode(dag_ids)),
            )
            for file, fingerprint, parsed_at, duration_s, errors, dag_ids in self._connection.select(
                _LIST_FILES, self._folder
            )
        ]  # fmt: skip

    def list_dags(self) -> list[DagPlace]:
        """The DAGs that are there."""
        return [_make_place(row) for row in self._connection.select(_LIST_DAGS, self._folder)]

    def find_dag(self, dag_id: str) -> DagPlace | None:
        """A DAG wherever it is or was; None where nobody has known it."""
        rows = self._connection.select(_FIND_DAG, dag_id)
        return _make_place(rows[0]) if rows else None

    def put_files(self, files: Iterable[tuple[FileRow, Sequence[NewDag]]]) -> None:
        """Write what came of loading files, each with its DAGs; none when it could not be loaded."""
        with self._connection.transaction():
            for row, dags in sorted(files, key=lambda each: each[0].file):
                for dag in sorted(dags, key=lambda each: each.dag_id):
                    place = (dag.dag_id, self._put_version(dag), self._folder, row.file, dag.is_paused)
                    self._connection.execute(_PUT_DAG, place)
                self._put_row(row)

    def put_bundles(self, files: Iterable[tuple[FileRow, str]]) -> None:
        """Give the DAGs of files a version with another bundle; what they are is as it was."""
        with self._connection.transaction():
            for row, bundle in sorted(files, key=lambda each: each[0].file):
                for dag_id in sorted(row.dag_ids):
                    self._put_bundle(dag_id, row.file, bundle)
                self._put_row(row)

    def _put_bundle(self, dag_id: str, file: str, bundle: str) -> None:
        found = self._connection.execute(_FIND_SPEC, (dag_id, self._folder, file)).fetchone()
        if found is None or found[1] == bundle:
            return
        spec, _, root, name = found
        version = put_version(self._connection, dag_id=dag_id, spec=bytes(spec), bundle=bundle, root=root, file=name)
        self._connection.execute(_SET_VERSION, (version, dag_id, self._folder, file))

    def _put_row(self, row: FileRow) -> None:
        ids = msgspec.json.encode(row.dag_ids).decode()
        known = (self._folder, row.file, row.fingerprint, row.parsed_at, row.duration_s, row.errors, ids)
        self._connection.execute(_PUT_FILE, known)

    def drop(self, files: Collection[str], dags: Collection[tuple[str, str]]) -> None:
        """Forget files, and note that DAGs are gone, each from a file, unless another has it now. History stays."""
        with self._connection.transaction():
            for dag_id, file in sorted(dags):
                self._connection.execute(_DROP_DAG, (dag_id, self._folder, file))
            for file in sorted(files):
                self._connection.execute(_DROP_FILE, (self._folder, file))

    def see(self, dag_ids: Collection[str]) -> None:
        """Note that DAGs are still there."""
        with self._connection.transaction():
            self._connection.executemany(_SEE, [(dag_id, self._folder) for dag_id in sorted(dag_ids)])

    def drop_unseen(self, for_s: float) -> list[str]:
        """Note that the DAGs of other folders are gone that nobody has seen for so long; their ids."""
        with self._connection.transaction():
            found = self._connection.execute(_LIST_OTHERS, (self._folder, for_s)).fetchall()
            for dag_id, folder, file in found:
                self._connection.execute(_DROP_DAG, (dag_id, folder, file))
        return [dag_id for dag_id, _, _ in found]

    def _put_version(self, dag: NewDag) -> int:
        return put_version(
            self._connection, dag_id=dag.dag_id, spec=dag.spec, bundle=dag.bundle, root=dag.root, file=dag.file_in_root
        )


def _make_place(row: Sequence[Any]) -> DagPlace:
    dag_id, version, folder, file, is_present, unseen_s, bundle = row
    return DagPlace(
        dag_id=dag_id, version=version, folder=folder, file=file, is_present=bool(is_present), unseen_s=unseen_s,
        bundle=bundle,
    )  # fmt: skip
