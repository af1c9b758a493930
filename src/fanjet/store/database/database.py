"""Which database: the SQLite file of a home, or one on a PostgreSQL server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from fanjet.errors import OperationError

if TYPE_CHECKING:
    from fanjet.settings.values import Settings

Dialect: TypeAlias = Literal["sqlite", "postgresql"]

#: The file in a home.
DATABASE_NAME: Final = "fanjet.db"
_SCHEMES = ("postgresql", "postgres")
_MASK = "***"
#: Up to the last @ of where hosts stand; beyond a slash only if there is a password that may have one in it.
_CREDENTIALS = re.compile(r"(?:[^:/]*:(?!\d*/)[^@]*@|[^/]*?@)(?:[^/?]*@)?")
#: ``password=...`` of libpq's other way to write such things.
_SETTINGS = re.compile(r"(?i)(pass\w*\s*=\s*)('[^']*'|\S+)")


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
    shown = mask_url(url)
    try:
        is_ours = urlsplit(url).scheme in _SCHEMES
    except ValueError:  # brackets that nobody closes
        is_ours = False
    if not is_ours:
        raise OperationError(
            f"The setting database is {shown!r}, which is no URL of PostgreSQL. Fix: "
            "postgresql://user:password@host/name, or unset it for the SQLite file of the home."
        )
    # libpq takes what stands before the first of these for all of the password, and would show the rest as a host.
    credentials = _split(url)[1]
    for char, spelled in (("@", "%40"), ("/", "%2F")):
        if char in credentials.removesuffix("@"):
            where = "The URL in the setting database has"
            raise OperationError(f"{where} {char} in its user or password. Fix: write it as {spelled} there.")


def database_at(place: Path | Database) -> Database:
    """A home stands for its SQLite file."""
    return place if isinstance(place, Database) else Database(place)


def mask_url(url: str) -> str:
    """A URL without the password that may stand in it, and without the options that lead to key files.

    Also of one that is wrong: whatever may be a part of a password goes.
    """
    start, credentials, rest = _split(url)
    if not start:
        return _SETTINGS.sub(rf"\1{_MASK}", url)
    name, colon, _ = credentials.partition(":")
    place, mark, query = rest.partition("?")
    options = [(key, _MASK if "pass" in key.lower() else value) for key, value in parse_qsl(query)]
    return f"{start}{f'{name}:{_MASK}@' if colon else credentials}{place}{mark}{urlencode(options, safe='/*')}"


def _split(url: str) -> tuple[str, str, str]:
    """``postgresql://``, ``user:password@`` and the rest, where the password may have anything in it."""
    start, mark, rest = url.partition("://")
    if not mark:
        return "", "", url
    match = _CREDENTIALS.match(rest)
    end = match.end() if match else 0
    return start + mark, rest[:end], rest[end:]
