"""Tasks of operator classes: an operator object is made for each try."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from fanjet.authoring.decorated import DecoratedMappedOperator
from fanjet.authoring.literals import resolve
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.scope import Scope
from fanjet.runtime.copies import own_copy
from fanjet.runtime.deferring import run_operator, start_from_trigger
from fanjet.runtime.prepared_task import PreparedTask
from fanjet.runtime.rendered_fields import RenderedFields

if TYPE_CHECKING:
    from fanjet.runtime.task_instance import TaskInstance


class PreparedOperator(PreparedTask):
    """A task whose work is the `execute` of its operator."""

    can_defer = True

    def call(self, ti: TaskInstance, scope: Scope) -> Any:
        return self.execute(ti, self.make(ti, scope))

    def make(self, ti: TaskInstance, scope: Scope) -> BaseOperator:
        """The operator of a try, its fields final."""
        if self.spec.has_templates:
            ti.rendered = RenderedFields()
        operator = self._make_operator(ti, scope)
        self.expose(ti, operator, _fields_of(operator))
        return operator

    def arguments(self, ti: TaskInstance, scope: Scope) -> tuple[tuple[Any, ...], dict[str, Any]]:
        operator = self.make(ti, scope)
        if hasattr(operator, "python_callable"):
            return tuple(getattr(operator, "op_args", ())), dict(getattr(operator, "op_kwargs", {}))
        return (), _fields_of(operator)

    @staticmethod
    def execute(ti: TaskInstance, operator: BaseOperator) -> Any:
        """Have the operator of a try do its work."""
        context = ti.get_template_context()
        if operator.start_from_trigger and ti.carry is None:
            raise start_from_trigger(operator, context)
        operator.pre_execute(context)
        result = run_operator(ti, operator, context)
        operator.post_execute(context, result)
        return result

    def _make_operator(self, ti: TaskInstance, scope: Scope) -> BaseOperator:
        if isinstance(self.operator, MappedOperator):
            return self._unmap(self.operator, ti, scope)
        assert isinstance(self.operator, BaseOperator), self.operator
        operator = object.__new__(type(self.operator))  # as copy.copy, whose module is slow to import
        operator.__dict__.update(self.operator.__dict__)  # what a try sets on it is its own
        self._finish_fields(operator, ti, scope, ())
        return operator

    def _unmap(self, task: MappedOperator, ti: TaskInstance, scope: Scope) -> BaseOperator:
        authored, data = task.expand_input.split_at(scope, ti.index)
        data = {name: own_copy(value) for name, value in data.items()}
        if isinstance(task, DecoratedMappedOperator):
            return self._unmap_function(task, authored, data, ti, scope)
        fields = frozenset(task.operator_class.template_fields)
        renderer = self.renderer(ti, task)
        for name, value in authored.items():
            data[name] = renderer.render(value, name, scope) if name in fields else own_copy(resolve(value, scope))
            if name in fields and ti.rendered is not None:
                ti.rendered.note(name, data[name])
        operator = task.unmap(data)
        self._finish_fields(operator, ti, scope, data)
        return operator

    def _unmap_function(
        self,
        task: DecoratedMappedOperator,
        authored: Mapping[str, Any],
        data: Mapping[str, Any],
        ti: TaskInstance,
        scope: Scope,
    ) -> BaseOperator:
        """Arguments of a function are values inside the field `op_kwargs`."""
        shared = {name: value for name, value in task.op_kwargs.items() if name not in data}
        written = self.renderer(ti, task).render({**shared, **authored}, "op_kwargs", scope)
        operator = task.unmap({**written, **data})
        self._finish_fields(operator, ti, scope, ("op_args", "op_kwargs"))
        return operator

    def _finish_fields(self, operator: BaseOperator, ti: TaskInstance, scope: Scope, final: Collection[str]) -> None:
        """Render and resolve the template fields that are not final yet."""
        renderer = self.renderer(ti, operator)
        for field in operator.template_fields:
            if not hasattr(operator, field):
                continue
            value = getattr(operator, field)
            finished = value if field in final else renderer.render(value, field, scope)
            if finished is not value:
                setattr(operator, field, finished)
            if ti.rendered is not None:
                ti.rendered.note(field, finished)


def _fields_of(operator: BaseOperator) -> dict[str, Any]:
    """The template fields that an operator has, by name."""
    return {name: getattr(operator, name) for name in operator.template_fields if hasattr(operator, name)}
