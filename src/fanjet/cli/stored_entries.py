"""What the commands for variables and for connections share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from fanjet.cli.output import print_text
from fanjet.errors import OperationError
from fanjet.store.secrets.statements_vault import Kind
from fanjet.store.secrets.vault import Vault

_Function = TypeVar("_Function", bound=Callable[..., Any])


def reveal_option(function: _Function) -> _Function:
    """Adds `--reveal`."""
    return click.option("--reveal", is_flag=True, help="Print secrets too.")(function)


def print_shadowing(prefixes: Sequence[str]) -> None:
    """Name what stands in the environment, without the values."""
    names = sorted(name for name in os.environ if name.startswith(tuple(prefixes)))
    if names:
        print_text(f"\nIn the environment, which goes first: {', '.join(names)}\n")


def delete_entries(vault: Vault, kind: Kind, names: Sequence[str]) -> None:
    """Remove entries, all or none.

    Raises:
        OperationError: One is not there; near names are suggested.
    """
    known = set(vault.list_names(kind))
    for name in names:
        if name not in known:
            near = vault.find_near(kind, name)
            hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise OperationError(f"There is no stored {kind} {name!r}. Nothing was deleted.{hint}")
    count = vault.delete(kind, names)
    print_text(f"{count} {kind}{'' if count == 1 else 's'} deleted.\n")
