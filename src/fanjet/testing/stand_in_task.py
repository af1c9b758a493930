"""A task that does in a test what the test says, at least in some of its instances."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.context_names import CONTEXT_NAMES
from fanjet.authoring.scope import Scope
from fanjet.errors import FanjetError, OperationError
from fanjet.runtime.prepared_operator import PreparedOperator
from fanjet.runtime.prepared_task import PreparedTask
from fanjet.testing.aborting import Abort
from fanjet.testing.outcomes import Called, Given, Outcome, Pokes, Raised, Tries
from fanjet.testing.stand_ins import StandIn

if TYPE_CHECKING:
    from fanjet.runtime.task_instance import TaskInstance

_BY_NAME = frozenset({inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY})


class StandInTask(PreparedTask):
    """Gives what the test gives; where it gives nothing, the real task works.

    Args:
        real: The real task.
        stand_in: What the test gives.
        is_cut_off: Whether what the task is given cannot be known, as the tasks before it are not run.
    """

    def __init__(self, real: PreparedTask, stand_in: StandIn, *, is_cut_off: bool) -> None:
        super().__init__(real.spec, real.operator, real.links, real.templates)
        self._real = real
        self._stand_in = stand_in
        self._is_cut_off = is_cut_off
        if is_cut_off:
            self.label_template = None  # it is made of arguments
        #: How often an instance was poked in its latest try: (try number, pokes) by path.
        self._poked: dict[tuple[int, ...], tuple[int, int]] = {}

    def call(self, ti: TaskInstance, scope: Scope) -> Any:
        outcome = self._find(ti)
        if outcome is None:
            return self._real.call(ti, scope)
        if isinstance(outcome, Called | Pokes) and self.spec.kind == "sensor":
            return self._wait(ti, scope, outcome)
        if isinstance(outcome, Called):
            return self._carry_out(outcome, ti, lambda: self._real.arguments(ti, scope))
        if self.label_template is not None:
            self._real.arguments(ti, scope)
        return self._carry_out(outcome, ti, lambda: ((), {}))

    def arguments(self, ti: TaskInstance, scope: Scope) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return self._real.arguments(ti, scope)

    def _find(self, ti: TaskInstance) -> Outcome | None:
        try:
            return self._stand_in.find(ti.map_path, ti.try_number)
        except OperationError as error:
            raise Abort(error) from error

    def _wait(self, ti: TaskInstance, scope: Scope, outcome: Called | Pokes) -> Any:
        """A sensor waits as it does, but pokes what the test says."""
        assert isinstance(self._real, PreparedOperator), self._real
        operator = self._real.make(ti, scope)

        def poke(_context: Any) -> Any:
            now = outcome if isinstance(outcome, Called) else outcome.of(self._count_poke(ti))
            return self._carry_out(now, ti, lambda: self._real.arguments(ti, scope))

        vars(operator)["poke"] = poke
        return PreparedOperator.execute(ti, operator)

    def _count_poke(self, ti: TaskInstance) -> int:
        try_number, pokes = self._poked.get(ti.map_path, (0, 0))
        pokes = pokes + 1 if try_number == ti.try_number else 1
        self._poked[ti.map_path] = (ti.try_number, pokes)
        return pokes

    def _carry_out(
        self, outcome: Outcome, ti: TaskInstance, arguments: Callable[[], tuple[tuple[Any, ...], dict[str, Any]]]
    ) -> Any:
        match outcome:
            case Given(value):
                return value
            case Raised():
                raise outcome.make()
            case Called(function):
                return self._call(function, ti, *arguments())
            case Tries() | Pokes():
                raise Abort(OperationError(f"'{self.spec.task_id}': {outcome!r} cannot be used here."))

    def _call(self, function: Callable[..., Any], ti: TaskInstance, args: tuple[Any, ...], kwargs: Any) -> Any:
        original = getattr(self.operator, "python_callable", None)
        names = read_signature(original).positional if original is not None else ()
        given = dict(zip(names, args, strict=False)) | kwargs
        ordered = {name: given[name] for name in (*names, *given) if name in given}
        try:
            positional, named = bind(function, ordered, ti.get_template_context(), f"'{self.spec.task_id}'")
        except FanjetError as error:
            raise Abort(error) from error
        return function(*args[len(names) :], *positional, **named)


def bind(
    function: Callable[..., Any], given: Mapping[str, Any], context: Mapping[str, Any], where: str
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments by position and by name with which a function is called in the place of a task's own.

    It gets those that it names, of the task's arguments or of the context; with ``**kwargs`` all of the task's. One
    that names none of them gets the task's arguments by position.

    Args:
        function: The function.
        given: The arguments of the task, in their order.
        context: The context of the try.
        where: The task, for error messages.

    Raises:
        OperationError: The function asks for something that is not there.
    """
    parameters = inspect.signature(function).parameters.values()
    own = {name: value for name, value in given.items() if name not in CONTEXT_NAMES}
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
        return [], own
    by_name = [each for each in parameters if each.kind in _BY_NAME]
    known = [each.name for each in by_name if each.name in given or each.name in context]
    required = [each for each in parameters if each.default is each.empty and each.kind is not each.VAR_POSITIONAL]
    takes_all = any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in parameters)
    if not known and own and (takes_all or len(required) == len(own)):
        return list(own.values()), {}
    missing = [each.name for each in required if each.name not in known]
    if missing:
        names = ", ".join(map(repr, own)) or "none"
        raise OperationError(
            f"replace: the function for {where} asks for '{missing[0]}', which the task does not have. "
            f"Its arguments: {names}; and what the context has, such as ti, params or ds."
        )
    return [], {name: given[name] if name in given else context[name] for name in known}
