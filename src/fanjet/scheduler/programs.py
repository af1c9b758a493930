"""What runs execute, by the number of a version: read from the store once, however many runs are of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from fanjet.model.programs import Program
from fanjet.parsing.report import ParseError
from fanjet.store.queries.rows import VersionRow
from fanjet.store.service.journal import ServiceJournal

#: Gives the folder in which the files of a version lie unchanged; raises an `ExecutionError` when they are gone.
FindRoot: TypeAlias = Callable[[VersionRow], Path]

_MOST_KEPT = 256


class Programs:
    """A cache of versions.

    Args:
        journal: Where they are.
        find_root: Says where their files are.
    """

    def __init__(self, journal: ServiceJournal, find_root: FindRoot) -> None:
        self._journal = journal
        self._find_root = find_root
        self._versions: OrderedDict[int, VersionRow] = OrderedDict()
        self._programs: dict[int, Program] = {}

    def get_version(self, number: int) -> VersionRow:
        """A version.

        Raises:
            OperationError: There is none of this number.
        """
        version = self._versions.get(number)
        if version is None:
            version = self._versions[number] = self._journal.get_version(number)
            while len(self._versions) > _MOST_KEPT:
                forgotten, _ = self._versions.popitem(last=False)
                self._programs.pop(forgotten, None)
        self._versions.move_to_end(number)
        return version

    def show_error(self, number: int, error: ParseError) -> ParseError:
        """An error of the files as they are laid out, as one of those that its author knows."""
        program = self._programs.get(number)
        if program is None:
            return error
        here, there = str(program.root), self._versions[number].root
        trace = error.traceback
        return replace(
            error,
            file=error.file.replace(here, there),
            message=error.message.replace(here, there),
            traceback=None if trace is None else trace.replace(here, there),
        )

    def get(self, number: int) -> Program:
        """What a run of a version executes.

        Raises:
            OperationError: There is no such version.
            ExecutionError: Its files are gone, or cannot be laid out.
        """
        version = self.get_version(number)
        program = self._programs.get(number)
        if program is None or not program.path.exists():
            program = Program(
                root=self._find_root(version), file=version.file, bundle=version.bundle, spec=version.spec
            )
            self._programs[number] = program
        return program
