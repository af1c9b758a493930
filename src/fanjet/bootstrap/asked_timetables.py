"""Timetables of authors, asked where nobody else waits: in a process that loads their file for the question."""

from __future__ import annotations

from pathlib import Path

from fanjet.bootstrap.stored_lookups import answer_lookup
from fanjet.errors import OperationError
from fanjet.model.timetables import NamedRun, TimetableQuestion
from fanjet.parsing.asked_timetables import read_answer
from fanjet.parsing.forked import ForkedParser
from fanjet.parsing.report import TimetableAnswer
from fanjet.settings.values import Settings


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
