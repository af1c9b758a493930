"""Operators that render their template fields themselves, in methods that Airflow calls for that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, ClassVar

_METHODS = ("render_template_fields", "_do_render_template_fields", "_render_nested_template_fields")


class RendersTemplates:
    """What an operator can do about templates. Classes that override none of it are rendered without its help."""

    template_fields: ClassVar[Sequence[str]] = ()
    #: Fields that hold their final values, of which some come from other tasks and are no templates.
    final_fields: frozenset[str] = frozenset()

    @property
    def template_extensions(self) -> tuple[str, ...]:
        """The ends of texts that are names of files with the template."""
        raise AttributeError("template_extensions")

    def render_template_fields(self, context: Any, jinja_env: Any = None) -> None:
        """Render all template fields.

        Args:
            context: That of the running try.
            jinja_env: The environment to use; None for the DAG's.
        """
        self._do_render_template_fields(self, self.template_fields, context, jinja_env, set())

    def _do_render_template_fields(
        self, parent: Any, template_fields: Iterable[str], context: Any, jinja_env: Any, seen_oids: set[int]
    ) -> None:
        """Render attributes of an object, in place."""
        final = self.final_fields if parent is self else frozenset()
        for name in template_fields:
            value = getattr(parent, name, None)
            if value and name not in final:
                setattr(parent, name, self.render_template(value, context, jinja_env, seen_oids))

    def _render_nested_template_fields(self, value: Any, context: Any, jinja_env: Any, seen_oids: set[int]) -> None:
        """Render an object that stands among the values of a field, in place."""
        if id(value) not in seen_oids and not isinstance(value, type):
            seen_oids.add(id(value))
            self._do_render_template_fields(value, getattr(value, "template_fields", ()), context, jinja_env, seen_oids)

    def render_template(self, content: Any, context: Any, jinja_env: Any = None, seen_oids: Any = None) -> Any:
        """A text with its templates rendered; also in lists, tuples, sets, dicts and objects with template fields.

        Args:
            content: The text or collection.
            context: That of the running try.
            jinja_env: The environment to use; None for the DAG's.
            seen_oids: The ids of objects that have been rendered.
        """
        seen = set() if seen_oids is None else seen_oids
        if isinstance(content, str):
            return context["ti"].render_template(content, "content", self.template_extensions, jinja_env)
        if isinstance(content, dict):
            return {key: self.render_template(value, context, jinja_env, seen) for key, value in content.items()}
        if isinstance(content, tuple) and type(content) is not tuple:  # a named one
            return type(content)(*(self.render_template(value, context, jinja_env, seen) for value in content))
        if type(content) in (list, tuple, set):
            return type(content)(self.render_template(value, context, jinja_env, seen) for value in content)
        self._render_nested_template_fields(content, context, jinja_env, seen)
        return content


@cache
def renders_itself(operator_class: type) -> bool:
    """Whether a class of operators overrides how its fields are rendered."""
    return any(getattr(operator_class, name, None) is not getattr(RendersTemplates, name) for name in _METHODS)
