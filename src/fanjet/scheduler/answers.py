"""Answers what running tries ask, from what is committed."""

from __future__ import annotations

from fanjet.errors import FanjetError
from fanjet.model.requests import Count, CountValues, Failure, GetMapLength, GetValues, Request, Response
from fanjet.store.journal import Journal


class Answers:
    """The scheduler's side of `TryClient.ask`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def __call__(self, run: int, request: Request) -> Response:
        """Answer one request of a try of this run; a failure is an answer too, so that only that try suffers."""
        try:
            match request:
                case GetValues():
                    return self._journal.get_values(run, request)
                case CountValues():
                    return Count(self._journal.count_values(run, request))
                case GetMapLength():
                    return Count(self._journal.get_map_length(run, request))
        except FanjetError as error:
            return Failure(str(error))
