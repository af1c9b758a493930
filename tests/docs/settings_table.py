"""The table of docs/settings.md, made of the product's own table. `python tests/docs/settings_table.py` writes it."""

from __future__ import annotations

import re
from pathlib import Path

from fanjet.settings.table import SETTINGS, Setting

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
_TABLE = re.compile(r"(?<=<!-- table of settings -->\n).*?(?=<!-- end of the table -->)", re.DOTALL)


def render_table() -> str:
    """One row per setting."""
    head = "| in `fanjet.toml` | in the environment | default | what it means |\n|---|---|---|---|\n"
    return head + "".join(map(_render_row, SETTINGS))


def _render_row(setting: Setting) -> str:
    default = _say_default(setting)
    return f"| `{setting.name}` | `{setting.variable}` | {default} | {_escape(setting.help)} |\n"


def _escape(text: str) -> str:
    """As Markdown shows it: a placeholder such as <home> is no HTML."""
    return text.replace("<", "&lt;").replace("|", "\\|")


def _say_default(setting: Setting) -> str:
    if setting.default is None:
        return "unset"
    if isinstance(setting.default, dict):
        return "`" + ", ".join(f"{name}={slots}" for name, slots in setting.default.items()) + "`"
    if isinstance(setting.default, float):
        return f"`{setting.default:g}`"
    return f"`{setting.default}`"


def find_table() -> str:
    """The table as it stands in the page."""
    match = _TABLE.search(PAGE.read_text(encoding="utf-8"))
    assert match is not None, f"{PAGE} has lost the comments around its table"
    return match[0]


def write_table() -> None:
    """Bring the page up to date."""
    PAGE.write_text(_TABLE.sub(lambda _: render_table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write_table()
