"""Tasks that wait until something is the case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from fanjet.authoring.async_functions import complete
from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.decorated import DecoratedOperator
from fanjet.authoring.exceptions import (
    FailException,
    Rescheduled,
    SensorTimeout,
    SkipException,
    TaskDeferralError,
    TaskDeferralTimeout,
    TaskSignal,
    TaskTimeout,
)
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.task_option_types import TaskOptions
from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.deferrals import find_deferral
from fanjet.runtime.clock import clock_of

if TYPE_CHECKING:
    from typing import Unpack

_WEEK_S = 7 * 86400.0


class PokeReturnValue:
    """What `poke` may return instead of a bool, to give the task a result.

    Args:
        is_done: Whether the wait is over.
        xcom_value: The result when it is.
    """

    def __init__(self, is_done: bool, xcom_value: Any = None) -> None:
        self.is_done = is_done
        self.xcom_value = xcom_value

    def __bool__(self) -> bool:
        return bool(self.is_done)


class _Progress(msgspec.Struct, frozen=True):
    """What a sensor that gives its slot back keeps for itself."""

    #: When the first poke of the try was, in seconds since the epoch.
    started_at: float
    pokes: int


_decode_progress = msgspec.json.Decoder(_Progress).decode


class BaseSensorOperator(BaseOperator):
    """Calls `poke` until it returns something true.

    Args:
        poke_interval: A timedelta or seconds between two pokes.
        timeout: A timedelta or seconds after which the wait fails for good; in mode ``reschedule`` over the whole try.
        soft_fail: Whether the instance is skipped where it would fail for good: on a timeout or a FailException.
        mode: ``poke`` sleeps in its slot; ``reschedule`` gives the slot back between pokes.
        exponential_backoff: Whether each pause is twice the one before.
        max_wait: The longest pause then, a timedelta or seconds; None for no bound.
        silent_fail: Whether an exception in `poke` is only logged, and counts as "not yet".
        never_fail: Whether the instance is skipped whenever it would fail.
        options: As in `BaseOperator`.

    Raises:
        DagValueError: A value cannot be used.
    """

    kind = "sensor"
    ui_color = "#e6f1f2"

    def __init__(
        self,
        *,
        poke_interval: timedelta | float = 60,
        timeout: timedelta | float = _WEEK_S,
        soft_fail: bool = False,
        mode: Literal["poke", "reschedule"] = "poke",
        exponential_backoff: bool = False,
        max_wait: timedelta | float | None = None,
        silent_fail: bool = False,
        never_fail: bool = False,
        **options: Unpack[TaskOptions],
    ) -> None:
        super().__init__(**options)
        where = f"{self.operator_name} '{self.task_id}'"
        self.poke_interval = _seconds(poke_interval, f"{where}: poke_interval")
        self.timeout = _seconds(timeout, f"{where}: timeout")
        self.max_wait = None if max_wait is None else _seconds(max_wait, f"{where}: max_wait")
        if mode not in {"poke", "reschedule"}:
            raise DagValueError(f"{where}: mode={mode!r} cannot be used.", fix="give 'poke' or 'reschedule'")
        if soft_fail and never_fail:
            raise DagValueError(f"{where} has both soft_fail and never_fail.", fix="give one of them")
        self.mode = mode
        self.soft_fail = soft_fail
        self.exponential_backoff = exponential_backoff
        self.silent_fail = silent_fail
        self.never_fail = never_fail

    def poke(self, context: Any) -> bool | PokeReturnValue:  # noqa: ARG002 - the signature that all operators have
        """Whether the wait is over."""
        raise DagTypeError(f"Sensor class {type(self).__name__} has no poke() method.", fix="write one")

    def execute(self, context: Any) -> Any:
        """Wait.

        Raises:
            SensorTimeout: It took too long.
            SkipException: The same, with `soft_fail` or `never_fail`.
            Rescheduled: The slot is given back until the next poke.
        """
        clock = clock_of(context)
        carry = context["ti"].carry
        if find_deferral(carry) is not None:
            carry = None  # it has waited for a trigger, and now begins to poke
        progress = _decode_progress(carry) if carry else _Progress(clock.time(), 0)
        while True:
            done = self._poke(context)
            if done:
                return done.xcom_value if isinstance(done, PokeReturnValue) else None
            progress = _Progress(progress.started_at, progress.pokes + 1)
            waited_s = clock.time() - progress.started_at
            if waited_s > self.timeout:
                raise self._give_up(SensorTimeout(f"Sensor '{self.task_id}' waited {waited_s:.3g} s in vain."))
            pause_s = self._pause_s(progress.pokes)
            if self.mode == "reschedule":
                resume_at = datetime.fromtimestamp(clock.time(), UTC) + timedelta(seconds=pause_s)
                raise Rescheduled(resume_at, msgspec.json.encode(progress))
            clock.sleep(pause_s)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Any) -> Any:
        """Go on after a wait for a trigger; see `BaseOperator.resume_execution`.

        Raises:
            SensorTimeout: The trigger did not fire in time.
            SkipException: The same, or any failure, with `soft_fail` or `never_fail`.
        """
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except TaskDeferralTimeout as error:
            raise self._give_up(SensorTimeout(f"Sensor '{self.task_id}' waited in vain: {error}")) from error
        except (FailException, SensorTimeout, TaskDeferralError) as error:
            raise self._give_up(error) from error
        except TaskSignal:
            raise
        except Exception as error:
            if self.soft_fail or self.never_fail:
                raise SkipException(f"Skipped because of {type(error).__name__}: {error}") from error
            raise

    def find_timeout(self) -> float | None:
        """How long a wait for an instant may take: for ever, unless the sensor was given a timeout."""
        return None if self.timeout == _WEEK_S else self.timeout

    def _poke(self, context: Any) -> Any:
        """One poke, its exceptions turned into what the options say."""
        try:
            return self.poke(context)
        except (FailException, SensorTimeout, TaskTimeout) as error:
            raise self._give_up(error) from error
        except TaskSignal:
            raise
        except Exception as error:
            if self.silent_fail:
                self.log.exception("poke() failed and is tried again")
                return False
            if self.never_fail:
                raise SkipException(f"Skipped because of {type(error).__name__}: {error}") from error
            raise

    def _give_up(self, error: Exception) -> Exception:
        return SkipException(str(error)) if self.soft_fail or self.never_fail else error

    def _pause_s(self, pokes: int) -> float:
        if not self.exponential_backoff:
            return self.poke_interval
        pause_s = self.poke_interval * 2.0 ** min(pokes - 1, 60)
        return pause_s if self.max_wait is None else min(pause_s, self.max_wait)


def _seconds(value: Any, where: str) -> float:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise DagValueError(f"{where}={value!r} cannot be used.", fix="give a timedelta or a number of seconds")
    return float(seconds)


class PythonSensor(BaseSensorOperator):
    """Waits until a function returns something true.

    Args:
        python_callable: The function; the context provides parameters of its names that are not given otherwise.
        op_args: Its arguments by position.
        op_kwargs: Its arguments by name.
        templates_dict: Templates that the function finds, rendered, in its context.
        options: As in `BaseSensorOperator`.
    """

    template_fields = ("templates_dict", "op_args", "op_kwargs")

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.python_callable = python_callable
        self.op_args: Any = () if op_args is None else op_args
        self.op_kwargs: Any = {} if op_kwargs is None else op_kwargs
        self.templates_dict = templates_dict

    def poke(self, context: Any) -> Any:
        args = tuple(self.op_args)
        kwargs = read_signature(self.python_callable).add_context(args, self.op_kwargs, context)
        return complete(self.python_callable(*args, **kwargs))


class SensorDecoratedOperator(DecoratedOperator, BaseSensorOperator):
    """``@task.sensor``: waits until the function returns something true; takes the options of `BaseSensorOperator`."""

    kind = "sensor"
    custom_operator_name = "@task.sensor"

    def poke(self, context: Any) -> Any:
        return self.call_function(context)

    def execute(self, context: Any) -> Any:
        """Wait; see `BaseSensorOperator.execute`."""
        return BaseSensorOperator.execute(self, context)
