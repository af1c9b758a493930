"""Variables and connections at rest: names in clear, values encrypted."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Self

import msgspec

from fanjet.errors import OperationError
from fanjet.store.database.connections import find_reader, open_writer
from fanjet.store.database.database import Database, database_at
from fanjet.store.database.port import Connection, Row
from fanjet.store.secrets import statements_vault as sql
from fanjet.store.secrets.key_file import KeyFile
from fanjet.store.secrets.keyring import Keyring
from fanjet.store.secrets.statements_vault import Kind

#: As in Airflow, whose databases hold no longer ones.
MAX_NAME_CHARS = 250
_MOST_NEAR = 3


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A variable or a connection, decrypted."""

    name: str
    #: The text of a variable, or the JSON of a connection.
    value: str
    #: It is masked whatever its name is.
    secret: bool
    description: str | None
    created_at: float
    updated_at: float


class NewEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written. None leaves what is there, or is the default of a new one."""

    name: str
    value: str
    secret: bool | None = None
    description: str | None = None


class Vault:
    """The variables and connections of one home. Used from one thread; opens the database when it is first needed.

    Args:
        place: The database; a home stands for its SQLite file. Reading makes neither.
        fernet_key: The value of the setting of that name.
        busy_timeout_s: How long to wait for another process that has locked the database.
    """

    def __init__(self, place: Path | Database, fernet_key: str | None = None, *, busy_timeout_s: float = 5.0) -> None:
        self._database = database_at(place)
        self._busy_timeout_s = busy_timeout_s
        self._keyring = Keyring(KeyFile(self._database.home), fernet_key)
        self._reader: Connection | None = None
        self._writer: Connection | None = None

    def close(self) -> None:
        """Close the database."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # --- reading ---

    def find(self, kind: Kind, name: str) -> Entry | None:
        """An entry; None where there is none.

        Raises:
            OperationError: It cannot be decrypted.
            ExecutionError: The database cannot be read.
        """
        rows = self._select(sql.FIND[kind], name)
        return self._decrypt(kind, rows[0]) if rows else None

    def get(self, kind: Kind, name: str) -> Entry:
        """An entry.

        Raises:
            OperationError: There is none, near names are suggested; or it cannot be decrypted.
        """
        entry = self.find(kind, name)
        if entry is None:
            raise OperationError(self._explain_none(kind, name))
        return entry

    def list_entries(self, kind: Kind) -> dict[str, Entry | OperationError]:
        """All entries by name; in the place of one that cannot be decrypted, the reason."""
        return {row[0]: self._try_to_decrypt(kind, row) for row in self._select(sql.LIST[kind])}

    def get_entries(self, kind: Kind) -> list[Entry]:
        """All entries in the order of their names.

        Raises:
            OperationError: One of them cannot be decrypted.
        """
        return [self._decrypt(kind, row) for row in self._select(sql.LIST[kind])]

    def list_names(self, kind: Kind) -> list[str]:
        """All names."""
        return [name for (name,) in self._select(sql.LIST_NAMES[kind])]

    def find_near(self, kind: Kind, name: str) -> list[str]:
        """Names that are like one."""
        return get_close_matches(name, self.list_names(kind), n=_MOST_NEAR)

    # --- writing: each is one transaction ---

    def put(self, kind: Kind, entries: Iterable[NewEntry]) -> None:
        """Write entries, all of them or none; those of the same names are replaced.

        Raises:
            OperationError: A name cannot be used, or there is no key to encrypt with.
            ExecutionError: The database or the key file cannot be written.
        """
        now = time.time()
        with self._transaction() as writer:
            (count,) = writer.execute(sql.COUNT_ALL).fetchone()
            for entry in entries:
                check_name(kind, entry.name)
                token = self._keyring.encrypt(entry.value, is_first=count == 0)
                row = (entry.name, token, entry.description, now)
                writer.execute(sql.PUT[kind], (*row, entry.secret) if kind == "variable" else row)

    def delete(self, kind: Kind, names: Iterable[str]) -> int:
        """Remove entries; those that are not there count for nothing.

        Returns:
            How many there were.
        """
        with self._transaction() as writer:
            return sum(writer.execute(sql.DELETE[kind], (name,)).rowcount for name in names)

    def rotate_key(self) -> int:
        """Encrypt everything anew: with the first key of the setting, or with a new one in the key file.

        Whatever is interrupted when, every value can be decrypted with the keys that are there.

        Returns:
            The number of values.

        Raises:
            OperationError: One of them cannot be decrypted; nothing has changed then.
        """
        with self._transaction() as writer:
            entries = [(kind, self._decrypt(kind, row)) for kind in sql.KINDS for row in writer.execute(sql.LIST[kind])]
            if not self._keyring.is_set:
                self._keyring.renew()
            for kind, entry in entries:
                token = self._keyring.encrypt(entry.value, is_first=False)
                writer.execute(sql.REWRITE[kind], (token, entry.name))
            keys = self._keyring.file.read()
        if not self._keyring.is_set:
            with self._transaction():
                if self._keyring.file.read() == keys:  # else another process is rotating too, and ends it
                    self._keyring.file.write(keys[:1])
        return len(entries)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Holds the write lock, also over the key file; keys are read while it is held."""
        if self._writer is None:
            self._writer = open_writer(self._database, self._busy_timeout_s)
        with self._writer.transaction(lock="vault"):
            yield self._writer

    def _select(self, statement: str, *parameters: object) -> list[Row]:
        if self._reader is None:
            self._reader = find_reader(self._database, self._busy_timeout_s)
        return [] if self._reader is None else self._reader.select(statement, *parameters)

    def _try_to_decrypt(self, kind: Kind, row: Row) -> Entry | OperationError:
        try:
            return self._decrypt(kind, row)
        except OperationError as error:
            return error

    def _decrypt(self, kind: Kind, row: Row) -> Entry:
        name, token, secret, description, created_at, updated_at = row
        return Entry(
            name=name,
            value=self._keyring.decrypt(token, f"{kind.capitalize()} {name!r}"),
            secret=bool(secret),
            description=description,
            created_at=created_at,
            updated_at=updated_at,
        )

    def _explain_none(self, kind: Kind, name: str) -> str:
        near = self.find_near(kind, name)
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        return f"There is no {kind} {name!r} in {self._database.shown}.{hint}"


def check_name(kind: Kind, name: str) -> None:
    """Refuse names that nobody could ask for.

    Raises:
        OperationError: It is empty, too long, or has blanks around it or characters that do not print.
    """
    if not name or name != name.strip() or not name.isprintable() or len(name) > MAX_NAME_CHARS:
        raise OperationError(
            f"{name[:MAX_NAME_CHARS]!r} cannot be the name of a {kind}: it needs 1 to {MAX_NAME_CHARS} characters that "
            "print, without blanks around them."
        )
