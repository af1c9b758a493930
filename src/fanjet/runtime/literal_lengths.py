"""Lengths that stand in the DAG file need no asking: the store records only those found at run time."""

from __future__ import annotations

from fanjet.model.lengths import LiteralLength
from fanjet.model.requests import Count, GetMapLength, Request, Response
from fanjet.model.spec import DagSpec
from fanjet.runtime.client import TryClient


class LiteralLengths:
    """A `TryClient` that answers by itself how long maps over literals are, and passes on everything else.

    Args:
        client: The way to the world.
        spec: The DAG.
    """

    def __init__(self, client: TryClient, spec: DagSpec) -> None:
        self._client = client
        self._counts = {
            number: Count(mapped.length.count)
            for number, mapped in enumerate(spec.maps)
            if isinstance(mapped.length, LiteralLength)
        }
        self.push = client.push

    def ask(self, request: Request) -> Response:
        """Answer the request, or have it answered."""
        if isinstance(request, GetMapLength) and request.map in self._counts:
            return self._counts[request.map]
        return self._client.ask(request)
