"""The lazy command group: knows all commands by name, imports the one that is called."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

#: By name: the module of the command, and what `fanjet --help` says without importing it.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("fanjet.cli.run", "Run the DAGs of a file to their end, with live progress."),
    "up": ("fanjet.cli.up", "Run a service: the DAG files of a folder, by their schedules and on demand."),
    "dags": ("fanjet.cli.dags", "Show and switch the DAGs of a service."),
    "trigger": ("fanjet.cli.trigger", "Ask a service for a run of a DAG."),
    "backfill": ("fanjet.cli.backfill", "Make up for the runs of a span of time, in a service."),
    "resume": ("fanjet.cli.resume", "Go on with a run whose process died or was stopped."),
    "rerun": ("fanjet.cli.rerun", "Run instances of a run again, with all that depends on them."),
    "mark": ("fanjet.cli.mark", "Give instances of a run a state by hand."),
    "cancel": ("fanjet.cli.cancel", "Cancel a run, or a task of it."),
    "watch": ("fanjet.cli.watch", "Show how a run goes on that another process carries out."),
    "check": ("fanjet.cli.check", "Load DAG files and report everything that is wrong with them."),
    "next": ("fanjet.cli.next_runs", "Print when the DAGs of a file are due next."),
    "runs": ("fanjet.cli.runs", "List runs, the latest first."),
    "show": ("fanjet.cli.show", "Show one run: its tasks with counts, and what failed; or one instance."),
    "note": ("fanjet.cli.note", "Keep a note with a run."),
    "logs": ("fanjet.cli.logs", "Print what an instance wrote."),
    "xcom": ("fanjet.cli.xcom", "Print the values that instances returned or pushed."),
    "pools": ("fanjet.cli.pools", "Show and change the pools that bound what runs at once."),
    "prune": ("fanjet.cli.prune", "Remove old runs, with their values, logs and files."),
    "variables": ("fanjet.cli.variables", "Show and change the variables that DAG files read."),
    "connections": ("fanjet.cli.connections", "Show and change the connections that tasks use."),
    "secrets": ("fanjet.cli.secrets", "Make and change the keys that both are encrypted with."),
    "db": ("fanjet.cli.db", "Look at the database, bring it up to date, copy it to PostgreSQL."),
    "settings": ("fanjet.cli.settings", "Show each setting with its value and where it comes from."),
    "version": ("fanjet.cli.version", "Print the version."),
}


class ReaderGoneError(Exception):
    """Whoever read the standard output went away."""


class LazyGroup(click.Group):
    """A group whose commands are modules with an attribute `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As in click, but a misspelt name is answered with the nearest one, a file with `fanjet run`."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, n=1)
            if name.endswith(".py"):
                ctx.fail(f"there is no command {name!r}. To run a DAG file: fanjet run {name}")
            ctx.fail(f"there is no command {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click would make exit status 1 of a closed pipe, like that of a run that failed."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGoneError from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The list in `--help`, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


_HELP = """Fanjet runs workflows that find out at run time what there is to do.

Start with a DAG file:

\b
  fanjet run examples/hyperparameter_sweep.py
  fanjet show            what became of the latest run
  fanjet resume          go on after a crash
"""


@click.group(
    cls=LazyGroup, help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="fanjet", message="fanjet %(version)s")
def fanjet() -> None:
    """All commands."""
