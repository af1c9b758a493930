"""Notifiers: callbacks that are objects, with templates in their fields."""

from __future__ import annotations

import copy
import logging
from collections.abc import Generator, MutableMapping, Sequence
from typing import Any, ClassVar

from fanjet.errors import DagTypeError
from fanjet.runtime.templates import Templates


class BaseNotifier:
    """Tells somebody how a task or run ended: give it as a callback, and write `notify`."""

    #: The attributes that are templates.
    template_fields: ClassVar[Sequence[str]] = ()

    def __init__(self, context: MutableMapping[str, Any] | None = None, **_: Any) -> None:
        super().__init__()
        #: What an awaited notifier tells with.
        self.context: MutableMapping[str, Any] = {} if context is None else context

    @property
    def log(self) -> logging.Logger:
        """Writes to the log of the try."""
        return logging.getLogger(f"fanjet.task.{type(self).__name__}")

    def notify(self, context: MutableMapping[str, Any]) -> None:  # noqa: ARG002 - the signature that all notifiers have
        """Tell. Template fields are rendered.

        Args:
            context: That of the try, or of the run for callbacks of a DAG.
        """
        raise DagTypeError(f"Notifier class {type(self).__name__} has no notify() method.", fix="write one")

    async def async_notify(self, context: MutableMapping[str, Any]) -> None:  # noqa: ARG002 - as above
        """Tell; for notifiers that are awaited, as `AsyncCallback` does. Template fields are rendered.

        Args:
            context: That which the notifier was made with.
        """
        raise DagTypeError(
            f"Notifier class {type(self).__name__} has no async_notify() method.", fix="write one, or use SyncCallback"
        )

    def render_template_fields(self, context: MutableMapping[str, Any], jinja_env: Any = None) -> None:
        """Render the template fields in place."""
        del jinja_env
        dag = context.get("dag")
        macros = dag.user_defined_macros if dag is not None else {}
        templates = Templates(macros=macros, filters=dag.user_defined_filters if dag is not None else {})
        for name in self.template_fields:
            setattr(self, name, _render(getattr(self, name), templates, context, f"{type(self).__name__}.{name}"))

    def __await__(self) -> Generator[Any, None, None]:
        """Render a copy's fields, and have it tell."""
        rendered = copy.copy(self)
        rendered.render_template_fields(self.context)
        return rendered.async_notify(self.context).__await__()

    def __call__(self, context: MutableMapping[str, Any], *_: Any) -> None:
        """Render a copy's fields, and have it tell."""
        rendered = copy.copy(self)
        rendered.render_template_fields(context)
        rendered.notify(context)


def _render(value: Any, templates: Templates, context: MutableMapping[str, Any], where: str) -> Any:
    if isinstance(value, str):
        return templates.render(value, context, where)
    if isinstance(value, dict):
        return {key: _render(item, templates, context, where) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_render(item, templates, context, where) for item in value)
    return value
