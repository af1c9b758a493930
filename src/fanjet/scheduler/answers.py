"""Answers what running tries and loading DAG files ask, from what is committed."""

from __future__ import annotations

from fanjet.errors import FanjetError
from fanjet.model.requests import (
    Count,
    CountValues,
    DeleteVariable,
    Failure,
    FindConnection,
    FindVariable,
    GetMapLength,
    GetValues,
    Request,
    Response,
    SetVariable,
)
from fanjet.scheduler.lookups import look_up
from fanjet.store.journal import Journal
from fanjet.store.vault import NewEntry, Vault


class Answers:
    """The scheduler's side of `TryClient.ask`.

    Args:
        journal: What the runs have recorded.
        vault: Variables and connections.
    """

    def __init__(self, journal: Journal, vault: Vault) -> None:
        self._journal = journal
        self._vault = vault

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
                case FindVariable() | FindConnection():
                    return look_up(self._vault, request)
                case SetVariable(name, value, description):
                    self._vault.put("variable", [NewEntry(name=name, value=value, description=description)])
                    return Count(1)
                case DeleteVariable(name):
                    return Count(self._vault.delete("variable", [name]))
        except FanjetError as error:
            return Failure(str(error))
