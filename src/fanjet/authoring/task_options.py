"""The arguments that every task takes: their types, checks and defaults, and those that only Airflow understands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple, TypeAlias

from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.no_effect import tell_no_effect
from fanjet.authoring.params import ParamsDict
from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.rules import TriggerRule, WeightRule

#: A function that gets the context; `pre_execute` and the `on_..._callback` arguments take one or a list.
Callback: TypeAlias = Callable[[Any], Any]


Convert: TypeAlias = Callable[[Any], Any]


class Option(NamedTuple):
    """One argument: how a given value is checked and converted, and what holds when none is given."""

    convert: Convert
    default: Any


#: What databases and messages between processes have room for.
_MOST_WHOLE = sys.maxsize
#: As in Airflow's database; sums of many of them are no trouble.
_MOST_WEIGHT = 2**31 - 1


class Refused(NamedTuple):
    """An argument of Airflow that has no meaning here."""

    #: Values that ask for nothing, and are therefore accepted.
    harmless: tuple[Any, ...]
    fix: str


def _whole(least: int) -> Convert:
    def convert(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"a whole number of at least {least}")
        return check_size(value)

    return convert


def check_size(number: int) -> int:
    """The number, if databases and messages between processes have room for it.

    Raises:
        ValueError: They have none; says what is wanted.
    """
    if number > _MOST_WHOLE:
        raise ValueError(f"a whole number of at most {_MOST_WHOLE:,}")
    return number


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MOST_WEIGHT:
        raise ValueError(f"a whole number up to {_MOST_WEIGHT:,}")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("True or False")  # noqa: TRY004 - as above
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a str")  # noqa: TRY004 - as above
    return value


def _duration(value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, timedelta | int | float):
        raise ValueError("a timedelta or a number of seconds")  # noqa: TRY004 - as above
    try:
        duration = value if isinstance(value, timedelta) else timedelta(seconds=value)
    except (OverflowError, ValueError):  # infinite, or no number
        raise ValueError("a timedelta or a number of seconds that a timedelta can be") from None
    if duration < timedelta():
        raise ValueError("a duration that is not negative")
    return duration


def _backoff(value: Any) -> float:
    if isinstance(value, bool):
        return 2.0 if value else 0.0
    if not isinstance(value, int | float) or (value != 0 and value < 1):
        raise ValueError("True, False or a factor of at least 1")
    return float(value)


def _optional(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def convert_callbacks(value: Any) -> tuple[Callback, ...]:
    """One function, a list of them or None as a tuple.

    Raises:
        ValueError: It is something else; says what is wanted.
    """
    callbacks = () if value is None else tuple(value) if isinstance(value, list | tuple) else (value,)
    if not all(callable(callback) and not isinstance(callback, LazyValue) for callback in callbacks):
        raise ValueError("a function or a list of functions")
    return callbacks


def _hook(value: Any) -> Any:
    if value is not None and not callable(value):
        raise ValueError("a function")
    return value


def _policy(value: Any) -> Any:
    if value is not None and not callable(getattr(value, "evaluate", None)):
        raise ValueError("a RetryPolicy")
    return value


def _config(value: Any) -> dict[str, Any] | None:
    if value is not None and not isinstance(value, Mapping):
        raise ValueError("a dict")
    return None if value is None else dict(value)


def _one_of(*names: str) -> Convert:
    def convert(value: Any) -> str:
        if value not in names:
            raise ValueError(f"one of {', '.join(map(repr, names))}")
        return str(value)

    return convert


def _trigger_rule(value: Any) -> TriggerRule:
    # Older names that Airflow still reads.
    renamed = {"none_failed_or_skipped": "none_failed_min_one_success", "dummy": "always"}
    try:
        return TriggerRule(renamed.get(value, value))
    except ValueError:
        raise ValueError(f"one of {', '.join(TriggerRule)}") from None


def is_strategy(value: Any) -> bool:
    """Whether a `weight_rule` is code of the author, or its dotted name."""
    return hasattr(value, "get_weight") or (isinstance(value, str) and "." in value)


def _weight_rule(value: Any) -> WeightRule:
    if is_strategy(value):
        return WeightRule.ABSOLUTE
    try:
        return WeightRule(value)
    except ValueError:
        raise ValueError(f"one of {', '.join(WeightRule)}") from None


def _params(value: Any) -> ParamsDict:
    if value is not None and not isinstance(value, Mapping):
        raise ValueError("a dict")
    return ParamsDict(value or {})


def _assets(value: Any) -> tuple[Any, ...]:
    if value is None or (isinstance(value, list | tuple | set) and not value):
        return ()
    from fanjet.authoring.assets import to_assets  # noqa: PLC0415 - few DAGs declare assets

    return to_assets(value)


def _addresses(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    from fanjet.authoring.mail_options import convert_addresses  # noqa: PLC0415 - few tasks send mail

    return convert_addresses(value)


#: Arguments that become attributes of the task under the same name.
OPTIONS: dict[str, Option] = {
    "owner": Option(_text, ""),
    "retries": Option(lambda value: 0 if value is None else _whole(0)(value), 0),
    "retry_delay": Option(_duration, timedelta(minutes=5)),
    "retry_exponential_backoff": Option(_backoff, 0.0),
    "max_retry_delay": Option(_optional(_duration), None),
    "retry_policy": Option(_policy, None),
    "execution_timeout": Option(_optional(_duration), None),
    "trigger_rule": Option(_trigger_rule, TriggerRule.ALL_SUCCESS),
    "on_execute_callback": Option(convert_callbacks, ()),
    "on_success_callback": Option(convert_callbacks, ()),
    "on_failure_callback": Option(convert_callbacks, ()),
    "on_retry_callback": Option(convert_callbacks, ()),
    "on_skipped_callback": Option(convert_callbacks, ()),
    "max_active_tis_per_dag": Option(_optional(_whole(1)), None),
    "max_active_tis_per_dagrun": Option(_optional(_whole(1)), None),
    "pool": Option(lambda value: "default_pool" if value is None else _text(value), "default_pool"),
    "pool_slots": Option(_whole(1), 1),
    "priority_weight": Option(_number, 1),
    "weight_rule": Option(_weight_rule, WeightRule.DOWNSTREAM),
    "params": Option(_params, None),
    "do_xcom_push": Option(_flag, True),
    "multiple_outputs": Option(_flag, False),
    "email": Option(_addresses, ()),
    "email_on_failure": Option(_flag, True),
    "email_on_retry": Option(_flag, True),
    "map_index_template": Option(_optional(_text), None),
    "inlets": Option(_assets, ()),
    "outlets": Option(_assets, ()),
    "isolation": Option(_one_of("worker", "process"), "worker"),
    "pre_execute_hook": Option(_hook, None),
    "post_execute_hook": Option(_hook, None),
    "queue": Option(_optional(_text), None),
    "executor": Option(_optional(_text), None),
    "executor_config": Option(_config, None),
    "depends_on_past": Option(_flag, False),
    "wait_for_downstream": Option(_flag, False),
    "render_template_as_native_obj": Option(_optional(_flag), None),
    "task_display_name": Option(_optional(_text), None),
    "doc": Option(_optional(_text), None),
    "doc_md": Option(_optional(_text), None),
    "doc_rst": Option(_optional(_text), None),
    "doc_yaml": Option(_optional(_text), None),
    "doc_json": Option(_optional(_text), None),
}

#: Airflow's arguments that Fanjet does not honour, so that nothing is accepted and then ignored.
REFUSED: dict[str, Refused] = {
    "ignore_first_depends_on_past": Refused((None, False, True), "leave it out"),
    "run_as_user": Refused((None,), "start the workers as that user"),
    "provide_context": Refused((None, True), "leave it out: a function gets what its parameters ask for"),
}

#: Arguments that change nothing: values that ask for nothing, and what is said to whoever gives another one.
NO_EFFECT: dict[str, Refused] = {
    "allow_nested_operators": Refused((None, True), "Fix: leave it out; operators can be called in tasks."),
    "logger_name": Refused((None,), "Fix: use logging.getLogger(name) in the task."),
    "resources": Refused((None, {}), "Fix: leave it out; use a pool to bound what runs at once."),
    "show_return_value_in_logs": Refused(
        (None, False), "Values are not written to logs. Fix: print it, or see `fanjet xcom`."
    ),
    "sla": Refused((None,), "Airflow 3 has removed it. Fix: use execution_timeout or the DAG's dagrun_timeout."),
    "wait_for_past_depends_before_skipping": Refused(
        (None, False), "What is skipped waits for no earlier run. Fix: leave it out."
    ),
}

_LOCAL = "Tries run on this machine. Fix: leave it out; for CPUs, memory or an order, use a pool."

#: Arguments that the task keeps and shows, and that change nothing here; said to whoever gives more than the harmless.
WITHOUT_EFFECT: dict[str, Refused] = {
    "queue": Refused((None, "default"), _LOCAL),
    "executor": Refused((None, "LocalExecutor"), _LOCAL),
    "executor_config": Refused((None, {}), _LOCAL),
}

#: Other names of arguments: older ones, and those that are methods here.
RENAMED = {
    "task_concurrency": "max_active_tis_per_dag",
    "xcom_push": "do_xcom_push",
    "pre_execute": "pre_execute_hook",
    "post_execute": "post_execute_hook",
}

#: What places a task in a DAG; also never mapped.
PLACING = frozenset({"task_id", "dag", "task_group", "default_args", "start_date", "end_date"})

#: All names that every operator takes.
NAMES = frozenset(OPTIONS) | frozenset(REFUSED) | frozenset(NO_EFFECT) | frozenset(RENAMED) | PLACING


def convert_options(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The checked values of the options in `given`, without defaults.

    Args:
        given: Arguments by name; all must be options.
        where: Words for error messages, such as ``BashOperator 'b'``.

    Raises:
        DagTypeError: There is no such argument, or Fanjet does not honour it.
        DagValueError: A value cannot be used.
    """
    converted: dict[str, Any] = {}
    for given_name, value in given.items():
        name = RENAMED.get(given_name, given_name)
        if name in OPTIONS:
            converted[name] = _convert(name, value, where)
            if name == "weight_rule" and is_strategy(value):
                tell_no_effect(name, where, "Priorities follow from priority_weight here. Fix: weight_rule='absolute'.")
            if name in WITHOUT_EFFECT and value not in WITHOUT_EFFECT[name].harmless:
                tell_no_effect(name, where, WITHOUT_EFFECT[name].fix)
        elif name in REFUSED:
            _refuse(name, value, where)
        elif name in NO_EFFECT:
            if not _is_among(value, NO_EFFECT[name].harmless):
                tell_no_effect(name, where, NO_EFFECT[name].fix)
        else:
            raise unknown_argument(name, where, NAMES)
    return converted


def unknown_argument(name: str, where: str, known: frozenset[str]) -> DagTypeError:
    """The error for an argument that nobody takes, with the nearest name that somebody does."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed on the way to an error only

    near = get_close_matches(name, known, n=1)
    fix = f"did you mean '{near[0]}'?" if near else "leave it out"
    return DagTypeError(f"{where} takes no argument '{name}'.", fix=fix)


def _convert(name: str, value: Any, where: str) -> Any:
    try:
        return OPTIONS[name].convert(value)
    except ValueError as error:
        raise DagValueError(f"{where}: {name}={value!r} cannot be used.", fix=f"give {error}") from None


def _refuse(name: str, value: Any, where: str) -> None:
    refused = REFUSED[name]
    if _is_among(value, refused.harmless):
        return
    raise DagTypeError(f"{where}: {name}={value!r} has no meaning in Fanjet.", fix=refused.fix)


def _is_among(value: Any, values: tuple[Any, ...]) -> bool:
    return any(value is other or (value == other and type(value) is type(other)) for other in values)
