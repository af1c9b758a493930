"""Functions as tasks that run in another Python, which is there already."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime
from shutil import which
from typing import TYPE_CHECKING, Any

from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.decorated import DecoratedOperator
from fanjet.errors import DagTypeError, ExecutionError
from fanjet.operators.python import PythonOperator
from fanjet.operators.python_script import make_environment, make_script, run_script

if TYPE_CHECKING:
    from fanjet.authoring.operator import BaseOperator as _Base
else:
    _Base = object

#: What such a function can get of the context: plain values that any Python can read.
_PLAIN = (
    "ds", "ds_nodash", "expanded_ti_count", "next_ds", "next_ds_nodash", "params", "run_id", "task_instance_key_str",
    "templates_dict", "test_mode", "tomorrow_ds", "tomorrow_ds_nodash", "try_number", "ts", "ts_nodash",
    "ts_nodash_with_tz", "yesterday_ds", "yesterday_ds_nodash",
)  # fmt: skip
#: The same, as datetimes.
_INSTANTS = ("data_interval_end", "data_interval_start", "execution_date", "logical_date")


class RunsElsewhere(_Base):
    """What operators have in common that call their function in another Python. It gets there as its source.

    Args:
        serializer: What writes arguments and result: ``pickle`` (the default), ``cloudpickle`` or ``dill``.
        use_dill: The older way to say ``serializer="dill"``.
        string_args: Texts that the function finds as `virtualenv_string_args`.
        env_vars: More environment variables.
        inherit_env: Whether those of the worker are there, too.
        skip_on_exit_code: The exit codes that skip the instance.
        expect_airflow: Whether Airflow may be installed there; nothing depends on it.
        expect_pendulum: Whether pendulum may be installed there; dates are those of the standard library.
        use_airflow_context: Only False.
        options: As in `PythonOperator`.

    Raises:
        DagTypeError: The function has no source, or an argument has no meaning here.
    """

    python_callable: Callable[..., Any]
    op_args: Any
    op_kwargs: Any

    def __init__(
        self,
        *,
        serializer: str | None = None,
        use_dill: bool = False,
        string_args: Iterable[str] | None = None,
        env_vars: Mapping[str, str] | None = None,
        inherit_env: bool = True,
        skip_on_exit_code: int | Container[int] | None = None,
        expect_airflow: bool = False,
        expect_pendulum: bool = False,
        use_airflow_context: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        del expect_airflow, expect_pendulum  # they tell Airflow what may be pickled; here that is plain values
        if use_airflow_context:
            raise DagTypeError(
                f"Task '{self.task_id}': use_airflow_context=True has no meaning in Fanjet.",
                fix="give the function what it needs as arguments",
            )
        self.serializer = serializer or ("dill" if use_dill else "pickle")
        self.string_args = list(string_args or ())
        self.env_vars = env_vars
        self.inherit_env = inherit_env
        self.skip_on_exit_code = skip_on_exit_code
        self._script = make_script(self.python_callable, self.serializer, self.string_args, f"Task '{self.task_id}'")

    def call_elsewhere(self, python: str, context: Any) -> Any:
        """Call the function with the Python at this path; errors as in `run_script`."""
        args = tuple(self.op_args)
        kwargs = read_signature(self.python_callable).add_context(args, self.op_kwargs, _plain_context(context))
        env = make_environment(self.env_vars, inherit=self.inherit_env)
        return run_script(self._script, python, args, kwargs, env=env, skips=self.skip_on_exit_code)


class RunsInPython(RunsElsewhere):
    """The form in which the Python is there already.

    Args:
        python: The path or name of the interpreter.
        options: As in `RunsElsewhere`.
    """

    def __init__(self, *, python: str, **options: Any) -> None:
        super().__init__(**options)
        self.python = python

    def execute(self, context: Any) -> Any:
        """Call the function there.

        Raises:
            ExecutionError: There is no such Python, or the function failed.
        """
        found = which(self.python)
        if found is None:
            raise ExecutionError(f"Task '{self.task_id}': there is no Python {self.python!r}. Fix: install it there.")
        return self.call_elsewhere(found, context)


class ExternalPythonOperator(RunsInPython, PythonOperator):
    """Calls a function with another Python."""


class BranchExternalPythonOperator(ExternalPythonOperator):
    """The same as a branch: the function returns the ids of what follows."""

    kind = "branch"


class ExternalPythonDecoratedOperator(RunsInPython, DecoratedOperator):
    """``@task.external_python``."""

    custom_operator_name = "@task.external_python"


class BranchExternalPythonDecoratedOperator(ExternalPythonDecoratedOperator):
    """``@task.branch_external_python``."""

    kind = "branch"
    custom_operator_name = "@task.branch_external_python"


def _plain_context(context: Any) -> dict[str, Any]:
    entries = {name: context[name] for name in _PLAIN if name in context}
    entries["params"] = dict(entries["params"])
    for name in _INSTANTS:
        instant = context.get(name)
        entries[name] = instant and datetime.fromisoformat(instant.isoformat())
    return entries
