"""Tasks that are bash commands."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from fanjet.authoring.decorated import DecoratedOperator
from fanjet.authoring.exceptions import SkipException
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.task_option_types import TaskOptions
from fanjet.errors import DagTypeError, ExecutionError
from fanjet.operators.bash_process import BashProcess

if TYPE_CHECKING:
    from typing import Unpack

_EXTENSIONS = (".sh", ".bash")
_MAX_QUOTED_CHARS = 300


class _RunsBash:
    """What the operators that run a bash command share; they set these fields from their arguments."""

    env: Mapping[str, str] | None
    append_env: bool
    output_encoding: str
    skip_on_exit_code: int | Container[int] | None
    cwd: str | None
    output_processor: Callable[[str], Any] | None
    _process: BashProcess | None = None

    def run_bash(self, command: str, context: Any) -> Any:
        """Run a command to its end.

        Raises:
            SkipException: It ended with an exit code that skips.
            ExecutionError: It ended with another exit code than 0.
        """
        env = make_environment(context, self.env, append=self.append_env)
        self._process = BashProcess(command, env, self.cwd, self.output_encoding)
        exit_code, last_line = self._process.run()
        check_exit_code(exit_code, self.skip_on_exit_code, last_line)
        return self.output_processor(last_line) if self.output_processor else last_line

    def on_kill(self) -> None:
        """Kill the command and what it started."""
        if self._process is not None:
            self._process.kill()


class BashOperator(_RunsBash, BaseOperator):
    """Runs a bash command; the last line of its output is the task's result, all of it goes to the log.

    Args:
        bash_command: The command, or the name of a ``.sh`` or ``.bash`` file with it; a template.
        env: The environment of the command; by default that of the worker. A template.
        append_env: Whether `env` is added to the environment of the worker and does not replace it.
        output_encoding: The encoding of the output.
        skip_on_exit_code: The exit codes that skip the instance; None for none.
        cwd: The folder in which it starts; by default a temporary one. A template.
        output_processor: Makes the result of the last line.
        skip_exit_code: An older name of `skip_on_exit_code`.
        options: As in `BaseOperator`.
    """

    template_fields = ("bash_command", "env", "cwd")
    template_fields_renderers = {"bash_command": "bash", "env": "json"}  # noqa: RUF012
    template_ext = _EXTENSIONS
    ui_color = "#f0ede4"

    def __init__(
        self,
        *,
        bash_command: str,
        env: Mapping[str, str] | None = None,
        append_env: bool = False,
        output_encoding: str = "utf-8",
        skip_on_exit_code: int | Container[int] | None = 99,
        cwd: str | None = None,
        output_processor: Callable[[str], Any] | None = None,
        skip_exit_code: int | None = None,
        **options: Unpack[TaskOptions],
    ) -> None:
        super().__init__(**options)
        self.bash_command: Any = bash_command
        self.env = env
        self.append_env = append_env
        self.output_encoding = output_encoding
        self.skip_on_exit_code = skip_on_exit_code if skip_exit_code is None else skip_exit_code
        self.cwd = cwd
        self.output_processor = output_processor

    def execute(self, context: Any) -> Any:
        """Run the command.

        Raises:
            SkipException: It ended with an exit code that skips.
            ExecutionError: It ended with another exit code than 0.
        """
        _check_command(self.bash_command, self.task_id)
        return self.run_bash(self.bash_command, context)


class BashDecoratedOperator(_RunsBash, DecoratedOperator):
    """``@task.bash``: runs the command that the function returns, which is a template; otherwise as `BashOperator`.

    Args:
        env: As in `BashOperator`.
        append_env: As in `BashOperator`.
        output_encoding: As in `BashOperator`.
        skip_on_exit_code: As in `BashOperator`.
        cwd: As in `BashOperator`.
        output_processor: As in `BashOperator`.
        arguments: As in `DecoratedOperator`.
    """

    template_fields: ClassVar[Sequence[str]] = (  # type: ignore[assignment] # the base has a tuple of its own length
        *DecoratedOperator.template_fields,
        "env",
        "cwd",
    )
    custom_operator_name = "@task.bash"

    def __init__(
        self,
        *,
        env: Mapping[str, str] | None = None,
        append_env: bool = False,
        output_encoding: str = "utf-8",
        skip_on_exit_code: int | Container[int] | None = 99,
        cwd: str | None = None,
        output_processor: Callable[[str], Any] | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self.env = env
        self.append_env = append_env
        self.output_encoding = output_encoding
        self.skip_on_exit_code = skip_on_exit_code
        self.cwd = cwd
        self.output_processor = output_processor

    def execute(self, context: Any) -> Any:
        """Have the function make the command, and run it; errors as in `BashOperator`.

        Raises:
            DagTypeError: The function returned something else than a command.
        """
        command = super().execute(context)
        _check_command(command, self.task_id)
        command = context["ti"].render_template(command, "bash_command", _EXTENSIONS)
        return self.run_bash(command, context)


def make_environment(context: Any, given: Mapping[str, str] | None, *, append: bool) -> dict[str, str]:
    """The environment of a command: the given one (or the worker's), and who it is that runs it."""
    base = os.environ if given is None or append else {}
    ti = context["ti"]
    who = {
        "DAG_ID": ti.dag_id,
        "TASK_ID": ti.task_id,
        "DAG_RUN_ID": ti.run_id,
        "TRY_NUMBER": str(ti.try_number),
        "MAP_INDEX": str(ti.map_index),
    }
    names = {f"{product}_CTX_{name}": value for product in ("FANJET", "AIRFLOW") for name, value in who.items()}
    return {**base, **names, **{name: str(value) for name, value in (given or {}).items()}}


def check_exit_code(exit_code: int, skips: int | Container[int] | None, last_line: str) -> None:
    """Raise what an exit code stands for.

    Raises:
        SkipException: It is one that skips.
        ExecutionError: It is another than 0.
    """
    if exit_code == 0:
        return
    if skips is not None and (exit_code == skips if isinstance(skips, int) else exit_code in skips):
        raise SkipException(f"The bash command ended with exit code {exit_code}, which skips.")
    how = f"ended with exit code {exit_code}" if exit_code > 0 else f"was killed by signal {-exit_code}"
    raise ExecutionError(f"The bash command {how}; its last line: {last_line[:_MAX_QUOTED_CHARS]!r}.")


def _check_command(command: Any, task_id: str) -> None:
    if not isinstance(command, str) or not command.strip():
        shown = "an empty text" if isinstance(command, str) else f"a value of type {type(command).__name__}"
        raise DagTypeError(f"Task '{task_id}': the bash command is {shown}.", fix="give a command as str")
