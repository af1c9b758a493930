"""Runs tries by calling the task's function with the index: all that tests of the process machinery need."""

from __future__ import annotations

import traceback

import msgspec

from fanjet.model.events import TryExtra
from fanjet.model.requests import CountValues
from fanjet.model.states import State
from fanjet.runtime.try_result import TryResult
from fanjet.worker.cancellation import TryCancelled


class PlainRunner:
    def __init__(self, built, client):
        self.spec = built.spec
        self._functions = {task.number: built.tasks[task.number].python_callable for task in built.spec.tasks}
        self._client = client

    def run(
        self,
        run_info,
        task_number,
        parent,
        index,
        try_number,
        carry,
        tries_before,
    ):
        try:
            value = self._functions[task_number](index)
            if value == "ask":
                value = self._client.ask(CountValues(task=0, prefix=(index,))).count
            if value == "push":
                self._client.push("key", b"j1")
        except TryCancelled as error:
            return TryResult(State.FAILED, extra=TryExtra(error=f"cancelled: {error}"))
        except BaseException as error:  # noqa: BLE001 - tasks of tests raise anything
            traceback.print_exc()
            return TryResult(State.FAILED, extra=TryExtra(error=repr(error)))
        return TryResult(State.SUCCESS, None if value is None else b"j" + msgspec.json.encode(value))

    def measure(self, run_info, map_number, parent, indexes):
        return [index + 10 for index in indexes], {}

    def run_callbacks(
        self,
        run_info,
        task_number,
        parent,
        index,
        try_number,
        kind,
        error,
        *,
        limit_s=None,
    ):
        return None if kind == "success" else f"{kind}: {error}"


def make_runners(dags, client, runtime):
    runners = {dag.spec.dag_id: PlainRunner(dag, client) for dag in dags}
    return runners.__getitem__
