"""The way of this process to the variables and connections of the store, which it may not open itself.

Whatever runs user code says through what to ask: a worker through its pipe, a process that loads a DAG file through the
one that started it. A process that is neither, such as ``python my_dag.py``, asks the store of the home as a command
does.

Answers are kept for half a second, so that a map of a million short instances asks now and then only. A task that
starts after another one has written a variable reads what that has written: workers are told to forget.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TypeAlias

from fanjet.errors import ExecutionError, InvariantError, OperationError
from fanjet.model.requests import Count, DeleteVariable, Failure, Found, Lookup, Request, Response, SetVariable

#: Gives the answer, or raises an `ExecutionError`.
Ask: TypeAlias = Callable[[Request], Response]

#: How long an answer may stand for what is in the store now.
_KEPT_S = 0.5
#: The ``module:function`` by which a process asks that nobody has set up.
_OF_HOME = "fanjet.bootstrap.stored_lookups:ask_home"


class Lookups:
    """What one process asks."""

    def __init__(self) -> None:
        self._ask: Ask | None = None
        self._is_loading = False
        #: The answers, and until when they hold by `time.monotonic`.
        self._kept: dict[Lookup, tuple[float, Found]] = {}

    def ask_through(self, ask: Ask) -> None:
        """Ask through this from now on."""
        self._ask = ask
        self.forget()

    @contextmanager
    def asking_through(self, ask: Ask, *, is_loading: bool = False) -> Iterator[None]:
        """Ask through this for the time of the block.

        Args:
            ask: The way.
            is_loading: A DAG file is being loaded, and may change nothing.
        """
        before = self._ask, self._is_loading
        self._ask, self._is_loading = ask, is_loading
        self.forget()
        try:
            yield
        finally:
            self._ask, self._is_loading = before
            self.forget()

    def forget(self) -> None:
        """Keep no answer: what has been asked so far may be out of date."""
        if self._kept:
            self._kept.clear()

    def find(self, request: Lookup) -> Found:
        """What the store has.

        Raises:
            ExecutionError: It cannot be asked, or cannot read what is there.
        """
        kept = self._kept.get(request)
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]
        found = self._ask_now(request)
        if not isinstance(found, Found):
            raise InvariantError(f"the answer to {request!r} is a {type(found).__name__}")
        self._kept[request] = time.monotonic() + _KEPT_S, found
        return found

    def change(self, request: SetVariable | DeleteVariable) -> int:
        """Have the store changed.

        Returns:
            How many variables were written or removed.

        Raises:
            OperationError: A DAG file is being loaded.
            ExecutionError: The store cannot be asked, or cannot be written.
        """
        if self._is_loading:
            raise OperationError(
                f"Variable {request.name!r} cannot be changed while a DAG file is loaded, which happens often and "
                "anywhere. Fix: do it in a task."
            )
        self.forget()
        answer = self._ask_now(request)
        if not isinstance(answer, Count):
            raise InvariantError(f"the answer to {request!r} is a {type(answer).__name__}")
        return answer.count

    def _ask_now(self, request: Request) -> Response:
        ask = self._ask
        if ask is None:
            module, _, function = _OF_HOME.partition(":")
            ask = getattr(import_module(module), function)  # by name: it is far above this module
        try:
            answer: Response = ask(request)
        except OSError as error:  # the pipe was closed when a task forked this process
            raise ExecutionError(
                "A process that a task has forked cannot ask for variables and connections of the store. "
                "Fix: read them in the task, and hand them over."
            ) from error
        if isinstance(answer, Failure):
            raise ExecutionError(answer.message)
        return answer


#: Those of this process.
LOOKUPS = Lookups()
