"""`fanjet settings`."""

from __future__ import annotations

from pathlib import Path

import click

from fanjet.cli.output import json_option, print_json_rows, print_text
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import Terminal, look_at
from fanjet.runtime.masked_urls import mask_urls
from fanjet.runtime.secrets import MASK
from fanjet.settings import Settings, load_settings
from fanjet.settings.load import find_stray_variables
from fanjet.settings.table import SETTINGS, Setting
from fanjet.store.database.database import mask_url

_COLUMNS = (Column("SETTING"), Column("VALUE", flexible=True), Column("FROM", flexible=True))


@click.command(name="settings")
@json_option
def command(as_json: bool) -> None:
    """Show each setting with its value and where it comes from.

    A setting is taken from the first of these that has it: a flag of the command, its environment variable
    FANJET_<NAME>, the nearest fanjet.toml at or above the DAG file or the current folder, <home>/fanjet.toml, the
    default.
    """
    settings = load_settings()
    if as_json:
        print_json_rows(_as_data(setting, settings) for setting in SETTINGS)
        return
    terminal = look_at()
    rows = [_as_row(setting, settings) for setting in SETTINGS]
    print_text(render_table(_COLUMNS, rows, terminal) + "\n" + _explain(terminal))
    if strays := find_stray_variables():
        print_text(f"\nVariables that are no settings: {', '.join(strays)}\n")


def _as_data(setting: Setting, settings: Settings) -> dict[str, object]:
    value = getattr(settings, setting.name)
    return {
        "name": setting.name,
        "value": _mask(setting, str(value)) if isinstance(value, Path | str) else value,
        "from": settings.origins[setting.name],
        "default": setting.default,
        "variable": setting.variable,
        "help": setting.help,
    }


def _as_row(setting: Setting, settings: Settings) -> list[str | Cell]:
    origin, value = settings.origins[setting.name], getattr(settings, setting.name)
    return [
        setting.name,
        _say_value(_mask(setting, str(value)) if isinstance(value, Path | str) else value),
        Cell(origin, "dim" if origin == "default" else ""),
    ]


def _mask(setting: Setting, text: str) -> str:
    if setting.secret:
        return MASK
    return mask_url(text) if setting.name == "database" else mask_urls(text)


def _say_value(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{name}={slots}" for name, slots in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _explain(terminal: Terminal) -> str:
    """What each setting means, one indented paragraph each."""
    import textwrap  # noqa: PLC0415 - late: only this screen wraps text

    width = min(terminal.width, 100) - 2
    return "".join(
        f"{terminal.style(setting.name, 'bold')} ({setting.variable})\n"
        + textwrap.indent(textwrap.fill(setting.help, width), "  ")
        + "\n"
        for setting in SETTINGS
    )
