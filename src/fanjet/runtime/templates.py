"""Jinja templates in the arguments of tasks."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import datetime
from importlib import import_module
from typing import Any

from fanjet.errors import DagError, DagValueError

#: Compiled templates that are kept; mapped literals may be as many as there are instances.
_MAX_COMPILED = 1000

_MARKS = ("{{", "{%", "{#")


def show_ds(instant: datetime) -> str:
    """``2024-01-31``."""
    return instant.strftime("%Y-%m-%d")


def show_ds_nodash(instant: datetime) -> str:
    """``20240131``."""
    return instant.strftime("%Y%m%d")


def show_ts(instant: datetime) -> str:
    """``2024-01-31T10:00:00+00:00``."""
    return instant.isoformat()


def show_ts_nodash(instant: datetime) -> str:
    """``20240131T100000``."""
    return instant.strftime("%Y%m%dT%H%M%S")


def show_ts_nodash_with_tz(instant: datetime) -> str:
    """``20240131T100000+0000``."""
    return instant.isoformat().replace("-", "").replace(":", "")


#: What every DAG may write after ``|``, besides Jinja's own.
FILTERS: dict[str, Callable[[datetime], str]] = {
    "ds": show_ds,
    "ds_nodash": show_ds_nodash,
    "ts": show_ts,
    "ts_nodash": show_ts_nodash,
    "ts_nodash_with_tz": show_ts_nodash_with_tz,
}


class Templates:
    """The templates of one DAG. Jinja is imported, and the environment made, when the first one is rendered.

    Args:
        folders: Where template files are looked for, in this order.
        macros: Additional names for templates (`user_defined_macros`).
        filters: Additional filters (`user_defined_filters`).
        native: Whether a template that is one expression gives the value of that expression, not its text.
        options: Further arguments for the Jinja environment (`jinja_environment_kwargs`).
        undefined: What an unknown name gives; None for an error.
    """

    def __init__(
        self,
        folders: Iterable[str] = (),
        *,
        macros: Mapping[str, Any] | None = None,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        native: bool = False,
        options: Mapping[str, Any] | None = None,
        undefined: type | None = None,
    ) -> None:
        self.folders = tuple(folders)
        self._macros = dict(macros or {})
        self._filters = dict(filters or {})
        self._native = native
        self._options = dict(options or {})
        self._undefined = undefined
        self._made: Any = None
        self._compiled: dict[str, Any] = {}

    @classmethod
    def of(cls, environment: Any) -> Templates:
        """Templates with an environment that somebody else has made."""
        templates = cls(options={"environment": environment})  # whose options nobody knows: no text is constant
        templates._made = environment
        return templates

    def render(self, text: str, context: MutableMapping[str, Any], where: str) -> Any:
        """The text of a template, or a value with native rendering.

        Args:
            text: The template.
            context: Values by name; only what the template uses is looked up.
            where: Words for error messages, such as ``Task 't', field 'sql'``.

        Raises:
            DagError: The template is wrong, or uses what is not defined.
        """
        if self._is_constant(text):
            return text
        template = self._compiled.get(text)
        if template is None:
            template = self._guarded(lambda: self.environment.from_string(text), where)
            if len(self._compiled) >= _MAX_COMPILED:
                self._compiled.clear()
            self._compiled[text] = template
        return self._guarded(lambda: self._run(template, context), where)

    def render_file(self, name: str, context: MutableMapping[str, Any], where: str) -> Any:
        """As `render`, for the template in a file below one of the folders."""
        template = self._guarded(lambda: self.environment.get_template(name), where)
        return self._guarded(lambda: self._run(template, context), where)

    def _is_constant(self, text: str) -> bool:
        """Whether rendering would change nothing: no marks, and no end of line that Jinja normalizes."""
        if self._native or self._options:
            return False
        return not any(mark in text for mark in _MARKS) and not text.endswith("\n") and "\r" not in text

    def _run(self, template: Any, context: MutableMapping[str, Any]) -> Any:
        """Jinja's `render` without its copy of the context, which would make every entry."""
        environment = self.environment
        variables = ChainMap(context, environment.globals)
        try:
            return environment.concat(template.root_render_func(template.new_context(variables, shared=True)))
        except Exception:  # noqa: BLE001 - raises it again, and rewrites the traceback so that it shows the lines of the template
            environment.handle_exception()

    def _guarded(self, action: Callable[[], Any], where: str) -> Any:
        jinja2 = import_module("jinja2")
        try:
            return action()
        except jinja2.TemplateNotFound as error:
            folders = ", ".join(self.folders) or "none"
            raise DagValueError(
                f"{where}: there is no template file {error.name!r}.",
                fix=f"put it into one of the searched folders ({folders}) or name its folder in template_searchpath",
            ) from error
        except jinja2.TemplateSyntaxError as error:
            message = f"{where}: the template is wrong in its line {error.lineno}: {error.message}"
            raise DagValueError(message) from error
        except jinja2.UndefinedError as error:
            raise UndefinedInTemplateError(
                f"{where}: in the template, {error.message}.",
                fix="correct the name, or define it in params or user_defined_macros; ds, ts and their kind need a "
                "run with a logical date",
            ) from error
        except Exception as error:
            error.add_note(f"{where}: raised while its template was rendered")
            raise

    @property
    def environment(self) -> Any:
        """Jinja's environment."""
        if self._made is None:
            self._made = self._make_environment()
        return self._made

    def _make_environment(self) -> Any:
        jinja2 = import_module("jinja2")
        kind = import_module("jinja2.nativetypes").NativeEnvironment if self._native else jinja2.Environment
        options = {
            "undefined": self._undefined or jinja2.StrictUndefined,
            "extensions": ["jinja2.ext.do"],
            "loader": jinja2.FileSystemLoader(self.folders),
            **self._options,
        }
        environment = kind(**options)
        environment.globals.update(self._macros)
        environment.filters.update(FILTERS)
        environment.filters.update(self._filters)
        return environment


class UndefinedInTemplateError(DagError):
    """A template uses a name or an attribute that does not exist."""
