"""Versions of DAGs, content-addressed: the same spec with the same files is kept once."""

from __future__ import annotations

import hashlib
import time

import msgspec

from fanjet.store.database.port import Connection

_FIND = "SELECT version, created_at FROM dag_version WHERE digest = ?"
#: It is as good as new: nobody may remove it as an old one before the run is there that it was looked up for.
_RENEW = "UPDATE dag_version SET created_at = ? WHERE version = ?"
_YOUNG_S = 3600.0
_INSERT = """
INSERT INTO dag_version (dag_id, digest, spec, bundle, root, file, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (digest) DO NOTHING RETURNING version"""


def put_version(connection: Connection, *, dag_id: str, spec: bytes, bundle: str, root: str, file: str) -> int:
    """The number of a version, which is written if it is not there. Inside a transaction.

    Args:
        connection: The database.
        dag_id: The DAG.
        spec: Its spec as JSON.
        bundle: The hash of its files.
        root: The folder that the files came from.
        file: The DAG file, relative to the root.
    """
    digest = hashlib.sha256(msgspec.json.encode((bundle, root, file)) + spec).hexdigest()
    now = time.time()
    row = connection.execute(_FIND, (digest,)).fetchone()
    if row is None:
        new = (dag_id, digest, spec, bundle, root, file, now)
        row = connection.execute(_INSERT, new).fetchone() or connection.execute(_FIND, (digest,)).fetchone()
    elif row[1] < now - _YOUNG_S:
        connection.execute(_RENEW, (now, row[0]))
    assert row is not None
    return int(row[0])
