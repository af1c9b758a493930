"""Arguments of Airflow that are accepted and change nothing: whoever gives one is told."""

from __future__ import annotations

from fanjet.authoring.definition import find_definition
from fanjet.errors import DagWarning

#: What has been told: the file and the argument. Default arguments reach every task.
_told: set[tuple[str, str]] = set()


def tell_no_effect(name: str, where: str, why: str) -> None:
    """Warn, once for each file.

    Args:
        name: The argument.
        where: Words for who got it, such as ``DAG 'd'``.
        why: Why it has no effect, and what to do, as sentences.
    """
    import warnings  # noqa: PLC0415 - hardly any file has such an argument

    file, line = find_definition() or ("<string>", 1)
    if (file, name) in _told:
        return
    _told.add((file, name))
    warnings.warn_explicit(f"{where}: {name} has no effect. {why}", DagWarning, file, line)
