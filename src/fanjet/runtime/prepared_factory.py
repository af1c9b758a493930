"""Tasks that run the operators which a function makes of their items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fanjet.authoring.literals import find_lazy, resolve
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.operator_factory import ITEM, FactoryMappedOperator
from fanjet.authoring.scope import Scope
from fanjet.authoring.task_options import NAMES
from fanjet.errors import DagValueError
from fanjet.runtime.copies import own_copy
from fanjet.runtime.failures import write_log
from fanjet.runtime.prepared_operator import PreparedOperator

if TYPE_CHECKING:
    from fanjet.runtime.task_instance import TaskInstance

#: What the label and people see, and what holds for the place of the task anyway.
_WITHOUT_EFFECT = NAMES - {"doc", "doc_md", "doc_rst", "doc_yaml", "doc_json", "owner", "task_display_name"}


class PreparedFactory(PreparedOperator):
    """A task each instance of which runs an operator of its own."""

    def _make_operator(self, ti: TaskInstance, scope: Scope) -> BaseOperator:
        task = self.operator
        assert isinstance(task, FactoryMappedOperator), task
        authored, data = task.expand_input.split_at(scope, ti.index)
        item = own_copy(data[ITEM] if ITEM in data else resolve(authored[ITEM], scope))
        operator, made_task_id = task.make(item)
        ti.get_template_context()["made_task_id"] = made_task_id
        self._check_made(operator, made_task_id)
        self._finish_fields(operator, ti, scope, ())
        return operator

    def _check_made(self, operator: BaseOperator, made_task_id: str) -> None:
        for field in operator.template_fields:
            for lazy in find_lazy(getattr(operator, field, None)):
                missing = [task for task in lazy.references() if task not in self.operator.upstream]
                if missing:
                    raise DagValueError(
                        f"Operator '{made_task_id}' uses {lazy.describe()}, for which task '{self.operator.task_id}' "
                        "does not wait.",
                        fix=f"put '{missing[0].task_id}' before it with >>, or hand its result on in the items",
                    )
        ignored = sorted(operator.given_options & _WITHOUT_EFFECT)
        if ignored:
            write_log(
                f"Operator '{made_task_id}' is made with {', '.join(ignored)}, too late to have an effect: task "
                f"'{self.operator.task_id}' takes them from the default_args of its DAG.\n"
            )
