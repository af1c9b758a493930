from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.seeding import seed
from fanjet.cli.main import main


class Result(NamedTuple):
    status: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two runs; only to be read."""
    home = tmp_path_factory.mktemp("seeded") / "home"
    seed(home)
    return home


@pytest.fixture
def call(
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Call:
    """Calls the command in this process, in an empty folder, off a terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANJET_HOME", str(tmp_path / "home"))

    def call(*arguments: str, home: Path | None = None) -> Result:
        if home is not None:
            monkeypatch.setenv("FANJET_HOME", str(home))
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        assert isinstance(caught.value.code, int)
        return Result(caught.value.code, out.decode("utf-8", "surrogateescape"), err.decode())

    return call
