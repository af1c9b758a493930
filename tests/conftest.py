from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from databases import database, postgres, postgres_database

__all__ = ["database", "postgres", "postgres_database"]  # fixtures for all


@pytest.fixture(scope="session", autouse=True)
def _home_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the home of whoever runs it, also where it sets none of its own."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("FANJET_HOME", str(tmp_path_factory.mktemp("nobody") / "home"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_reaches_programs() -> None:
    """Also where the tests were started in the background of a shell, which has what they start ignore Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
