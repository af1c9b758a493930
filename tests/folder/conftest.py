"""A DAG folder, a home, and what the store says of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from fanjet.folder.dag_folder import DagFolder
from fanjet.parsing.report import ParseError
from fanjet.settings import load_settings
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.service.dag_files import DagFiles, DagPlace, FileRow
from fanjet.store.service.dag_overview import DagOverview
from fanjet.store.service.rows import DagRow


class Place:
    """A folder of DAG files with the home that knows of it."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home = home
        self.folder = folder
        self.settings: dict[str, object] = {"home": str(home), "dags": str(folder)}
        self.database = Database(home)

    def write(self, name: str, text: str | bytes) -> Path:
        """Replace a file in one step. Every file is old, as if nobody had touched it lately."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        new.write_bytes(text.encode() if isinstance(text, str) else text)
        os.utime(new, (time.time() - 3600, time.time() - 3600))
        new.replace(path)
        return path

    def write_dag(self, name: str, dag_id: str, *, head: str = "", options: str = "") -> Path:
        return self.write(name, dag_text(dag_id, head=head, options=options))

    @contextmanager
    def open(self, *, is_service: bool = True, **settings: object) -> Iterator[DagFolder]:
        loaded = load_settings({**self.settings, **settings}, environ={})
        with DagFolder(loaded, is_service=is_service) as folder:
            yield folder

    def dags(self) -> dict[str, DagRow]:
        """The DAGs that are there, by id."""
        with DagOverview.open(self.database) as reader:
            return {dag.dag_id: dag for dag in reader.list_all_dags()}

    def ids(self) -> list[str]:
        return sorted(self.dags())

    def errors(self) -> list[ParseError]:
        with self.open() as folder:
            return folder.errors

    def files(self) -> dict[str, FileRow]:
        return {row.file: row for row in self.store(lambda store: store.list_files())}

    def find(self, dag_id: str) -> DagPlace | None:
        found: DagPlace | None = self.store(lambda store: store.find_dag(dag_id))
        return found

    def store(self, ask: Any) -> Any:
        with closing(open_writer(self.database, 5.0)) as connection:
            return ask(DagFiles(connection, str(self.folder)))

    def select(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with closing(open_writer(self.database, 5.0)) as connection:
            return connection.select(statement, *parameters)


def dag_text(dag_id: str, *, head: str = "", options: str = "") -> str:
    return f"""\
from fanjet import dag, task
{head}
@dag(dag_id={dag_id!r}{", " + options if options else ""})
def flow():
    @task
    def first():
        return 1

    first()

flow()
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "dags"
    folder.mkdir()
    return Place(tmp_path / "home", folder)


@pytest.fixture
def looking(place: Place) -> Iterator[DagFolder]:
    """The folder as a service looks at it."""
    with place.open() as folder:
        yield folder
