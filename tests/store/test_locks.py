"""What only one process does at a time."""

from __future__ import annotations

from contextlib import closing
from threading import Event, Thread

from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database


def test_a_lock_is_held_from_the_first_line_on(database: Database) -> None:
    """Also where nothing is asked of the database inside, as when a file is read and written."""
    is_inside, may_go, order = Event(), Event(), []

    def be_second() -> None:
        with closing(open_writer(database, 20.0)) as connection, connection.transaction(lock="vault"):
            order.append("second")

    def be_first() -> None:
        with closing(open_writer(database, 20.0)) as connection, connection.transaction(lock="vault"):
            is_inside.set()
            may_go.wait(20.0)
            order.append("first")

    first, second = Thread(target=be_first), Thread(target=be_second)
    first.start()
    assert is_inside.wait(20.0)
    second.start()
    second.join(0.3)
    assert second.is_alive(), "it waits"
    may_go.set()
    for thread in (first, second):
        thread.join(20.0)
    assert order == ["first", "second"]
