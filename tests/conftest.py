from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _home_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the home of whoever runs it, also where it sets none of its own."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("FANJET_HOME", str(tmp_path_factory.mktemp("nobody") / "home"))
        yield
