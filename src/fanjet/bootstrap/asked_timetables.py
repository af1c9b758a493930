"""Timetables of authors, asked where nobody else waits: in a process that loads their file for the question."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fanjet.bootstrap.stored_lookups import answer_lookup
from fanjet.errors import OperationError
from fanjet.model.programs import Program
from fanjet.model.timetables import NamedRun, TimetableQuestion
from fanjet.parsing.asked_timetables import read_answer
from fanjet.parsing.forked import ForkedParser
from fanjet.parsing.report import ParseReport, TimetableAnswer
from fanjet.settings.values import Settings

#: In a service, a timetable that takes longer has failed.
_ASK_TIMEOUT_S = 10.0


def ask_file(settings: Settings, file: Path, root: Path, question: TimetableQuestion) -> TimetableAnswer:
    """What the timetable of a DAG of a file says.

    Args:
        settings: The settings.
        file: The file.
        root: The root of its bundle.
        question: What is asked.

    Raises:
        ExecutionError: No process can be started.
    """
    with ForkedParser(lambda request: answer_lookup(settings, request), niceness=0) as parser:
        report = parser.parse(file, root, settings.parse_timeout_s, "timetables", [question])
    return read_answer(report.answers, report.errors)


class FileAsker:
    """Asks in processes that are forked from one of its own; implements `fanjet.scheduler.askers.Asker`.

    Args:
        settings: The settings.
    """

    def __init__(self, settings: Settings) -> None:
        # Its time is bounded, and runs wait for it: it goes behind no other work.
        self._parser = ForkedParser(lambda request: answer_lookup(settings, request), niceness=0)
        self._timeout_s = min(settings.parse_timeout_s, _ASK_TIMEOUT_S)

    def ask(self, program: Program, questions: Sequence[TimetableQuestion]) -> ParseReport:
        return self._parser.parse(program.path, program.root, self._timeout_s, "timetables", questions)

    def abort(self) -> None:
        self._parser.abort()

    def close(self) -> None:
        self._parser.close()


def get_runs(settings: Settings, file: Path, root: Path, question: TimetableQuestion) -> list[NamedRun]:
    """As `ask_file`.

    Raises:
        OperationError: The timetable fails; says how.
        ExecutionError: No process can be started.
    """
    answer = ask_file(settings, file, root, question)
    if answer.error is not None:
        raise OperationError(str(answer.error))
    return answer.runs
