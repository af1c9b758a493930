"""What docs/postgresql.md shows of a terminal is what one gets with a PostgreSQL server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.fanjet_command import environment
from docs.pages import ROOT, Block, read_blocks
from docs.sessions import agrees, read_steps
from postgres_server import PostgresServer

PAGE = ROOT / "docs" / "postgresql.md"
URL = "postgresql://fanjet@localhost/fanjet"
#: By the kind of block: whether the setting is there from the start.
KINDS = {"database": True, "start": False}


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        server.start()
        server.execute("CREATE ROLE fanjet LOGIN")
        yield server
    finally:
        server.close()


@pytest.mark.parametrize("block", [block for block in read_blocks(PAGE) if block.kind in KINDS], ids=lambda b: b.kind)
def test_the_page_shows_what_one_gets(block: Block, server: PostgresServer, tmp_path: Path) -> None:
    name = f"of_{block.kind}"
    server.execute(f"CREATE DATABASE {name} OWNER fanjet")
    url = server.url(name, user="fanjet")
    for file in read_blocks(PAGE):
        if file.kind == "example":
            (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    env = environment(tmp_path / "home") | ({"FANJET_DATABASE": url} if KINDS[block.kind] else {})
    for step in read_steps(block.text):
        done = subprocess.run(
            ["bash", "-c", step.command.replace(URL, f"'{url}'")],
            cwd=tmp_path,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        assert agrees(step.output, done.stdout.replace(url, URL)), done.stdout
