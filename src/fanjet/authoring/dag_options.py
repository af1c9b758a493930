"""The checks of the arguments of a DAG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fanjet.authoring.no_effect import tell_no_effect
from fanjet.authoring.task_options import check_size, convert_callbacks, unknown_argument
from fanjet.errors import DagError, DagTypeError, DagValueError

if TYPE_CHECKING:
    from fanjet.authoring.deadlines import DeadlineAlert


def _schedule(value: Any) -> str | None:
    if value is None:
        return None
    from fanjet.authoring.schedule_values import to_timetable  # noqa: PLC0415 - DAGs without schedule need none

    timetable = to_timetable(value)
    return None if timetable is None else timetable.summary


def to_instant(value: Any) -> datetime | None:
    """A datetime as an aware one; UTC where it has no zone.

    Raises:
        ValueError: It is something else.
    """
    if value is not None and not isinstance(value, datetime):
        raise ValueError("a datetime")
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _limit(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a whole number, or None or 0 for no limit")
    return check_size(value) or None


def _run_limit(value: Any) -> int | None:
    """What is not said is left to whoever runs the service, and that there is none is something said."""
    limit = _limit(value)
    return 0 if limit is None and value is not None else limit


def _timeout(value: Any) -> timedelta | None:
    if value is not None and (not isinstance(value, timedelta) or value <= timedelta()):
        raise ValueError("a timedelta")
    return value


def _deadlines(value: Any) -> tuple[DeadlineAlert, ...]:
    if value is None:
        return ()
    from fanjet.authoring.deadlines import to_deadlines  # noqa: PLC0415 - few DAGs have one

    return to_deadlines(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("True or False")  # noqa: TRY004 - these texts become parts of a DagError
    return value


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError("a str")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    texts = () if value is None else (value,) if isinstance(value, str) else tuple(map(str, value))
    return tuple(dict.fromkeys(texts))


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "description": _text,
    "schedule": _schedule,
    "start_date": to_instant,
    "end_date": to_instant,
    "catchup": _flag,
    "template_searchpath": _texts,
    "max_active_tasks": _limit,
    "max_active_runs": _run_limit,
    "dagrun_timeout": _timeout,
    "deadline": _deadlines,
    "fail_fast": _flag,
    "on_success_callback": convert_callbacks,
    "on_failure_callback": convert_callbacks,
    "tags": _texts,
    "doc_md": _text,
    "dag_display_name": _text,
    "is_paused_upon_creation": lambda value: None if value is None else _flag(value),
}

#: Older names of arguments.
_RENAMED = {
    "schedule_interval": "schedule",
    "timetable": "schedule",
    "concurrency": "max_active_tasks",
    "fail_stop": "fail_fast",
}

#: Arguments of Airflow's `DAG.test`, and what to do instead.
_REFUSED_BY_TEST = {
    "conn_file_path": "use AIRFLOW_CONN_... or `fanjet connections import`",
    "mark_success_pattern": "use the fixture run_dag, which puts values in the place of tasks",
    "run_after": "leave it out",
    "use_executor": "use `fanjet run`",
    "variable_file_path": "use AIRFLOW_VAR_... or `fanjet variables import`",
}

_PAGES = "It is about the looks of Airflow's pages. Fix: leave it out."

#: Arguments of Airflow that are accepted all the same, and what is said to whoever gives one.
_NO_EFFECT = {
    "access_control": "Who may do what is a matter of the server. Fix: leave it out.",
    "allowed_run_types": "Runs of all kinds are allowed. Fix: leave it out.",
    "default_view": _PAGES,
    "disable_bundle_versioning": "A run keeps the files that it started with. Fix: leave it out.",
    "full_filepath": "The file of a DAG is known. Fix: leave it out.",
    "max_consecutive_failed_dag_runs": "No DAG is paused by itself. Fix: pause it in on_failure_callback.",
    "orientation": _PAGES,
    "owner_links": _PAGES,
    "rerun_with_latest_version": "Fix: leave it out; `fanjet rerun --latest` takes the files as they are.",
    "sla_miss_callback": "Airflow 3 has removed it. Fix: use deadline=DeadlineAlert(...).",
}


def convert_dag_options(given: Mapping[str, Any], others: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The checked values of all options.

    Args:
        given: What was given under today's names, defaults included.
        others: What was given under other names.
        where: Words for error messages.

    Raises:
        DagTypeError: An argument is unknown.
        DagValueError: A value cannot be used.
    """
    merged = dict(given)
    for name, value in others.items():
        if name in _RENAMED:
            merged[_RENAMED[name]] = value
        elif name in _NO_EFFECT:
            if value not in (None, False, 0, {}):
                tell_no_effect(name, where, _NO_EFFECT[name])
        else:
            raise unknown_argument(name, where, frozenset(_CONVERT) | frozenset(_RENAMED))
    return {name: _convert(name, value, where) for name, value in merged.items()}


def check_test_arguments(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The arguments of `DAG.test` without those that ask for nothing.

    Raises:
        DagTypeError: One has no meaning here.
    """
    for name, value in given.items():
        if name in _REFUSED_BY_TEST and value:
            raise DagTypeError(f"{where}: {name} has no meaning in Fanjet.", fix=_REFUSED_BY_TEST[name])
    return {name: value for name, value in given.items() if name not in _REFUSED_BY_TEST}


def _convert(name: str, value: Any, where: str) -> Any:
    try:
        return _CONVERT[name](value)
    except DagError as error:
        raise type(error)(f"{where}: {error.message}", fix=error.fix) from None
    except ValueError as error:
        raise DagValueError(f"{where}: {name}={value!r} cannot be used.", fix=f"give {error}") from None
