"""What the tests of all examples look at."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "examples"


def counts(run: dict[str, Any]) -> dict[str, Counter[str]]:
    """How many instances of each task ended in each state."""
    found: dict[str, Counter[str]] = {}
    for instance in run["instances"]:
        found.setdefault(instance["task_id"], Counter())[instance["state"]] += 1
    return found


def labels(run: dict[str, Any], task_id: str) -> list[str | None]:
    """The labels of the instances of a task, by index."""
    return [i["label"] for i in sorted(run["instances"], key=lambda i: i["map_index"]) if i["task_id"] == task_id]


def tries(run: dict[str, Any], task_id: str) -> list[int]:
    """How many tries each instance of a task took, by index."""
    return [i["try_number"] for i in sorted(run["instances"], key=lambda i: i["map_index"]) if i["task_id"] == task_id]


def is_picture(file: Path) -> bool:
    """Whether it is a PNG of some size."""
    content = file.read_bytes()
    return content.startswith(b"\x89PNG") and len(content) > 10_000
