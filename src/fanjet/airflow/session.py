"""Sessions with Airflow's database, which there is none of: code that asks for one gets an error when it runs.

`provide_session` itself may decorate what a file defines and never calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NoReturn

from fanjet.errors import OperationError

#: The default of a parameter that `provide_session` fills in.
NEW_SESSION: Any = None


class NoDatabaseSessionError(OperationError):
    """A task asks for a session with Airflow's database."""

    def __init__(self) -> None:
        super().__init__(
            "There is no session with Airflow's database here: tasks never see Fanjet's own. "
            "Fix: use the context, ti.xcom_pull, Variable and Connection."
        )


def provide_session(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; calling it without a session of the caller's own is an error."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs.get("session") is None:
            raise NoDatabaseSessionError
        return function(*args, **kwargs)

    return call


@contextmanager
def create_session(**_: Any) -> Iterator[NoReturn]:
    """Always raises.

    Raises:
        NoDatabaseSessionError: There is no such session.
    """
    raise NoDatabaseSessionError
    yield


class _Session:
    """`settings.Session`, which may be imported but not used."""

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise NoDatabaseSessionError

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NoDatabaseSessionError


Session = _Session()
