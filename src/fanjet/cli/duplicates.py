"""DAG ids that several files give to different DAGs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from fanjet.cli.dag_errors import shorten_path
from fanjet.parsing.report import ParseError, ParseReport


class _Place(msgspec.Struct, frozen=True):
    """Where a DAG is. A file that imports the DAG of another one has it at the other one's place."""

    file: str
    #: None when it was made elsewhere, for example by a helper that both files call.
    line: int | None

    def __str__(self) -> str:
        return shorten_path(self.file) + (f":{self.line}" if self.line else "")


def find_duplicates(loaded: Sequence[tuple[Path, ParseReport]]) -> list[ParseError]:
    """An error for each DAG whose id a DAG of an earlier file has."""
    files = {str(path.absolute()) for path, _ in loaded}
    first: dict[str, _Place] = {}
    errors = []
    for path, report in loaded:
        for spec in report.specs:
            place = _locate(path, report, spec.dag_id, files)
            known = first.setdefault(spec.dag_id, place)
            if known != place:
                message = f"Two DAGs have the id '{spec.dag_id}', first in {known}."
                fix = "give one of them another dag_id"
                errors.append(ParseError(place.file, place.line, "duplicate", message, fix))
    return errors


def _locate(path: Path, report: ParseReport, dag_id: str, files: set[str]) -> _Place:
    file, line = report.places.get(dag_id, ("", 0))
    return _Place(file, line) if file in files else _Place(str(path.absolute()), None)
