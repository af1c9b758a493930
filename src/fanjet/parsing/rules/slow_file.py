"""``slow-file``: the top-level code of a DAG file takes longer than a second."""

from __future__ import annotations

from collections.abc import Iterator

from fanjet.parsing.rules.rule import Checked, Suspicion

#: The whole file is loaded before the first task can run, and again by every process that needs it.
MOST_S = 1.0
_MOST_CHARS = 60


def find_slow_file(checked: Checked) -> Iterator[Suspicion]:
    """Names the statement that took the most of it."""
    total_s = sum(each.seconds for each in checked.times)
    if total_s <= MOST_S:
        return
    slowest = max(checked.times, key=lambda each: each.seconds)
    text = slowest.text if len(slowest.text) <= _MOST_CHARS else slowest.text[: _MOST_CHARS - 1] + "…"
    is_import = slowest.text.startswith(("import ", "from "))
    yield Suspicion(
        f"The file took {total_s:.1f} s to load, {slowest.seconds:.1f} s of it for line {slowest.line}: {text}",
        "import it inside the tasks that use it" if is_import else "do that in a task, not while the file is loaded",
        line=slowest.line,
    )
