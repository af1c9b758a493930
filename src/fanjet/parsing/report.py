"""What came of loading a DAG file."""

from __future__ import annotations

import msgspec

from fanjet.model.spec import DagSpec
from fanjet.model.timetables import NamedRun


class ParseError(msgspec.Struct, frozen=True):
    """One thing that is wrong with a DAG file.

    Attributes:
        file: As it was given.
        line: 1-based; None when no line is to blame.
        kind: ``syntax``, ``import``, ``dag`` (the author's use of Fanjet), ``exception``, ``duplicate``, ``exit``,
            ``timeout``, ``crash``, ``uncalled`` (a ``@dag`` function), ``empty``, ``missing``,
            ``path`` (its name is no UTF-8), ``timetable`` (an author's fails when it is asked) or, in
            `ParseReport.warnings`, ``warning``.
        message: What is wrong.
        fix: What to do, if that is known.
    """

    file: str
    line: int | None
    kind: str
    message: str
    fix: str | None = None
    #: From the file's own frame on; None where file and line say it all.
    traceback: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" + (f" Fix: {self.fix}" if self.fix else "")


class Finding(msgspec.Struct, frozen=True):
    """Something that works and is most likely not meant, or will fail in a run.

    Attributes:
        file: Where.
        line: 1-based; None when no line is to blame.
        rule: The name of the rule that it breaks; see `fanjet.parsing.rules`.
        dag_id: None when it is about the file.
        task_id: None when it is about the file or the DAG.
        message: What is the matter.
        fix: What to do.
    """

    file: str
    line: int | None
    rule: str
    dag_id: str | None
    task_id: str | None
    message: str
    fix: str


class TimetableAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a timetable says, or why it says nothing."""

    #: In order; of a run that was asked for, the one.
    runs: list[NamedRun] = []
    error: ParseError | None = None


class Stamp(msgspec.Struct, frozen=True, array_like=True):
    """What tells a file from another one of the same name, without reading it."""

    mtime_ns: int
    size: int
    inode: int


class ParseReport(msgspec.Struct, frozen=True):
    """A file that was loaded in a process of its own."""

    specs: list[DagSpec]
    errors: list[ParseError]
    duration_s: float
    #: By DAG id: the file, perhaps another one that this one imports, and the line where the DAG was made.
    places: dict[str, tuple[str, int]] = {}
    #: What the rules say, where they were asked.
    findings: list[Finding] = []
    #: What the author should know and does no harm; their kind is ``warning``.
    warnings: list[ParseError] = []
    #: The files and listed folders (with a slash at their end) below the root that were read meanwhile, the DAG file
    #: among them, where that was asked; relative to the root. None: there was none, or it is a folder.
    used: dict[str, Stamp | None] = {}
    #: SHA-256 of the text that was run, where that was asked; empty when the file could not be read.
    sha256: str = ""
    #: What timetables say, in the order in which they were asked; nothing where that never came to an end.
    answers: list[TimetableAnswer] = []
