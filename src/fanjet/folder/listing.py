"""What there is in a DAG folder: files that may hold DAGs, and all that is kept with the DAGs' runs."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import NamedTuple

from fanjet.errors import OperationError
from fanjet.model.texts import storable
from fanjet.parsing.bundle import check_name, decides, find_root
from fanjet.parsing.candidates import may_hold_dag
from fanjet.parsing.ignores import FANJETIGNORE, Ignoring, iter_entries
from fanjet.parsing.report import ParseError, Stamp
from fanjet.parsing.surroundings import is_source

#: What is larger is data, and is not kept with a version.
MOST_FILE_BYTES = 1_000_000
_MOST_BYTES = 20_000_000
_MOST_KEPT = 2_000
#: A tree with more files than this is no folder of DAGs.
_MOST_SEEN = 200_000
_ZIP = ".zip"


class Listing(NamedTuple):
    """One look at a folder. Names are relative, with ``/``."""

    #: By name relative to the folder: Python files that may hold DAGs.
    candidates: dict[str, Stamp]
    #: Relative to the root: what is kept with versions, as far as it is not a DAG file.
    kept: list[str]
    #: By file relative to the folder: what is wrong with files that are not loaded.
    refused: dict[str, ParseError]
    #: What was left out, for people.
    notes: list[str]


class Lister:
    """Lists one DAG folder again and again.

    Args:
        folder: The folder, absolute.
        home: That of the database; it is nobody's project.
        safe_mode: Only files that speak of DAGs are candidates.
        airflow_regexp: How ``.airflowignore`` is written.
    """

    def __init__(self, folder: Path, home: Path, *, safe_mode: bool, airflow_regexp: bool) -> None:
        self.folder = folder
        root = find_root(folder / "dag.py")
        #: What the DAGs of the folder are packed with: the project around it, or the folder itself.
        self.root = folder if root == home else root
        #: Where to look for what is kept.
        self._places = (folder, self.root)
        plugins = folder.with_name("plugins")
        if self.root == folder and folder.name == "dags" and plugins.is_dir():
            # As Airflow has it. Runs search both folders, so versions have both, beside each other.
            self.root = folder.parent
            self._places = (folder, plugins)
        self._safe_mode = safe_mode
        self._airflow_regexp = airflow_regexp
        #: What was found in a file of this stamp.
        self._judged: dict[str, tuple[Stamp, bool]] = {}

    def list(self) -> Listing | None:
        """What there is now; None when the folder cannot be read, because it is gone or its disk is."""
        try:
            os.listdir(self.folder)  # noqa: PTH208 - only whether it can be
        except OSError:
            return None
        listing = Listing({}, [], {}, [])
        self._list_candidates(listing)
        self._list_kept(listing)
        return listing

    def count_others(self) -> int:
        """How many Python files of the folder say nothing of DAGs, as the last look found."""
        return sum(not is_one for _, is_one in self._judged.values())

    def _list_candidates(self, listing: Listing) -> None:
        def complain(file: str, line: int, message: str) -> None:
            name = os.path.relpath(file, self.folder)
            listing.refused[name] = ParseError(file, line, "ignore", message, "correct it or take it out")

        ignoring = Ignoring(
            airflow_regexp=self._airflow_regexp, follow_links=True, above=str(self.root), complain=complain
        )
        judged = {}
        for seen, entry in enumerate(iter_entries(str(self.folder), ignoring)):
            if seen >= _MOST_SEEN:
                listing.notes.append(f"Below {self.folder} are more than {_MOST_SEEN:,} files: some are not seen.")
                break
            name = entry.path[len(str(self.folder)) + 1 :]
            stamp = _find_stamp(entry) if name.endswith((".py", _ZIP)) else None
            if stamp is None:
                continue
            known = self._judged.get(name)
            is_one = known[1] if known is not None and known[0] == stamp else self._judge(name)
            judged[name] = stamp, is_one
            if is_one and (error := self._refuse(name)) is not None:
                listing.refused[storable(name)] = error
            elif is_one:
                listing.candidates[name] = stamp
        self._judged = judged

    def _judge(self, name: str) -> bool:
        path = self.folder / name
        if name.endswith(_ZIP):
            return _holds_modules(path)
        return not self._safe_mode or may_hold_dag(path)

    def _refuse(self, name: str) -> ParseError | None:
        path = self.folder / name
        try:
            check_name(path)
        except OperationError as error:
            return ParseError(storable(str(path)), None, "path", str(error))
        if name.endswith(_ZIP):
            fix = f"unpack it into a folder, or name it in {FANJETIGNORE}"
            return ParseError(str(path), None, "zip", "DAG files in a zip archive are not loaded.", fix=fix)
        return None

    def _list_kept(self, listing: Listing) -> None:
        """The DAG folder first, should there be too much."""
        seen: set[str] = set()
        total_bytes = 0
        prefix = len(str(self.root)) + 1
        above = str(self.root)
        keeps_all = decides(self.root, "")
        for start in dict.fromkeys(self._places):
            ignoring = Ignoring(files=(FANJETIGNORE,), follow_links=True, above=above)
            for number, entry in enumerate(iter_entries(str(start), ignoring)):
                stamp = _find_stamp(entry)
                name = entry.path[prefix:]
                if number >= _MOST_SEEN:
                    break
                if stamp is None or stamp.size > MOST_FILE_BYTES or name in seen or storable(name) != name:
                    continue
                if not keeps_all and not is_source(name):
                    continue  # runs see it where it is
                if len(seen) >= _MOST_KEPT or total_bytes + stamp.size > _MOST_BYTES:
                    listing.notes.append(_explain_full(self.root, len(seen)))
                    listing.kept.extend(sorted(seen))
                    return
                if self._is_candidate(entry.path, listing):
                    continue
                seen.add(name)
                total_bytes += stamp.size
        listing.kept.extend(sorted(seen))

    def _is_candidate(self, path: str, listing: Listing) -> bool:
        """Which of these are helpers and not DAG files is known once they have been loaded."""
        folder = f"{self.folder}/"
        return path.startswith(folder) and path[len(folder) :] in listing.candidates


def _find_stamp(entry: os.DirEntry[str]) -> Stamp | None:
    try:
        status = entry.stat()
    except OSError:
        return None  # gone, or a link that leads nowhere
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino)


def _holds_modules(path: Path) -> bool:
    """Whether an archive is meant for the search path of Python, and is not just data."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(".py") and "/" not in name for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def _explain_full(root: Path, count: int) -> str:
    return (
        f"There are too many files below {root} to keep all with each version of a DAG: {count:,} are kept. "
        f"Fix: list what the DAGs do not need in a {FANJETIGNORE} file there."
    )
