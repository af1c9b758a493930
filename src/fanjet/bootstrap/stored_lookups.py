"""Variables and connections of a home, for who asks without any run."""

from __future__ import annotations

from fanjet.errors import ExecutionError, FanjetError
from fanjet.model.requests import (
    Count,
    DeleteVariable,
    Failure,
    FindConnection,
    FindVariable,
    Found,
    Lookup,
    Request,
    SetVariable,
)
from fanjet.settings.load import load_settings
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database
from fanjet.store.secrets.lookups import look_up
from fanjet.store.secrets.vault import NewEntry, Vault


def open_vault(settings: Settings) -> Vault:
    """The variables and connections of a home."""
    return Vault(Database.of(settings), settings.fernet_key, busy_timeout_s=settings.db_busy_timeout_s)


def answer_lookup(settings: Settings, request: Lookup) -> Found | Failure:
    """The answer for a DAG file that another process loads. Thread-safe."""
    try:
        with open_vault(settings) as vault:
            return look_up(vault, request)
    except FanjetError as error:
        return Failure(str(error))


def ask_home(request: Request) -> Found | Count:
    """The answer for this process, which no run has to do with, such as a script or a notebook.

    Raises:
        OperationError: A name cannot be used, or a value cannot be decrypted.
        ExecutionError: The store cannot be read or written.
    """
    with open_vault(load_settings({})) as vault:
        match request:
            case FindVariable() | FindConnection():
                return look_up(vault, request)
            case DeleteVariable(name):
                return Count(vault.delete("variable", [name]))
            case SetVariable(name, value, description):
                vault.put("variable", [NewEntry(name=name, value=value, description=description)])
                return Count(1)
    raise ExecutionError("Values of tasks can be read in a running try only.")
