"""The file of `--results`: every instance of some runs, as JSON, written piece by piece."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from fanjet.cli.shown_values import value_as_data
from fanjet.errors import ExecutionError
from fanjet.model.paths import Path as MapPath
from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.model.states import State
from fanjet.model.texts import storable
from fanjet.model.values import PLAIN
from fanjet.settings import Settings
from fanjet.store.database.database import Database
from fanjet.store.queries.dag_results import find_dag_result
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import InstanceRow

#: An instance that was cleared for a rerun and has not begun again has only what is from before.
_LISTED = frozenset(State) - {State.NONE}


def write_results(file: Path, runs: Sequence[int], settings: Settings) -> None:
    """Write one object per run; a file appears whole or not at all.

    What is there and is no plain file (a pipe, ``/dev/stdout``) is written to; a link leads to the file to replace.

    Raises:
        ExecutionError: It cannot be written.
    """
    try:
        if _is_stream(file):
            with file.open("a", encoding="utf-8") as stream, Reader.open(Database.of(settings)) as reader:
                stream.writelines(_iter_text(reader, runs))
        else:
            _write(file.resolve(), runs, settings)
    except OSError as error:
        raise ExecutionError(f"The results cannot be written to {file}: {error}.") from error


def _is_stream(file: Path) -> bool:
    """Whether it is a device, a pipe or a descriptor, which no other file can take the place of."""
    return file.absolute().is_relative_to("/dev") or (file.exists() and not file.is_file())


def _write(file: Path, runs: Sequence[int], settings: Settings) -> None:
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".tmp")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream, Reader.open(Database.of(settings)) as reader:
            stream.writelines(_iter_text(reader, runs))
        draft.chmod(0o666 & ~_find_umask())
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _find_umask() -> int:
    """The mode that files of this process get; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _iter_text(reader: Reader, runs: Sequence[int]) -> Iterator[str]:
    yield "["
    for at, run in enumerate(runs):
        row = reader.find_run(str(run))
        head = {"dag_id": row.info.dag_id, "run_id": row.info.run_id, "state": row.state.label}
        spec = reader.get_spec(run)
        yield (",\n" if at else "\n") + json.dumps(head, ensure_ascii=False)[:-1]
        yield from _iter_result_text(reader, run, spec)
        yield ', "instances": ['
        separator = "\n  "
        for task in spec.tasks:
            pushed = _Pushed(reader, run, task)
            for instance in reader.iter_instances(run, task.number, states=_LISTED):
                yield separator + _instance_text(task, instance, pushed.take(instance.path))
                separator = ",\n  "
        yield "\n]}"
    yield "\n]\n"


def _iter_result_text(reader: Reader, run: int, spec: DagSpec) -> Iterator[str]:
    """The result of the DAG, of a mapped task a list; nothing where there is none, or not yet."""
    found = find_dag_result(reader, run, spec)
    if found is None or not found.succeeded:
        return
    if not found.is_mapped:
        yield f', "result": {"null" if found.value is None else _value_text(found.value)}'
        return
    separator = ', "result": ['
    for row in reader.iter_instances(run, found.task.number, states=(State.SUCCESS,)):
        yield separator + ("null" if row.value is None else _value_text(row.value))
        separator = ", "
    yield "]"


class _Pushed:
    """What the instances of a task have pushed, read along with the instances."""

    def __init__(self, reader: Reader, run: int, task: TaskSpec) -> None:
        self._left = groupby(reader.iter_pushed(run, task.number), key=itemgetter(0))
        self._next = next(self._left, None)

    def take(self, path: MapPath) -> dict[str, bytes]:
        """Key and value of what one instance has pushed; to be called in the order of the paths."""
        while self._next is not None and self._next[0] < path:  # of an instance that is not listed
            self._next = next(self._left, None)
        if self._next is None or self._next[0] != path:
            return {}
        return {key: value for _, key, value in self._next[1]}


def _instance_text(task: TaskSpec, row: InstanceRow, pushed: dict[str, bytes]) -> str:
    fields = {
        "task_id": task.task_id,
        "map_index": list(row.path),
        "state": row.state.label,
        "try_number": row.try_number,
        "label": row.label,
    }
    text = json.dumps(fields, ensure_ascii=False)
    if row.state is State.REMOVED:
        return text
    if row.value is not None:
        text = f'{text[:-1]}, "value": {_value_text(row.value)}}}'
    if pushed:
        pairs = ", ".join(
            f"{storable(json.dumps(key, ensure_ascii=False))}: {_value_text(value)}" for key, value in pushed.items()
        )
        text = f'{text[:-1]}, "pushed": {{{pairs}}}}}'
    return text


def _value_text(data: bytes) -> str:
    """Plain values are JSON already."""
    if data[:1] == PLAIN:
        return data[1:].decode()
    return storable(json.dumps(value_as_data(data, []), ensure_ascii=False))
