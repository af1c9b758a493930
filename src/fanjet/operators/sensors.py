"""Sensors for common waits: a command, a file, an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from fanjet.authoring.exceptions import FailException
from fanjet.errors import DagTypeError, DagValueError
from fanjet.operators.bash import make_environment
from fanjet.operators.bash_process import BashProcess
from fanjet.operators.deferrable import choose_deferrable
from fanjet.operators.sensor import BaseSensorOperator
from fanjet.operators.triggers import DateTimeTrigger, FileTrigger, exists, to_utc
from fanjet.runtime.clock import clock_of
from fanjet.runtime.connections import BaseHook


class BashSensor(BaseSensorOperator):
    """Waits until a bash command ends with exit code 0.

    Args:
        bash_command: The command; a template.
        env: Its environment; by default that of the worker. A template.
        output_encoding: The encoding of its output.
        retry_exit_code: If given, only this exit code means "not yet", and any other fails the instance for good.
        options: As in `BaseSensorOperator`.
    """

    template_fields = ("bash_command", "env")
    template_ext = (".sh", ".bash")

    def __init__(
        self,
        *,
        bash_command: str,
        env: Mapping[str, str] | None = None,
        output_encoding: str = "utf-8",
        retry_exit_code: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.bash_command = bash_command
        self.env = env
        self.output_encoding = output_encoding
        self.retry_exit_code = retry_exit_code
        self._process: BashProcess | None = None

    def poke(self, context: Any) -> bool:
        env = make_environment(context, self.env, append=False)
        self._process = BashProcess(self.bash_command, env, None, self.output_encoding)
        exit_code, _ = self._process.run()
        if exit_code and self.retry_exit_code is not None and exit_code != self.retry_exit_code:
            raise FailException(f"The bash command of sensor '{self.task_id}' ended with exit code {exit_code}.")
        return exit_code == 0

    def on_kill(self) -> None:
        if self._process is not None:
            self._process.kill()


class FileSensor(BaseSensorOperator):
    """Waits until a file exists, or a folder with something in it.

    Args:
        filepath: A path or glob pattern; a template.
        fs_conn_id: A connection whose extra field ``path`` the path is relative to.
        recursive: Whether ``**`` in the pattern goes into folders.
        deferrable: Whether it waits without a slot (`FileTrigger`); None: as `choose_deferrable` has it.
        start_from_trigger: The same, also for the first look.
        trigger_kwargs: What its trigger is made with then, in place of what follows from the other arguments.
        options: As in `BaseSensorOperator`.
    """

    template_fields = ("filepath",)

    def __init__(
        self,
        *,
        filepath: str,
        fs_conn_id: str | None = None,
        recursive: bool = False,
        deferrable: bool | None = None,
        start_from_trigger: bool = False,
        trigger_kwargs: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.filepath = filepath
        self.fs_conn_id = fs_conn_id
        self.recursive = recursive
        self.deferrable = start_from_trigger or choose_deferrable(deferrable)
        self._waits_first = start_from_trigger
        self._trigger_kwargs = _check_trigger_kwargs(self, trigger_kwargs, used=start_from_trigger)

    def poke(self, context: Any) -> bool:  # noqa: ARG002 - the signature that all operators have
        return exists(self._pattern, recursive=self.recursive)

    def execute(self, context: Any) -> Any:
        """Wait, in the slot or without it."""
        if not self.deferrable:
            return super().execute(context)
        if self._waits_first or not self.poke(context):
            self._wait()
        return None

    def _wait(self) -> NoReturn:
        kwargs: dict[str, Any] = {
            "filepath": self._pattern,
            "recursive": self.recursive,
            "poke_interval": self.poke_interval,
            **self._trigger_kwargs,
        }
        self.defer(trigger=FileTrigger(**kwargs), method_name="execute_complete", timeout=self.timeout)

    def execute_complete(self, context: Any, event: Any = None) -> None:  # noqa: ARG002 - as all such methods
        """The file is there."""
        if not event:
            raise FailException(f"Sensor '{self.task_id}': {self.filepath} was not found.")

    @property
    def _pattern(self) -> str:
        base = BaseHook.get_connection(self.fs_conn_id).extra_dejson.get("path", "") if self.fs_conn_id else ""
        return str((Path(base) / self.filepath).absolute())


class InstantSensor(BaseSensorOperator):
    """Waits until an instant that `find_target` gives.

    Args:
        deferrable: Whether it waits without a slot (`DateTimeTrigger`); None: as `choose_deferrable` has it.
        end_from_trigger: Whether it is then over without a try that only notes that.
        options: As in `BaseSensorOperator`.
    """

    def __init__(self, *, deferrable: bool | None = None, end_from_trigger: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.deferrable = choose_deferrable(deferrable)
        self.end_from_trigger = end_from_trigger

    def find_target(self, context: Any) -> datetime:  # noqa: ARG002 - subclasses use it
        """The instant; aware."""
        raise DagTypeError(f"Sensor class {type(self).__name__} has no find_target() method.", fix="write one")

    def poke(self, context: Any) -> bool:
        return clock_of(context).time() >= self.find_target(context).timestamp()

    def execute(self, context: Any) -> Any:
        """Wait, in the slot or without it."""
        if not self.deferrable:
            return super().execute(context)
        target = self.find_target(context)
        if clock_of(context).time() < target.timestamp():
            trigger = DateTimeTrigger(target, end_from_trigger=self.end_from_trigger)
            self.defer(trigger=trigger, method_name="execute_complete", timeout=self.find_timeout())
        return None

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The instant has come."""


class TimeDeltaSensor(InstantSensor):
    """Waits until some time after the end of the run's data interval; after its creation where it has none.

    Args:
        delta: How long.
        deferrable: Whether it waits without a slot.
        end_from_trigger: Whether it is then over without a try that only notes that.
        options: As in `BaseSensorOperator`.
    """

    def __init__(self, *, delta: timedelta, **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(delta, timedelta):
            raise DagTypeError(f"Sensor '{self.task_id}': delta={delta!r} cannot be used.", fix="give a timedelta")
        self.delta = delta

    def find_target(self, context: Any) -> datetime:
        """The instant; aware."""
        run = context["dag_run"]
        target: datetime = (run.data_interval_end or run.queued_at) + self.delta
        return target

    def find_timeout(self) -> float | None:
        """As of all sensors: a week by default."""
        return self.timeout


class TimeDeltaSensorAsync(TimeDeltaSensor):
    """A `TimeDeltaSensor` that waits without a slot."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"deferrable": True, **options})


class WaitSensor(InstantSensor):
    """Waits for some time from its own start.

    Args:
        time_to_wait: How long: a timedelta or minutes.
        deferrable: Whether it waits without a slot.
        options: As in `BaseSensorOperator`.
    """

    def __init__(self, *, time_to_wait: timedelta | float, **options: Any) -> None:
        super().__init__(**options)
        is_number = isinstance(time_to_wait, int | float) and not isinstance(time_to_wait, bool)
        if not is_number and not isinstance(time_to_wait, timedelta):
            raise DagTypeError(
                f"Sensor '{self.task_id}': time_to_wait={time_to_wait!r} cannot be used.", fix="give a timedelta"
            )
        self.time_to_wait = time_to_wait if isinstance(time_to_wait, timedelta) else timedelta(minutes=time_to_wait)

    def find_target(self, context: Any) -> datetime:
        """The instant; aware."""
        return datetime.fromtimestamp(clock_of(context).time(), UTC) + self.time_to_wait

    def execute(self, context: Any) -> Any:
        """Wait, in the slot or without it."""
        if self.deferrable:
            return super().execute(context)
        clock_of(context).sleep(self.time_to_wait.total_seconds())
        return None


class DateTimeSensor(InstantSensor):
    """Waits until an instant.

    Args:
        target_time: An aware datetime, or its ISO text; a template. Without a time zone, UTC.
        deferrable: Whether it waits without a slot.
        end_from_trigger: Whether it is then over without a try that only notes that.
        options: As in `BaseSensorOperator`.
    """

    template_fields = ("target_time",)

    def __init__(self, *, target_time: str | datetime, **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(target_time, str | datetime):
            raise DagTypeError(f"Sensor '{self.task_id}': target_time={target_time!r} cannot be used.")
        self.target_time = target_time

    def find_target(self, context: Any) -> datetime:  # noqa: ARG002 - the signature that all have
        """The instant; aware."""
        try:
            return to_utc(self.target_time)
        except DagValueError as error:
            raise DagValueError(
                f"Sensor '{self.task_id}': target_time={self.target_time!r} is no ISO instant."
            ) from error


class DateTimeSensorAsync(DateTimeSensor):
    """A `DateTimeSensor` that waits without a slot.

    Args:
        start_from_trigger: Accepted for its meaning in Airflow; it waits without a slot from the start anyway.
        trigger_kwargs: What its trigger is made with then, in place of what follows from the other arguments.
        options: As in `DateTimeSensor`.
    """

    def __init__(
        self, *, start_from_trigger: bool = False, trigger_kwargs: dict[str, Any] | None = None, **options: Any
    ) -> None:
        super().__init__(**{"deferrable": True, **options})
        self._trigger_kwargs = _check_trigger_kwargs(self, trigger_kwargs, used=start_from_trigger)

    def find_target(self, context: Any) -> datetime:
        """The instant; aware."""
        target = self._trigger_kwargs.get("target_time") or self._trigger_kwargs.get("moment")
        return super().find_target(context) if target is None else to_utc(target)


def _check_trigger_kwargs(sensor: BaseSensorOperator, kwargs: dict[str, Any] | None, *, used: bool) -> dict[str, Any]:
    if kwargs and not used:
        raise DagTypeError(
            f"Sensor '{sensor.task_id}' has trigger_kwargs, which mean something with start_from_trigger only.",
            fix="add start_from_trigger=True, or leave them out",
        )
    return dict(kwargs or {})
