"""What is wrong with a request beside the values in it: nothing is accepted and ignored."""

from __future__ import annotations

from difflib import get_close_matches

from fastapi import HTTPException, Request
from fastapi.routing import APIRoute

_JSON = "application/json"


async def check_request(request: Request) -> None:
    """Refuse parameters that the path does not know, and bodies that are not JSON.

    Raises:
        HTTPException: 422 with the known names; 415 with the content type that is wanted.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = sorted(str(field.alias) for field in route.dependant.query_params)
    for name in request.query_params:
        if name not in known:
            raise HTTPException(422, _explain_name(name, known, request.url.path))
    if route.body_field is not None and await request.body() and not _is_json(request):
        sent = request.headers.get("content-type") or "none"
        raise HTTPException(415, f"The body has to be JSON. Fix: send 'Content-Type: {_JSON}'; it was {sent}.")


def _explain_name(name: str, known: list[str], path: str) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    names = ", ".join(known) if known else "no parameters"
    return f"There is no parameter {name!r}. {hint}{path} knows {names}."


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == _JSON or kind.endswith("+json")
