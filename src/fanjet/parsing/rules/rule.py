"""What all rules have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fanjet.authoring.operator import Operator
from fanjet.parsing.report import Finding
from fanjet.parsing.rules.statement_times import StatementTime
from fanjet.parsing.spec_builder import BuiltDag


@dataclass(frozen=True)
class Checked:
    """A file that was loaded: what rules look at."""

    path: Path
    text: str
    dags: list[BuiltDag]
    times: list[StatementTime]


@dataclass(frozen=True)
class Suspicion:
    """A finding, with the task that it is about."""

    message: str
    fix: str
    dag: BuiltDag | None = None
    task: Operator | None = None
    #: In the DAG file, where no task is to blame.
    line: int | None = None

    def as_finding(self, rule: str, path: Path) -> Finding:
        """The finding as it is told."""
        place = self.task.definition if self.task is not None else None
        return Finding(
            file=place.file if place else str(path),
            line=place.line if place else self.line,
            rule=rule,
            dag_id=self.dag.spec.dag_id if self.dag else None,
            task_id=self.task.task_id if self.task is not None else None,
            message=self.message,
            fix=self.fix,
        )


def each_task(checked: Checked) -> Iterator[tuple[BuiltDag, int, Operator]]:
    """All tasks of all DAGs: the DAG, the number of the task in it, and the task."""
    for dag in checked.dags:
        for number, task in enumerate(dag.tasks):
            yield dag, number, task


def join_words(words: Iterable[str]) -> str:
    """Names in quotes, with commas."""
    return ", ".join(f"'{word}'" for word in words)
