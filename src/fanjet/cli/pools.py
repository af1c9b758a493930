"""`fanjet pools`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fanjet.cli.arguments import Count, home_option
from fanjet.cli.finding import settings_of
from fanjet.cli.output import json_option, print_json_rows, print_text
from fanjet.cli.quantities import say_count
from fanjet.cli.tables import Column, render_table
from fanjet.cli.terminal import look_at
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database
from fanjet.store.service.pools import NO_LIMIT, PoolRow, Pools

_COLUMNS = (Column("POOL"), Column("SLOTS", right=True), Column("FROM"), Column("DESCRIPTION", flexible=True))


@click.group(name="pools")
def command() -> None:
    """Show and change the pools that bound what runs at once.

    A task takes slots of its pool (`pool=`, `pool_slots=`) while it runs. The pools of the database hold for all runs
    and all schedulers, and go before those of the same names in the settings.
    """


@command.command(name="list")
@json_option
@home_option
def list_(as_json: bool, home: Path | None) -> None:
    """List the pools of the database and of the settings."""
    settings = settings_of(home)
    with _open(settings) as pools:
        rows = _list_all(settings, pools.list_all())
    if as_json:
        print_json_rows(rows)
        return
    table = [
        [
            row["pool"],
            "no limit" if row["slots"] is None else f"{row['slots']:,}",
            row["from"],
            row["description"] or "",
        ]
        for row in rows
    ]
    print_text(render_table(_COLUMNS, table, look_at()))


@command.command(name="set", context_settings={"ignore_unknown_options": True})  # -1 is no option
@click.argument("name", metavar="POOL")
@click.argument("slots", type=Count(NO_LIMIT))
@click.option("--description", metavar="TEXT", help="What the pool is for.")
@home_option
def set_(name: str, slots: int, description: str | None, home: Path | None) -> None:
    """Make POOL, or give it other SLOTS; -1 for no limit. What runs goes on, also when there are fewer now."""
    with _open(settings_of(home)) as pools:
        pools.put(name, slots, description)
    print_text(f"Pool {name!r} has {'no limit' if slots < 0 else say_count(slots, 'slot')}.\n")


@command.command()
@click.argument("name", metavar="POOL")
@home_option
def delete(name: str, home: Path | None) -> None:
    """Remove POOL from the database. Runs whose tasks want it cannot start then."""
    with _open(settings_of(home)) as pools:
        pools.delete(name)
    print_text(f"Pool {name!r} is removed.\n")


def _open(settings: Settings) -> Pools:
    return Pools.open(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s)


def _list_all(settings: Settings, stored: list[PoolRow]) -> list[dict[str, Any]]:
    rows = {
        name: {"pool": name, "slots": slots, "from": "settings", "description": None}
        for name, slots in settings.pools.items()
    }
    for pool in stored:
        slots = None if pool.slots < 0 else pool.slots
        rows[pool.name] = {"pool": pool.name, "slots": slots, "from": "database", "description": pool.description}
    return [rows[name] for name in sorted(rows)]
