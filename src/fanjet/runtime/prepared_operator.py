"""Tasks of operator classes: an operator object is made for each try."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from fanjet.authoring.decorated import DecoratedMappedOperator
from fanjet.authoring.literals import has_lazy, resolve
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.own_templates import renders_itself
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
        final = set(data)
        own = renders_itself(task.operator_class)
        for name, value in authored.items():
            if own and name in fields and not has_lazy(value):
                data[name] = own_copy(value)
                continue
            final.add(name)
            data[name] = renderer.render(value, name, scope) if name in fields else own_copy(resolve(value, scope))
            if name in fields and ti.rendered is not None:
                ti.rendered.note(name, data[name])
        operator = task.unmap(data)
        self._finish_fields(operator, ti, scope, final)
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
        if renders_itself(type(operator)):
            self._have_fields_rendered(operator, ti, scope, final)
            return
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

    def _have_fields_rendered(
        self, operator: BaseOperator, ti: TaskInstance, scope: Scope, final: Collection[str]
    ) -> None:
        """As `_finish_fields`, for an operator that renders its fields itself: all but those with values of tasks."""
        renderer = self.renderer(ti, operator)
        done = set(final)
        for field in operator.template_fields:
            if field in done or not hasattr(operator, field):
                continue
            value = getattr(operator, field)
            if has_lazy(value):
                done.add(field)
                setattr(operator, field, renderer.render(value, field, scope))
            elif type(value) is not str:
                setattr(operator, field, own_copy(value))  # it is rendered in place
        operator.final_fields = frozenset(done)
        context, environment = ti.get_template_context(), self.templates.environment
        if isinstance(self.operator, MappedOperator):
            operator._do_render_template_fields(operator, operator.template_fields, context, environment, set())  # noqa: SLF001 - Airflow's name
        else:
            operator.render_template_fields(context, environment)
        if ti.rendered is not None:
            for field, value in _fields_of(operator).items():
                ti.rendered.note(field, value)


def _fields_of(operator: BaseOperator) -> dict[str, Any]:
    """The template fields that an operator has, by name."""
    return {name: getattr(operator, name) for name in operator.template_fields if hasattr(operator, name)}
