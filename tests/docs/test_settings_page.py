"""docs/settings.md says what the product does."""

from __future__ import annotations

from pathlib import Path

from docs.pages import ROOT, read_blocks
from docs.settings_table import PAGE, find_table, render_table
from fanjet.settings import load_settings


def test_table_is_current() -> None:
    """Every setting is there, with its variable, default and meaning."""
    assert find_table() == render_table(), "run: python tests/docs/settings_table.py"


def test_example_file_and_variables_mean_the_same(tmp_path: Path) -> None:
    """The `fanjet.toml` of the page is understood, and the line for the environment sets the same values."""
    text = PAGE.read_text(encoding="utf-8")
    (file,) = [block for block in read_blocks(PAGE) if block.kind == "file"]
    (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    (export,) = [line for line in text.splitlines() if line.startswith("$ export ")]
    variables = dict(pair.split("=", 1) for pair in export.removeprefix("$ export ").split())
    from_file = load_settings(start=tmp_path, environ={})
    from_variables = load_settings(start=ROOT, environ=variables)
    assert from_file.home == tmp_path / "state"
    for name in ("workers", "kill_grace_s", "pools"):
        assert from_file.origins[name] == str(tmp_path / "fanjet.toml")
        assert getattr(from_file, name) == getattr(from_variables, name)
