"""A run that has ended as a trace: a span for the run, for each task, and for each try."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from fanjet.model import paths
from fanjet.model.spec import TaskSpec
from fanjet.model.states import RunStatus, State
from fanjet.store.queries.rows import InstanceRow, RunRow, TaskCounts, TryRow
from fanjet.store.service.queries import ServiceReader

#: Of a task with more instances the first so many get spans; the counts by state stand at its own span.
MOST_INSTANCES = 1000

_EPOCH = datetime.fromtimestamp(0, UTC)
_SCOPE = InstrumentationScope("fanjet")


class RunSpans:
    """Makes the spans of one run.

    The same run gives the same numbers of trace and spans whoever makes them.

    Args:
        reader: The database.
        row: The run; it has ended.
        resource: Whose spans they are.
    """

    def __init__(self, reader: ServiceReader, row: RunRow, resource: Resource) -> None:
        self._reader = reader
        self._row = row
        self._resource = resource
        info = row.info
        self._key = f"{info.dag_id}|{info.run_id}|{info.created_at}|{row.ended_at}"
        self._trace_id = int.from_bytes(hashlib.sha256(self._key.encode()).digest()[:16])

    def make(self) -> Iterator[ReadableSpan]:
        """All spans, the run's own first."""
        info, row = self._row.info, self._row
        assert row.ended_at is not None, "only runs that have ended are traced"
        root = self._make(
            info.dag_id,
            "run",
            None,
            _nanoseconds(info.started_at.timestamp()),
            _nanoseconds(row.ended_at.timestamp()),
            {
                "fanjet.dag_id": info.dag_id,
                "fanjet.run": info.number,
                "fanjet.run_id": info.run_id,
                "fanjet.run_type": info.run_type,
                "fanjet.state": row.state.label,
                "fanjet.logical_date": _say_instant(info.logical_date),
            },
            _status(failed=row.state == RunStatus.FAILED),
        )
        yield root
        spec, counts = self._reader.get_spec(info.number), self._reader.counts(info.number)
        for task in spec.tasks:
            if task.number in counts:
                yield from self._make_task(task, counts[task.number], root)

    def _make_task(self, task: TaskSpec, counts: TaskCounts, root: ReadableSpan) -> Iterator[ReadableSpan]:
        if counts.first_started_at is None or counts.last_ended_at is None:
            return  # nothing of it ran
        found = {State(state).label: count for state, count in enumerate(counts.counts) if count}
        attributes: dict[str, str | int] = {
            "fanjet.task_id": task.task_id,
            "fanjet.operator": task.operator,
            **{f"fanjet.instances.{state}": count for state, count in found.items()},
        }
        span = self._make(
            task.task_id,
            f"task|{task.number}",
            root,
            _nanoseconds(counts.first_started_at),
            _nanoseconds(counts.last_ended_at),
            attributes,
            _status(failed=bool(counts.counts[State.FAILED])),
        )
        yield span
        run = self._row.info.number
        for instance in self._reader.instances(run, task.number, limit=MOST_INSTANCES):
            earlier = self._reader.tries(run, task.number, instance.path)[:-1] if instance.try_number > 1 else []
            tries: list[InstanceRow | TryRow] = [*earlier, instance]
            for each in tries:
                if each.started_at is not None and each.ended_at is not None:
                    yield self._make_try(task, instance, each, span)

    def _make_try(
        self, task: TaskSpec, instance: InstanceRow, each: InstanceRow | TryRow, parent: ReadableSpan
    ) -> ReadableSpan:
        assert each.started_at is not None
        assert each.ended_at is not None
        index = paths.show(instance.path)
        attributes: dict[str, str | int] = {
            "fanjet.task_id": task.task_id,
            "fanjet.map_index": index,
            "fanjet.try_number": each.try_number,
            "fanjet.state": each.state.label,
        }
        if each.label:
            attributes["fanjet.label"] = each.label
        return self._make(
            f"{task.task_id}[{index}]" if instance.path else task.task_id,
            f"try|{task.number}|{index}|{each.try_number}|{each.ended_at}",
            parent,
            _nanoseconds(each.started_at),
            _nanoseconds(each.ended_at),
            attributes,
            _status(failed=each.error is not None, why=each.error),
        )

    def _make(
        self,
        name: str,
        key: str,
        parent: ReadableSpan | None,
        start_ns: int,
        end_ns: int,
        attributes: dict[str, str | int],
        status: Status,
    ) -> ReadableSpan:
        span_id = int.from_bytes(hashlib.sha256(f"{self._key}|{key}".encode()).digest()[:8])
        return ReadableSpan(
            name,
            context=SpanContext(self._trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)),
            parent=None if parent is None else parent.get_span_context(),
            resource=self._resource,
            attributes=attributes,
            kind=SpanKind.INTERNAL,
            status=status,
            start_time=start_ns,
            end_time=max(start_ns, end_ns),
            instrumentation_scope=_SCOPE,
        )


def _status(*, failed: bool, why: str | None = None) -> Status:
    if not failed:
        return Status(StatusCode.OK)
    return Status(StatusCode.ERROR, (why or "").strip().partition("\n")[0] or None)


def _nanoseconds(seconds: float) -> int:
    """To the microsecond and rounded as instants of runs are, so that nothing seems to end after its run."""
    since = datetime.fromtimestamp(seconds, UTC) - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


def _say_instant(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat()
