"""What is known of each file of a DAG folder since it was last loaded, and whether that still holds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from importlib.metadata import version

import msgspec

from fanjet.parsing.report import ParseError
from fanjet.store.service.dag_files import FileRow

#: Another version of these may make other DAGs of the same files.
_MAKERS = f"fanjet {version('fanjet')}, python {sys.version_info.major}.{sys.version_info.minor}"
#: A file that cannot be loaded may be mended from outside: a package is installed, a database is back.
_MOST_PATIENCE_S = 60.0

_decode_errors = msgspec.json.Decoder(list[ParseError]).decode


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What a file was loaded from; JSON in the store. Digests are those of `Digests.summarise`."""

    #: By whom it was loaded.
    by: str = _MAKERS
    #: The files and folders below the root that it used, itself among them, by name relative to the root.
    used: dict[str, str]
    #: What is kept with it beside these.
    shared: str
    #: The names of all files, where it could not be loaded: the one that it lacked may have come.
    names: str = ""


_decode_fingerprint = msgspec.json.Decoder(Fingerprint).decode


@dataclass(slots=True)
class KnownFile:
    """One file of the folder."""

    row: FileRow
    #: None where nobody knows what it was loaded from.
    fingerprint: Fingerprint | None
    errors: list[ParseError] = field(default_factory=list)
    #: Of what was last written, to see whether a later load gives the same; empty where that is not known.
    content: bytes = b""
    #: DAG ids that it may not have because another file has them.
    clashes: tuple[str, ...] = ()
    #: By DAG id: the other file in which it was made. That one may have it too, and then it is the other one's.
    made_in: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, row: FileRow) -> KnownFile:
        """As the store has it."""
        try:
            fingerprint = _decode_fingerprint(row.fingerprint)
        except msgspec.DecodeError:
            fingerprint = None
        return cls(row, fingerprint, [] if row.errors is None else _decode_errors(row.errors))

    def with_fingerprint(self, fingerprint: Fingerprint) -> KnownFile:
        """The same, loaded from something else."""
        row = msgspec.structs.replace(self.row, fingerprint=msgspec.json.encode(fingerprint).decode())
        return replace(self, row=row, fingerprint=fingerprint, content=b"")

    @property
    def can_be_loaded(self) -> bool:
        """Whether its DAGs are as it says now."""
        return not self.errors or bool(self.clashes)

    @property
    def is_helper(self) -> bool:
        """Whether it was loaded and has no DAG of its own."""
        return not self.row.dag_ids and not self.errors

    def is_due(self, now: float, refresh_s: float) -> bool:
        """Whether it is to be loaded again though nothing has changed that can be seen."""
        patience_s = min(refresh_s, _MOST_PATIENCE_S) if self.errors else refresh_s
        return now - self.row.parsed_at >= patience_s or now < self.row.parsed_at

    def has_changed(self, summarise: Callable[[str], str], names: str) -> bool:
        """Whether loading it may give something else now.

        Args:
            summarise: Gives the digest of a name relative to the root, as `Fingerprint.used` has it.
            names: The digest of the names of all files.
        """
        known = self.fingerprint
        if known is None or known.by != _MAKERS or known.names not in ("", names):
            return True
        return any(summarise(name) != digest for name, digest in known.used.items())


class KnownFiles:
    """All files of the folder by name relative to it, and which of them has which DAG."""

    def __init__(self, rows: Iterable[FileRow]) -> None:
        self._files: dict[str, KnownFile] = {}
        self._owners: dict[str, str] = {}
        for row in rows:
            self.put(KnownFile.of(row))

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, file: str) -> bool:
        return file in self._files

    def __getitem__(self, file: str) -> KnownFile:
        return self._files[file]

    def find(self, file: str) -> KnownFile | None:
        """A file; None where it is not known."""
        return self._files.get(file)

    def find_owner(self, dag_id: str) -> str | None:
        """The file that has a DAG."""
        return self._owners.get(dag_id)

    def all(self) -> list[KnownFile]:
        """All files."""
        return list(self._files.values())

    def names(self) -> set[str]:
        """The names of all files."""
        return set(self._files)

    def dag_ids(self) -> set[str]:
        """All DAGs."""
        return set(self._owners)

    def put(self, known: KnownFile) -> None:
        """Know a file, in the place of what was known of it."""
        file = known.row.file
        self.pop(file)
        self._files[file] = known
        for dag_id in known.row.dag_ids:
            self._owners[dag_id] = file

    def doubt(self, file: str) -> None:
        """What is known of a file does not hold; it is to be loaded again."""
        if file in self._files:
            self._files[file].fingerprint = None

    def pop(self, file: str) -> KnownFile | None:
        """Know a file no more."""
        known = self._files.pop(file, None)
        for dag_id in () if known is None else known.row.dag_ids:
            if self._owners.get(dag_id) == file:
                del self._owners[dag_id]
        return known


def choose(
    known: KnownFiles,
    candidates: Collection[str],
    changed: Collection[str],
    *,
    now: float,
    refresh_s: float,
    most_refreshed: int,
) -> list[str]:
    """Which files to load, in which order: what has changed, what is new, then what was loaded longest ago.

    Args:
        known: What is known.
        candidates: All files that there are, in the order in which new ones are wanted.
        changed: Those of the known ones that have changed.
        now: The instant.
        refresh_s: What was loaded so long ago is loaded again.
        most_refreshed: The most of these.
    """
    new = [file for file in candidates if file not in known and file not in changed]
    due = [file for file in candidates if file in known and file not in changed and known[file].is_due(now, refresh_s)]
    due.sort(key=lambda file: known[file].row.parsed_at)
    return [*changed, *new, *due[:most_refreshed]]
