"""`XCom` of `airflow.models`: its class methods, in a task, for values that tasks pushed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from fanjet.errors import OperationError
from fanjet.model.values import RETURN_VALUE
from fanjet.runtime.context import get_current_context


class XCom:
    """One value that a task has pushed.

    Attributes:
        key: Its key.
        value: The value.
        task_id: Who pushed it.
    """

    XCOM_RETURN_KEY: ClassVar[str] = RETURN_VALUE

    def __init__(self, key: str, value: Any, task_id: str, dag_id: str, run_id: str) -> None:
        self.key, self.value, self.task_id, self.dag_id, self.run_id = key, value, task_id, dag_id, run_id

    @classmethod
    def get_one(
        cls,
        *,
        task_id: str,
        key: str | None = None,
        dag_id: str | None = None,
        run_id: str | None = None,
        map_index: int | None = None,
        include_prior_dates: bool = False,
        execution_date: Any = None,
        session: Any = None,
    ) -> Any:
        """A value, or None.

        Args:
            task_id: Who pushed it.
            key: Its key; the result of the task if left out.
            dag_id: As in `TaskInstance.xcom_pull`.
            run_id: As in `TaskInstance.xcom_pull`.
            map_index: The position; None and -1 are the unmapped instance.
            include_prior_dates: As in `TaskInstance.xcom_pull`.
            execution_date: Only that of the run.
            session: Of no use here.

        Raises:
            OperationError: It is asked for another run.
        """
        del session
        ti = get_current_context()["ti"]
        if execution_date not in (None, ti.logical_date):
            raise OperationError("XCom reads values of the task's own run only. Fix: leave out execution_date.")
        where = {"dag_id": dag_id, "run_id": run_id, "include_prior_dates": include_prior_dates}
        return ti.xcom_pull(task_ids=task_id, key=key or RETURN_VALUE, map_indexes=map_index, **where)

    #: What it was called at first; the same here.
    get_value = get_one

    @classmethod
    def get_many(
        cls,
        *,
        task_ids: str | Iterable[str],
        key: str | None = None,
        dag_ids: str | Iterable[str] | None = None,
        run_id: str | None = None,
        limit: int | None = None,
        include_prior_dates: bool = False,
        session: Any = None,
    ) -> list[XCom]:
        """Values of tasks; of mapped ones, one for each instance that has one.

        Args:
            task_ids: Who pushed them.
            key: Their key; the results of the tasks if left out.
            dag_ids: The DAG, or a list with one.
            run_id: As in `get_one`.
            limit: At most so many.
            include_prior_dates: As in `get_one`.
            session: Of no use here.
        """
        del session
        ti = get_current_context()["ti"]
        dag_id = dag_ids if isinstance(dag_ids, str) or dag_ids is None else next(iter(dag_ids), None)
        found: list[XCom] = []
        wanted = key or RETURN_VALUE
        for task_id in [task_ids] if isinstance(task_ids, str) else task_ids:
            where = {"dag_id": dag_id, "run_id": run_id, "include_prior_dates": include_prior_dates}
            values = ti.xcom_pull(task_ids=[task_id], key=wanted, **where)
            found += [cls(wanted, value, task_id, ti.dag_id, ti.run_id) for value in values if value is not None]
        return found[:limit]

    @classmethod
    def set(
        cls, key: str, value: Any, *, task_id: str | None = None, dag_id: str | None = None, run_id: str | None = None,
        map_index: int | None = None, session: Any = None,
    ) -> None:  # fmt: skip
        """Push a value of the running task.

        Args:
            key: Its key.
            value: What can be stored.
            task_id: Only that of the running task, as the others.
            dag_id: As `task_id`.
            run_id: As `task_id`.
            map_index: As `task_id`.
            session: Of no use here.

        Raises:
            OperationError: It would be the value of another task.
        """
        del session
        ti = get_current_context()["ti"]
        given = (task_id, dag_id, run_id, map_index)
        own = (ti.task_id, ti.dag_id, ti.run_id, ti.map_index)
        if any(one not in (None, mine) for one, mine in zip(given, own, strict=True)):
            raise OperationError(
                "XCom.set() pushes values of the running task only. Fix: leave out all but key and value."
            )
        ti.xcom_push(key, value)
