"""One line of a benchmark's table, and the JSON of all of it."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One measured thing."""

    name: str
    #: Ours and the peer's, in `unit`; None where there is nothing to compare with.
    ours: float
    peer: float | None
    unit: str
    #: Ours over the peer's where more is better (rates), the same where less is better (times).
    ratio: float | None
    #: The promise, in words, and whether this run kept it; None where nothing is promised.
    target: str = ""
    kept: bool | None = None
    details: dict[str, Any] = field(default_factory=dict)


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    return {"python": platform.python_version(), "system": platform.platform(), "processor": platform.machine()}


def show(lines: Sequence[Line]) -> str:
    """The table for people."""
    header = ("what", "fanjet", "beside", "unit", "ratio", "target", "kept")
    rows = [header] + [
        (
            line.name,
            f"{line.ours:,.4g}" if line.ours < 1000 else f"{line.ours:,.0f}",
            "" if line.peer is None else f"{line.peer:,.4g}" if line.peer < 1000 else f"{line.peer:,.0f}",
            line.unit,
            "" if line.ratio is None else f"{line.ratio:.2f}",
            line.target,
            {True: "yes", False: "NO", None: ""}[line.kept],
        )
        for line in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in {1, 2, 4} else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def write_json(path: Path, name: str, lines: Sequence[Line]) -> None:
    """Write the figures for programs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"benchmark": name, "machine": machine(), "lines": list(map(asdict, lines))}, indent=1))
