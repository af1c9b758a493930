"""Which files a run executes."""

from __future__ import annotations

from pathlib import Path

import msgspec

from fanjet.model.spec import DagSpec


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG in one version of its file. Runs of one version, and DAGs of one file, are served by the same processes."""

    #: The folder that holds the files of the version, which do not change there.
    root: Path
    #: Relative to it.
    file: str
    #: The hash of the files.
    bundle: str
    #: The DAG as the run knows it.
    spec: DagSpec

    @property
    def key(self) -> tuple[str, str, str]:
        """The same for programs that the same processes can serve."""
        return (str(self.root), self.file, self.bundle)

    @property
    def path(self) -> Path:
        """The DAG file."""
        return self.root / self.file
