"""The templates in the fields of one try."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fanjet.authoring.literals import resolve

if TYPE_CHECKING:
    from fanjet.authoring.scope import Scope
    from fanjet.runtime.task_instance import TaskInstance
    from fanjet.runtime.templates import Templates

#: Values that neither hold templates nor anything to resolve.
_FINAL = frozenset({int, float, bool, type(None), bytes})


class FieldRenderer:
    """Renders the fields of one try.

    Args:
        templates: The DAG's.
        ti: The try.
        extensions: Text that ends so is the name of a file with the template.
    """

    __slots__ = ("_extensions", "_templates", "_ti")

    def __init__(self, templates: Templates, ti: TaskInstance, extensions: Iterable[str]) -> None:
        self._templates = templates
        self._ti = ti
        self._extensions = tuple(extensions)

    def render(self, value: Any, field: str, scope: Scope) -> Any:
        """An argument as the author wrote it, with all templates rendered and all lazy values resolved.

        What comes from lazy values is data and not rendered. Objects inside that have `template_fields` of their own
        are rendered as copies.

        Raises:
            DagError: A template is wrong.
        """
        kind = type(value)
        if kind in _FINAL:
            return value
        if kind is str:
            return self.render_text(value, field)
        if hasattr(value, "template_fields") and not isinstance(value, type):
            return self._render_object(value, field, scope)
        return resolve(value, scope, self.text_renderer(field))

    def text_renderer(self, field: str) -> Callable[[str], Any]:
        """Renders the texts of a field."""
        return lambda text: self.render_text(text, field)

    def render_text(self, text: str, field: str) -> Any:
        """One template, or the template in the file of that name."""
        where = f"Task '{self._ti.task_id}', field '{field}'"
        context = self._ti.get_template_context()
        if self._extensions and text.endswith(self._extensions):
            return self._templates.render_file(text, context, where)
        return self._templates.render(text, context, where)

    def _render_object(self, value: Any, field: str, scope: Scope) -> Any:
        rendered = import_module("copy").copy(value)  # late: hardly any argument is such an object
        for name in value.template_fields:
            setattr(rendered, name, self.render(getattr(value, name), f"{field}.{name}", scope))
        return rendered
