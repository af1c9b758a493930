"""Which database: the SQLite file of a home, or one on a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from fanjet.errors import OperationError

if TYPE_CHECKING:
    from fanjet.settings.values import Settings

Dialect: TypeAlias = Literal["sqlite", "postgresql"]

#: The file in a home.
DATABASE_NAME: Final = "fanjet.db"
_SCHEMES = ("postgresql", "postgres")
_MASK = "***"


class Database(msgspec.Struct, frozen=True):
    """A place for everything that is recorded. Logs, bundles, values and the key file stay in the home."""

    home: Path
    #: ``postgresql://user:password@host/name``; None for the SQLite file of the home. Never shown: see `shown`.
    url: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The one that the settings name.

        Raises:
            OperationError: The URL is none of PostgreSQL.
        """
        return cls.at(settings.home, settings.database)

    @classmethod
    def at(cls, home: Path, url: str | None) -> Self:
        """The database at a URL, or the file of a home.

        Raises:
            OperationError: The URL is none of PostgreSQL.
        """
        if url is not None:
            _check(url)
        return cls(home, url)

    @property
    def dialect(self) -> Dialect:
        """Whose SQL it speaks."""
        return "sqlite" if self.url is None else "postgresql"

    @property
    def path(self) -> Path:
        """The SQLite file; there is none when a URL is set."""
        return self.home / DATABASE_NAME

    @property
    def shown(self) -> str:
        """Its name for people, without the password."""
        return str(self.path) if self.url is None else mask_url(self.url)

    def __repr__(self) -> str:
        return f"Database({self.shown})"


def _check(url: str) -> None:
    try:
        is_ours = urlsplit(url).scheme in _SCHEMES
        shown = mask_url(url)
    except ValueError:  # brackets that nobody closes; what is secret in such a text cannot be told
        is_ours, shown = False, _MASK
    if not is_ours:
        raise OperationError(
            f"The setting database is {shown!r}, which is no URL of PostgreSQL. Fix: "
            "postgresql://user:password@host/name, or unset it for the SQLite file of the home."
        )
    if url.partition("://")[2].partition("/")[0].count("@") > 1:  # libpq would take half the password for the host
        raise OperationError(
            "The URL in the setting database has an @ in its user or password. Fix: write it as %40 there."
        )


def database_at(place: Path | Database) -> Database:
    """A home stands for its SQLite file."""
    return place if isinstance(place, Database) else Database(place)


def mask_url(url: str) -> str:
    """A URL without the password that may stand in it, and without the options that lead to key files."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    query = urlencode(
        [(key, _MASK if "pass" in key.lower() else value) for key, value in parse_qsl(parts.query)], safe="/*"
    )
    netloc = f"{name}:{_MASK}{at}{host}" if colon else parts.netloc
    return urlunsplit(parts._replace(netloc=netloc, query=query))
