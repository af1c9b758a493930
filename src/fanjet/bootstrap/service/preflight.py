"""What a service looks at before it starts a process: what cannot go well is said once, at once, in one message."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from fanjet.errors import ExecutionError, OperationError
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database

_log = logging.getLogger("fanjet.supervisor")
_ASK_AGAIN_S = 0.5
#: For one attempt; people want to read soon that it is waited for.
_ATTEMPT_S = 5.0


@contextmanager
def refused_at_start() -> Iterator[None]:
    """Within this context what will not pass by itself is a wrong start, as a wrong setting is.

    Raises:
        OperationError: In place of an ExecutionError that is not temporary.
    """
    try:
        yield
    except ExecutionError as error:
        if error.temporary:
            raise
        raise OperationError(str(error)) from error


def wait_for_database(settings: Settings, database: Database) -> None:
    """Make sure that the database can be used, and has its tables.

    One that is just starting, as machines and containers start theirs in any order, is waited for; `db_busy_timeout_s`.

    Args:
        settings: Say how long.
        database: Which.

    Raises:
        OperationError: It cannot be used so: a wrong password, no such database, no right to write.
        ExecutionError: It has not come (`temporary`), or cannot be used for a reason that does not pass.
    """
    from fanjet.store.database.connections import open_writer  # noqa: PLC0415 - late: `fanjet up --help` needs no database

    patience_s = settings.db_busy_timeout_s
    give_up_at, told = time.monotonic() + patience_s, False
    while True:
        try:
            open_writer(database, min(patience_s, _ATTEMPT_S)).close()
        except ExecutionError as error:
            if not error.temporary or time.monotonic() + _ASK_AGAIN_S > give_up_at:
                raise
            if not told:
                _log.warning("%s It is waited for, up to %g s.", error, patience_s)
            told = True
            time.sleep(_ASK_AGAIN_S)
        else:
            return


def prepare_folder(settings: Settings) -> None:
    """Make sure that there is a DAG folder to look at: one that somebody names has to be there, the default is made.

    Raises:
        OperationError: It is not there, or no folder.
        ExecutionError: It cannot be made or read.
    """
    folder, is_default = settings.dags_folder, settings.dags is None
    try:
        if is_default:
            folder.mkdir(parents=True, exist_ok=True)
        os.listdir(folder)  # noqa: PTH208 - only whether it can be
    except FileNotFoundError:
        near = get_close_matches(folder.name, _list_folders(folder.parent), n=1)
        hint = f"Did you mean {folder.parent / near[0]}? Otherwise make it first." if near else "Fix: make it first."
        raise OperationError(f"There is no folder {folder} ({settings.origins['dags']}). {hint}") from None
    except (FileExistsError, NotADirectoryError):
        fix = "name the folder of the DAG files with --dags; `fanjet run FILE` runs one file"
        raise OperationError(f"{folder} is no folder. Fix: {fix}.") from None
    except OSError as error:
        fix = "change its permissions, or name another one with --dags"
        raise ExecutionError(f"The DAG folder {folder} cannot be used ({error.strerror}). Fix: {fix}.") from error


def _list_folders(place: Path) -> list[str]:
    return [path.name for path in place.iterdir() if path.is_dir()] if place.is_dir() else []
