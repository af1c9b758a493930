"""Functions as tasks that run in a virtual environment made for them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree, which
from typing import Any, ClassVar

from fanjet.authoring.decorated import DecoratedOperator
from fanjet.errors import ExecutionError
from fanjet.operators.external_python import RunsElsewhere
from fanjet.operators.python import PythonOperator
from fanjet.operators.python_script import make_environment, run_logged

#: A cached environment that has this file is complete.
_DONE = "fanjet-requirements.txt"
#: Runs a module whatever lies in the current folder, which may well be called `venv.py`.
_ISOLATED = ("-I", "-m")
#: What is a template besides the arguments of the function.
_FIELDS = ("requirements", "index_urls", "venv_cache_path")


def is_venv_installed() -> bool:
    """Whether virtual environments can be made: always, with the standard library."""
    return True


class RunsInVirtualenv(RunsElsewhere):
    """The form in which a virtual environment is made, and thrown away afterwards unless it is cached.

    Args:
        requirements: What is installed: a list of requirements, the text of a requirements file, or the name of a
            ``.txt`` file with it; a template.
        python_version: Which Python it is of, such as ``3.12``; that of the worker by default.
        system_site_packages: Whether the packages of that Python are there, too.
        pip_install_options: More arguments of ``pip install``.
        index_urls: Where pip looks for packages, the main place first.
        venv_cache_path: The folder in which environments are kept, one for each set of requirements.
        options: As in `RunsElsewhere`.
    """

    template_ext = (".txt",)

    def __init__(
        self,
        *,
        requirements: Iterable[str] | str | None = None,
        python_version: str | None = None,
        system_site_packages: bool = True,
        pip_install_options: Sequence[str] | None = None,
        index_urls: Sequence[str] | str | None = None,
        venv_cache_path: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.requirements: Any = requirements if isinstance(requirements, str) else list(requirements or ())
        self.python_version = python_version
        self.system_site_packages = system_site_packages
        self.pip_install_options = list(pip_install_options or ())
        self.index_urls = [index_urls] if isinstance(index_urls, str) else list(index_urls or ())
        self.venv_cache_path = venv_cache_path

    def execute(self, context: Any) -> Any:
        """Make the environment and call the function in it.

        Raises:
            ExecutionError: The environment cannot be made, or the function failed.
        """
        with self._environment() as folder:
            return self.call_elsewhere(str(folder / "bin" / "python"), context)

    @contextmanager
    def _environment(self) -> Iterator[Path]:
        if self.venv_cache_path is None:
            with tempfile.TemporaryDirectory(prefix="fanjet-venv-") as name:
                self._make(Path(name))
                yield Path(name)
            return
        cache = Path(self.venv_cache_path)
        cache.mkdir(parents=True, exist_ok=True)
        folder = cache / f"venv-{self._fingerprint()}"
        with (cache / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / _DONE).exists():
                rmtree(folder, ignore_errors=True)
                self._make(folder)
        yield folder

    def _make(self, folder: Path) -> None:
        python = self._find_python()
        flags = ["--system-site-packages"] if self.system_site_packages else []
        self._run([python, *_ISOLATED, "venv", *flags, str(folder)], "The virtual environment could not be made")
        text = self._requirements_text()
        file = folder / "requirements.txt"
        file.write_text(text)
        if text.strip():
            pip = [
                str(folder / "bin" / "python"),
                *_ISOLATED,
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ]
            more = [*_index_options(self.index_urls), *self.pip_install_options]
            self._run([*pip, *more, "--requirement", str(file)], "The requirements could not be installed")
        file.rename(folder / _DONE)

    def _run(self, command: Sequence[str], trouble: str) -> None:
        code = run_logged(command, make_environment(self.env_vars, inherit=True))
        if code:
            raise ExecutionError(f"Task '{self.task_id}': {trouble}: exit code {code}, see the log.")

    def _find_python(self) -> str:
        if self.python_version is None:
            return sys.executable
        found = which(f"python{self.python_version}")
        if found is None:
            raise ExecutionError(
                f"Task '{self.task_id}': there is no Python {self.python_version}. Fix: install it, or leave "
                "python_version out."
            )
        return found

    def _requirements_text(self) -> str:
        lines = [self.requirements] if isinstance(self.requirements, str) else self.requirements
        needed = [self.serializer] if self.serializer != "pickle" else []
        return "\n".join([*map(str, lines), *needed]) + "\n"

    def _fingerprint(self) -> str:
        settings = [
            self._requirements_text(),
            self._find_python(),
            sys.version,
            self.system_site_packages,
            self.pip_install_options,
            self.index_urls,
        ]
        return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]


def _index_options(urls: Sequence[str]) -> list[str]:
    main = ["--index-url", urls[0]] if urls else []
    return main + [part for url in urls[1:] for part in ("--extra-index-url", url)]


class PythonVirtualenvOperator(RunsInVirtualenv, PythonOperator):
    """Calls a function in a virtual environment made for it."""

    template_fields: ClassVar[Sequence[str]] = (  # type: ignore[assignment] # the base has a tuple of its own length
        *_FIELDS,
        *PythonOperator.template_fields,
    )


class BranchPythonVirtualenvOperator(PythonVirtualenvOperator):
    """The same as a branch: the function returns the ids of what follows."""

    kind = "branch"


class VirtualenvDecoratedOperator(RunsInVirtualenv, DecoratedOperator):
    """``@task.virtualenv``."""

    template_fields: ClassVar[Sequence[str]] = (  # type: ignore[assignment] # as above
        *_FIELDS,
        *DecoratedOperator.template_fields,
    )
    custom_operator_name = "@task.virtualenv"


class BranchVirtualenvDecoratedOperator(VirtualenvDecoratedOperator):
    """``@task.branch_virtualenv``."""

    kind = "branch"
    custom_operator_name = "@task.branch_virtualenv"
