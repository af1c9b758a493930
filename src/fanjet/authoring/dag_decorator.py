"""`@dag`: functions that make DAGs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.dag import DAG
from fanjet.authoring.dag_param import DagParam
from fanjet.authoring.dag_result import mark_returned
from fanjet.errors import DagTypeError

#: The attribute by which ``@dag`` functions are known.
_MARK = "__fanjet_dag_id__"


def dag(dag_id: Any = None, /, **options: Any) -> Any:
    """Make a function a factory of DAGs: ``@dag`` or ``@dag(schedule=None)``; call it to make the DAG.

    The parameters of the function become params of the DAG; inside it they stand for the values of the run. If it
    returns what a task returns, that is the result of the DAG.

    Args:
        dag_id: The id; the name of the function if left out. Or the function, without arguments.
        options: Arguments of `DAG`.
    """
    if callable(dag_id):
        return _factory(dag_id, dag_id.__name__, options)
    given = options.pop("dag_id", dag_id)

    def decorator(function: Callable[..., Any]) -> Callable[..., DAG]:
        return _factory(function, given or function.__name__, options)

    return decorator


def _factory(function: Callable[..., Any], dag_id: str, options: dict[str, Any]) -> Callable[..., DAG]:
    signature = read_signature(function)

    @wraps(function)
    def factory(*args: Any, **kwargs: Any) -> DAG:
        if args and len(args) > len(signature.positional):
            raise DagTypeError(f"@dag function '{dag_id}' takes {len(signature.positional)} arguments.")
        signature.check_names(tuple(kwargs), f"@dag function '{dag_id}'")
        given = dict(zip(signature.positional, args, strict=False)) | kwargs
        with DAG(dag_id, **{"doc_md": function.__doc__, **options}) as made:
            arguments = {name: DagParam(made, name, given, signature.defaults) for name in signature.names}
            mark_returned(made, function(**arguments))
        return made

    setattr(factory, _MARK, dag_id)
    return factory


def find_factories(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The ``@dag`` functions among the variables of a module that were written there, by name."""
    return {
        name: value
        for name, value in namespace.items()
        if hasattr(value, _MARK) and getattr(value, "__module__", None) == namespace.get("__name__")
    }
