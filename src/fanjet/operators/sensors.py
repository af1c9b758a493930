"""Sensors for common waits: a command, a file, an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from glob import iglob
from pathlib import Path
from typing import Any

from fanjet.authoring.exceptions import FailException
from fanjet.errors import DagTypeError, DagValueError
from fanjet.operators.bash import make_environment
from fanjet.operators.bash_process import BashProcess
from fanjet.operators.sensor import BaseSensorOperator
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
        options: As in `BaseSensorOperator`.
    """

    template_fields = ("filepath",)

    def __init__(
        self, *, filepath: str, fs_conn_id: str | None = None, recursive: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self.filepath = filepath
        self.fs_conn_id = fs_conn_id
        self.recursive = recursive

    def poke(self, context: Any) -> bool:  # noqa: ARG002 - the signature that all operators have
        base = BaseHook.get_connection(self.fs_conn_id).extra_dejson.get("path", "") if self.fs_conn_id else ""
        pattern = str(Path(base) / self.filepath)
        return any(_has_content(Path(found)) for found in iglob(pattern, recursive=self.recursive))  # noqa: PTH207


def _has_content(found: Path) -> bool:
    return found.is_file() or any(path.is_file() for path in found.rglob("*"))


class TimeDeltaSensor(BaseSensorOperator):
    """Waits until some time after the end of the run's data interval; after its creation where it has none.

    Args:
        delta: How long.
        options: As in `BaseSensorOperator`.
    """

    def __init__(self, *, delta: timedelta, **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(delta, timedelta):
            raise DagTypeError(f"Sensor '{self.task_id}': delta={delta!r} cannot be used.", fix="give a timedelta")
        self.delta = delta

    def poke(self, context: Any) -> bool:
        run = context["dag_run"]
        due: datetime = (run.data_interval_end or run.queued_at) + self.delta
        return clock_of(context).time() >= due.timestamp()


class DateTimeSensor(BaseSensorOperator):
    """Waits until an instant.

    Args:
        target_time: An aware datetime, or its ISO text; a template. Without a time zone, UTC.
        options: As in `BaseSensorOperator`.
    """

    template_fields = ("target_time",)

    def __init__(self, *, target_time: str | datetime, **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(target_time, str | datetime):
            raise DagTypeError(f"Sensor '{self.task_id}': target_time={target_time!r} cannot be used.")
        self.target_time = target_time

    def poke(self, context: Any) -> bool:
        target = self.target_time
        if isinstance(target, str):
            try:
                target = datetime.fromisoformat(target)
            except ValueError as error:
                raise DagValueError(f"Sensor '{self.task_id}': target_time={target!r} is no ISO instant.") from error
        return clock_of(context).time() >= (target if target.tzinfo else target.replace(tzinfo=UTC)).timestamp()
