"""The context of a try: what tasks find by name in templates, arguments, callbacks and `get_current_context()`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fanjet.authoring.instants import INSTANTS
from fanjet.errors import FanjetError
from fanjet.runtime.connections import ConnectionAccessor
from fanjet.runtime.templates import show_ds, show_ds_nodash, show_ts, show_ts_nodash, show_ts_nodash_with_tz
from fanjet.runtime.variables import VariableNamespace

if TYPE_CHECKING:
    from fanjet.runtime.task_instance import TaskInstance


class Context(MutableMapping[str, Any]):
    """Entries are made when they are first read, so that a try pays for what it uses.

    Those that the run cannot know (``ds`` and its kind without a logical date) are not in it. What a task or callback
    puts into it wins, also for the label of its instance.
    """

    __slots__ = ("_deleted", "_made", "_ti")

    def __init__(self, ti: TaskInstance) -> None:
        self._ti = ti
        self._made: dict[str, Any] = {}
        self._deleted: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        if name in self._made:
            return self._made[name]
        if name not in self:
            raise MissingContextEntryError(name)
        value = self._made[name] = ENTRIES[name](self._ti)
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        self._deleted.discard(name)
        self._made[name] = value

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self._made.pop(name, None)
        self._deleted.add(name)

    def __contains__(self, name: object) -> bool:
        if name in self._made:
            return True
        if name not in ENTRIES or name in self._deleted:
            return False
        if name in _NEED_LOGICAL_DATE:
            return self._ti.dag_run.logical_date is not None
        return name not in _NEED_INTERVAL or self._ti.dag_run.data_interval_start is not None

    def __iter__(self) -> Iterator[str]:
        yield from (name for name in ENTRIES if name in self)
        yield from (name for name in self._made if name not in ENTRIES)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<Context of {self._ti!r}>"

    def copy(self) -> dict[str, Any]:
        """All entries as a dict."""
        return dict(self)


class MissingContextEntryError(FanjetError, KeyError):
    """An entry that the context of this try does not have."""

    def __init__(self, name: str) -> None:
        why = "it needs a run with a logical date" if name in ENTRIES else "there is no such entry"
        super().__init__(f"The context has no '{name}' here: {why}.")

    def __str__(self) -> str:
        """The message as it is; a KeyError would quote it."""
        return str(self.args[0])


def _of_date(show: Callable[[datetime], str], days: int = 0) -> Callable[[TaskInstance], str]:
    def make(ti: TaskInstance) -> str:
        date = ti.dag_run.info.logical_date
        assert date is not None, "such entries are there only with a logical date"
        return show(date + timedelta(days=days))

    return make


def _of_next(show: Callable[[datetime], str]) -> Callable[[TaskInstance], str]:
    def make(ti: TaskInstance) -> str:
        date = ti.dag_run.info.data_interval_end
        assert date is not None, "such entries are there only with a data interval"
        return show(date)

    return make


#: Entries of older contexts, whose names authors may also use for parameters of their own.
_OLDER: dict[str, Callable[[TaskInstance], Any]] = {
    "execution_date": lambda ti: ti.dag_run.logical_date,
    "next_ds": _of_next(show_ds),
    "next_ds_nodash": _of_next(show_ds_nodash),
    "next_execution_date": lambda ti: ti.dag_run.data_interval_end,
    "tomorrow_ds": _of_date(show_ds, 1),
    "tomorrow_ds_nodash": _of_date(show_ds_nodash, 1),
    "yesterday_ds": _of_date(show_ds, -1),
    "yesterday_ds_nodash": _of_date(show_ds_nodash, -1),
}


def _previous(name: str) -> Callable[[TaskInstance], datetime | None]:
    def make(ti: TaskInstance) -> datetime | None:
        run = ti.previous_success
        at = None if run is None else getattr(run, name)
        return None if at is None else INSTANTS.show(datetime.fromtimestamp(at, UTC))

    return make


def _late(module: str, name: str) -> Callable[[TaskInstance], Any]:
    """Made by a class of a module that few tries need."""

    def make(ti: TaskInstance) -> Any:
        return getattr(import_module(module), name)(ti)

    return make


#: The entries that every try has, by name, and how they are made: those of `fanjet.authoring.context_names`.
ENTRIES: dict[str, Callable[[TaskInstance], Any]] = {
    "asset_state_store": _late("fanjet.runtime.kept_values", "AssetStates"),
    "conn": lambda _: ConnectionAccessor(),
    "dag": lambda ti: ti.dag,
    "dag_run": lambda ti: ti.dag_run,
    "data_interval_end": lambda ti: ti.dag_run.data_interval_end,
    "data_interval_start": lambda ti: ti.dag_run.data_interval_start,
    "ds": _of_date(show_ds),
    "ds_nodash": _of_date(show_ds_nodash),
    "exception": lambda _: None,
    "expanded_ti_count": lambda ti: ti.expanded_ti_count,
    "inlet_events": _late("fanjet.runtime.asset_events", "InletEvents"),
    "inlets": lambda ti: list(ti.task.inlets),
    "logical_date": lambda ti: ti.dag_run.logical_date,
    "macros": lambda _: import_module("fanjet.runtime.macros"),  # late: random and uuid are slow to import
    "map_index_template": lambda ti: ti.task.map_index_template,
    "outlet_events": _late("fanjet.runtime.asset_events", "OutletEvents"),
    "outlets": lambda ti: list(ti.task.outlets),
    "partition_date": lambda _: None,
    "partition_key": lambda _: None,
    "prev_data_interval_end_success": _previous("data_interval_end"),
    "prev_data_interval_start_success": _previous("data_interval_start"),
    "prev_end_date_success": _previous("ended_at"),
    "prev_start_date_success": _previous("started_at"),
    "params": lambda ti: ti.params,
    "reason": lambda _: None,
    "run_id": lambda ti: ti.run_id,
    "task": lambda ti: ti.task,
    "task_state_store": _late("fanjet.runtime.kept_values", "find_task_state"),
    "task_instance": lambda ti: ti,
    "task_instance_key_str": lambda ti: ti.key_str,
    "templates_dict": lambda ti: getattr(ti.task, "templates_dict", None),
    "test_mode": lambda _: False,
    "ti": lambda ti: ti,
    "ts": _of_date(show_ts),
    "ts_nodash": _of_date(show_ts_nodash),
    "ts_nodash_with_tz": _of_date(show_ts_nodash_with_tz),
    "triggering_asset_events": _late("fanjet.runtime.triggering_events", "TriggeringAssetEvents"),
    "try_number": lambda ti: ti.try_number,
    "var": lambda _: VariableNamespace(),
    **_OLDER,
}

_NEED_INTERVAL = frozenset(
    {"data_interval_end", "data_interval_start", "next_ds", "next_ds_nodash", "next_execution_date"}
)
_NEED_LOGICAL_DATE = (
    frozenset({"ds", "ds_nodash", "logical_date", "ts", "ts_nodash", "ts_nodash_with_tz", *_OLDER}) - _NEED_INTERVAL
)

#: The try that this process is running. There is one at a time; threads of a task see it too.
_current: list[TaskInstance] = []


def get_current_context() -> Context:
    """The context of the running try, from anywhere in the task's code.

    Raises:
        RuntimeError: No task is running here.
    """
    if not _current:
        raise RuntimeError(
            "There is no current context: no task is running here. Fix: call get_current_context() inside the function "
            "of a task, not while the DAG file is parsed."
        )
    return _current[-1].get_template_context()


def enter_try(ti: TaskInstance) -> None:
    """Make `ti` the running try until `leave_try`."""
    _current.append(ti)


def leave_try() -> None:
    """The opposite of `enter_try`."""
    _current.pop()
