"""The last table of docs/airflow-compatibility.md, made of the product's own. Running this file writes it."""

from __future__ import annotations

import re
from pathlib import Path

from fanjet.airflow.table import GONE_MODULES, MODULES
from fanjet.airflow.table.entries import Missing

PAGE = Path(__file__).parents[2] / "docs" / "airflow-compatibility.md"
_TABLE = re.compile(r"(?<=<!-- names that are not there -->\n).*?(?=<!-- end of the names -->)", re.DOTALL)


def render_table() -> str:
    """One row per reason."""
    rows: dict[Missing, dict[str, None]] = {}
    for names in MODULES.values():
        for name, entry in names.items():
            if isinstance(entry, Missing):
                rows.setdefault(entry, {})[name] = None
    for module, entry in GONE_MODULES.items():
        rows.setdefault(entry, {})[module] = None
    head = "| names | why | instead |\n|---|---|---|\n"
    return head + "".join(
        f"| {', '.join(f'`{name}`' for name in sorted(names))} | {entry.reason} | {entry.fix} |\n"
        for entry, names in sorted(rows.items(), key=lambda row: row[0].reason)
    )


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
