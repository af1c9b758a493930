"""Tables of options in docs/commands.md, as `--help` has them. `python tests/docs/option_tables.py` writes them."""

from __future__ import annotations

import re
from pathlib import Path

import click

from fanjet.cli.group import COMMANDS, fanjet

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
_TABLE = re.compile(r"(?P<head><!-- options of (?P<name>[\w -]+) -->\n).*?(?=<!-- end of the options -->)", re.DOTALL)


def find_commands() -> dict[str, click.Command]:
    """All commands in the order of `--help`, each with those below it: ``variables``, ``variables list``, ..."""
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command = fanjet.get_command(click.Context(fanjet), name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found.update({f"{name} {below}": each for below, each in command.commands.items()})
    return found


def render_table(name: str) -> str:
    """One row per option of a command, but `--help` and `--home`, which the page explains once."""
    command = find_commands()[name]
    context = click.Context(command, info_name=name)
    options = [option for option in command.params if isinstance(option, click.Option) and option.name != "home"]
    records = [option.get_help_record(context) for option in options]
    rows = [f"| `{_escape(spelling)}` | {_escape(text)} |\n" for spelling, text in filter(None, records)]
    return "| option | what it does |\n|---|---|\n" + "".join(rows)


def _escape(text: str) -> str:
    """As Markdown shows it: placeholders are no HTML, JSON is code."""
    text = re.sub(r"'(\{.*?\})'", r"`'\1'`", text)
    return re.sub(r"\s+", " ", text).replace("<", "&lt;").replace("|", "\\|")


def find_tables() -> dict[str, str]:
    """The tables as they stand in the page, by command."""
    text = PAGE.read_text(encoding="utf-8")
    return {match["name"]: match[0].removeprefix(match["head"]) for match in _TABLE.finditer(text)}


def write_tables() -> None:
    """Bring the page up to date."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_TABLE.sub(lambda match: match["head"] + render_table(match["name"]), text), encoding="utf-8")


def commands_with_options() -> set[str]:
    """The commands that need a table."""
    return {name for name in find_commands() if render_table(name).count("\n") > 2}


if __name__ == "__main__":
    write_tables()
