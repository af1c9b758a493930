"""`fanjet secrets`."""

from __future__ import annotations

from pathlib import Path

import click

from fanjet.bootstrap.stored_lookups import open_vault
from fanjet.cli.arguments import home_option
from fanjet.cli.finding import settings_of
from fanjet.cli.output import print_text
from fanjet.store.secrets.key_file import KEY_FILE_NAME, new_key


@click.group(name="secrets")
def command() -> None:
    """Keys that stored variables and connections are encrypted with."""


@command.command(name="new-key")
def new_key_() -> None:
    """Print a fresh key, for FANJET_FERNET_KEY."""
    print_text(f"{new_key()}\n")


@command.command(name="rotate-key")
@home_option
def rotate_key(home: Path | None) -> None:
    """Encrypt all variables and connections anew.

    With FANJET_FERNET_KEY=new,old they are encrypted with the new key; the old one can be left out afterwards.
    Without it a new key takes the place of the one in the key file. Runs go on meanwhile.
    """
    settings = settings_of(home)
    with open_vault(settings) as vault:
        count = vault.rotate_key()
    values = f"{count} value{'' if count == 1 else 's'}"
    key = "the first key of fernet_key" if settings.fernet_key else f"a new key, in {settings.home / KEY_FILE_NAME}"
    print_text(f"{values} encrypted with {key}. Only that key is needed from now on.\n")
