"""Variables and connections for those who may not open the database: tries, and DAG files that are being loaded."""

from __future__ import annotations

from fanjet.model.requests import FindVariable, Found, Lookup
from fanjet.store.secrets.statements_vault import Kind
from fanjet.store.secrets.vault import Vault


def look_up(vault: Vault, request: Lookup) -> Found:
    """What the store has.

    Raises:
        OperationError: It cannot be decrypted.
        ExecutionError: The database cannot be read.
    """
    kind: Kind = "variable" if isinstance(request, FindVariable) else "connection"
    entry = vault.find(kind, request.name)
    if entry is not None:
        return Found(entry.value, secret=entry.secret)
    return Found(None, near=tuple(vault.find_near(kind, request.name)) if request.suggest else ())
