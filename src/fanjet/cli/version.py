"""`fanjet version`."""

from __future__ import annotations

import platform
from importlib.metadata import version

import click

from fanjet.cli.output import json_option, print_json, print_text


@click.command(name="version")
@json_option
def command(as_json: bool) -> None:
    """Print the version."""
    facts = {"fanjet": version("fanjet"), "python": platform.python_version()}
    if as_json:
        print_json(facts)
    else:
        print_text(f"fanjet {facts['fanjet']} (Python {facts['python']})\n")
