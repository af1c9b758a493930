"""The output of a task as an argument of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from fanjet.authoring.setup_context import enter_setup_context, leave_setup_context
from fanjet.authoring.value_algebra import Mappable
from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.values import RETURN_VALUE

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.operator import Operator
    from fanjet.authoring.scope import Scope


class XComArg(Mappable):
    """What a task pushes under a key; what calling a `@task` function gives.

    Args:
        operator: The task.
        key: The XCom key.
    """

    def __init__(self, operator: Operator, key: str = RETURN_VALUE) -> None:
        self.operator = operator
        self.key = key

    def resolve(self, scope: Scope) -> Any:
        return scope.value_of(self.operator, self.key)

    def references(self) -> Iterator[Operator]:
        yield self.operator

    def describe(self) -> str:
        what = "the result" if self.key == RETURN_VALUE else f"key '{self.key}'"
        return f"{what} of task '{self.operator.task_id}'"

    def find_mapping_problem(self) -> str | None:
        return None if self.key == RETURN_VALUE else "only whole results can be mapped over"

    @property
    def roots(self) -> Sequence[Operator]:
        return (self.operator,)

    def __getitem__(self, key: str) -> XComArg:
        if not isinstance(key, str):
            raise DagValueError(
                f"{self.describe()} can be looked into by XCom key only, not by {key!r} of type {type(key).__name__}.",
                fix="pass the whole result to a task and take the item there",
                **self.operator.place,
            )
        return XComArg(self.operator, key)

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise DagTypeError(
            f"{self.describe()[:1].upper()}{self.describe()[1:]} is no function and cannot be called.",
            fix="call the @task function itself; .expand(...) already makes the task",
            **self.operator.place,
        )

    def as_setup(self) -> XComArg:
        """Make the task a setup."""
        self.operator.as_setup()
        return self

    def as_teardown(self, *, setups: Any = None, on_failure_fail_dagrun: bool | None = None) -> XComArg:
        """Make the task a teardown; see `Operator.as_teardown`."""
        self.operator.as_teardown(setups=setups, on_failure_fail_dagrun=on_failure_fail_dagrun)
        return self

    @property
    def is_setup(self) -> bool:
        return self.operator.is_setup

    @property
    def is_teardown(self) -> bool:
        return self.operator.is_teardown

    @property
    def dag(self) -> DAG | None:
        return self.operator.dag

    def __enter__(self) -> Self:
        enter_setup_context(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        leave_setup_context(failed=kind is not None)

    def __str__(self) -> str:
        """A template that gives the value, for use inside strings of templated fields."""
        return f"{{{{ ti.xcom_pull(task_ids={self.operator.task_id!r}, key={self.key!r}) }}}}"

    def __repr__(self) -> str:
        return f"XComArg({self.operator.task_id!r}, key={self.key!r})"
