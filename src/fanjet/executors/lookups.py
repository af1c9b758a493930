"""What DAG files ask while they are loaded: it belongs to no run."""

from __future__ import annotations

from fanjet.errors import FanjetError, InvariantError
from fanjet.executors.port import Serve
from fanjet.model.requests import Failure, Found, Lookup

#: In the place of a run's number.
NO_RUN = 0


def answer_lookup(serve: Serve, request: Lookup) -> Found | Failure:
    """The answer for a DAG file that is being loaded."""
    try:
        answer = serve(NO_RUN, request)
    except FanjetError as error:
        return Failure(str(error))
    if not isinstance(answer, Found | Failure):
        raise InvariantError(f"the answer to {request!r} is a {type(answer).__name__}")
    return answer
