"""docs/commands.md has every command with every option, as `--help` has them."""

from __future__ import annotations

import re

import click

from docs.option_tables import PAGE, commands_with_options, find_commands, find_tables, render_table


def test_every_option_is_in_its_table() -> None:
    """Options, their spellings and what they do are those of `--help`."""
    tables = find_tables()
    assert tables.keys() == commands_with_options()
    for name, table in tables.items():
        assert table == render_table(name), f"{name}: run python tests/docs/option_tables.py"


def test_every_command_has_a_heading_with_its_arguments() -> None:
    """Headings are ``## `fanjet show [RUN]` ``, in the order of `fanjet --help`; below groups one level deeper."""
    headings = re.findall(r"^###? `fanjet (.*?)`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    usages = []
    for name, command in find_commands().items():
        context = click.Context(command, info_name=name)
        arguments = [param.make_metavar(context) for param in command.params if isinstance(param, click.Argument)]
        usages.append(" ".join([name, *arguments]))
    assert headings == usages
