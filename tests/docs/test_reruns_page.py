"""docs/reruns.md: the dry runs of the nested example print what the page shows."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from docs.pages import ROOT, read_blocks
from docs.sessions import Step, agrees, read_steps
from fanjet.cli.main import main
from fanjet.testing import run_dag

PAGE = ROOT / "docs" / "reruns.md"
EXAMPLE = ROOT / "examples" / "nested_cross_validation.py"

#: In place of all the searching.
REPLACED = {
    "each_model.each_fold.tune": lambda model, fold, seed: [0.9, 0.8],
    "each_model.each_fold.of_fold": lambda model, fold, scores: [0.9, 0.8],
    "each_model.of_model": lambda model, folds: {"model": model},
}


@pytest.fixture
def make_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Path]:
    """A home with a run of the example whose tasks do nothing."""

    def make(kind: str) -> Path:
        home = tmp_path / kind
        home.mkdir()
        keep = type("Keep", (), {"__enter__": lambda _: str(home), "__exit__": lambda *_: None})
        with monkeypatch.context() as patch:
            patch.setattr(tempfile, "TemporaryDirectory", lambda **_: keep())
            replaced = dict(REPLACED)
            if kind == "failed":
                replaced["each_model.each_fold.tune[1,2,0]"] = ValueError("no convergence")
            result = run_dag(EXAMPLE, values={"load_loans": None, "ranking": []}, replace=replaced)
        assert result.state == ("failed" if kind == "failed" else "success")
        return home

    return make


def test_the_dry_runs_print_what_the_page_shows(
    make_home: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = [block for block in read_blocks(PAGE) if block.kind == "dryrun"]
    assert [block.name for block in blocks] == ["failed", "succeeded"]
    for block in blocks:
        monkeypatch.setenv("FANJET_HOME", str(make_home(block.name)))
        for step in read_steps(block.text):
            printed = _call(step, capsys)
            assert step.output, f"{block.place}: $ {step.command}\n{printed}"
            assert agrees(step.output, printed), f"{block.place}: $ {step.command}\n{printed}"


def _call(step: Step, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        main(shlex.split(step.command)[1:])
    sys.stdout.flush()
    assert caught.value.code == 0
    return capsys.readouterr().out
