"""The files that are kept with each version of a folder's DAGs.

To a DAG belong its own file, whatever of the project its file used when it was loaded, and everything below the root
that is no DAG file itself: modules that tasks import later, SQL, templates, tables. So a change of one DAG file makes a
new version of that DAG alone, and a change of a helper one of each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path

from fanjet.folder.digests import Digests
from fanjet.folder.listing import MOST_FILE_BYTES
from fanjet.parsing.report import ParseReport, Stamp
from fanjet.store.files.bundles import save_bundle


class Bundling:
    """Keeps bundles of one root.

    Args:
        home: The folder where bundles are kept.
        root: The root.
        digests: What files hold.
    """

    def __init__(self, home: Path, root: Path, digests: Digests) -> None:
        self._home = home
        self._root = root
        self._digests = digests
        #: SHA-256 and executable bit by name relative to the root.
        self._shared: dict[str, tuple[str, bool]] = {}
        self._digest: str | None = None

    def set_shared(self, names: Iterable[str]) -> None:
        """Say which files belong to every DAG; what cannot be read does not."""
        found = ((name, self._digests.find(f"{self._root}/{name}")) for name in names)
        self._shared = {name: (content.sha256, content.executable) for name, content in found if content is not None}
        self._digest = None

    def add_shared(self, name: str) -> None:
        """One more."""
        content = self._digests.find(f"{self._root}/{name}")
        if content is not None:
            self._shared[name] = content.sha256, content.executable
            self._digest = None

    @property
    def digest(self) -> str:
        """Of all that belongs to every DAG."""
        if self._digest is None:
            text = "\n".join(f"{name}\0{sha256}\0{bit}" for name, (sha256, bit) in sorted(self._shared.items()))
            self._digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        return self._digest

    def save(self, name: str, used: Collection[str]) -> str:
        """Keep the files of a DAG file as they are now.

        Args:
            name: The DAG file, relative to the root.
            used: What it used, as `ParseReport.used` names it.

        Returns:
            The hash of the bundle.

        Raises:
            ExecutionError: A file cannot be read, or the disk is full.
        """
        beside = {*self._shared, *(each for each in used if self._is_kept(each))}
        return save_bundle(self._home, self._root, [name], beside=beside - {name}, describe=self._describe)

    def _is_kept(self, name: str) -> bool:
        """Whether a used file goes with the version; large data is seen where it lies."""
        if name.endswith("/"):
            return False
        content = self._digests.find(f"{self._root}/{name}")
        return content is not None and content.stamp.size <= MOST_FILE_BYTES

    def is_settled(self, name: str, report: ParseReport) -> bool:
        """Whether what was kept is what was loaded: nothing that the file used has changed since."""
        own = self._digests.find(f"{self._root}/{name}")
        if own is None or own.sha256 != report.sha256:
            return False
        return all(stamp is None or self._is_as_kept(used, stamp) for used, stamp in report.used.items())

    def _is_as_kept(self, used: str, stamp: Stamp) -> bool:
        """Whether a file is still as it was loaded, and was that already when what belongs to every DAG was read."""
        now = self._digests.find(f"{self._root}/{used}")
        shared = self._shared.get(used)
        return now is not None and now.stamp == stamp and shared in (None, (now.sha256, now.executable))

    def _describe(self, name: str) -> tuple[str, bool]:
        known = self._shared.get(name)
        if known is not None:
            return known
        content = self._digests.find(f"{self._root}/{name}")
        if content is None:
            raise FileNotFoundError(f"{self._root / name} is gone or cannot be read")
        return content.sha256, content.executable
