"""Responses as data: how they travel from a trigger to its task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanjet.operators.libraries import import_library


def pack_response(response: Any) -> dict[str, Any]:
    """The parts of a `requests.Response`."""
    return {
        "status_code": response.status_code,
        "reason": response.reason,
        "url": response.url,
        "headers": dict(response.headers),
        "cookies": dict(response.cookies),
        "encoding": response.encoding,
        "content": response.content,
        "history": [pack_response(each) for each in response.history],
    }


def unpack_response(parts: Mapping[str, Any]) -> Any:
    """A `requests.Response` of its parts."""
    requests = import_library("requests", "fanjet[http]", "HTTP")
    response = requests.Response()
    for name in ("status_code", "reason", "url", "encoding"):
        setattr(response, name, parts[name])
    response.headers.update(parts["headers"])
    for name, value in parts["cookies"].items():
        response.cookies.set(name, value)
    response._content = parts["content"]  # noqa: SLF001 - requests has no other way to make one
    response.history = [unpack_response(each) for each in parts["history"]]
    return response
