"""Operators that ran SQL on one kind of database, made of the common one that has taken their place."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from fanjet.airflow.table.declared import SQL_OPERATORS


@cache
def make_sql_operator(module: str, name: str) -> Any:
    """A class with the arguments of old that does what the common operator does.

    Args:
        module: The module that once had it.
        name: Its name.
    """
    connection, default, hook_arguments = SQL_OPERATORS[f"{module}.{name}"]
    common = import_module("airflow.providers.common.sql.operators.sql").SQLExecuteQueryOperator

    def __init__(self: Any, **arguments: Any) -> None:  # noqa: N807 - it becomes one
        common_id = arguments.pop("conn_id", default)  # of default_args, perhaps
        conn_id = arguments.pop(connection, common_id)
        given = {hook_arguments[each]: arguments.pop(each) for each in list(arguments) if each in hook_arguments}
        hook_params = {each: value for each, value in given.items() if value is not None}
        if hook_params:
            arguments["hook_params"] = {**hook_params, **(arguments.get("hook_params") or {})}
        super(made, self).__init__(conn_id=conn_id, **arguments)

    body = {
        "__init__": __init__,
        "__module__": module,
        "__doc__": common.__doc__,
        "more_arguments": (connection, *hook_arguments),
    }
    made: Any = type(common)(name, (common,), body)
    return made
