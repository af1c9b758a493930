"""Whether a DAG that nobody has known before waits until somebody switches its schedule on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, TypeAlias

from fanjet.model.spec import DagSpec

#: The setting `pause_new_dags`.
Rule: TypeAlias = Literal["airflow", "always", "never"]

_IMPORTS_AIRFLOW = re.compile(rb"^\s*(?:from|import)\s+airflow\b", re.MULTILINE)


def is_paused_at_first(spec: DagSpec, file: Path, rule: Rule) -> bool:
    """What the DAG itself says, else the rule; a DAG without a schedule does nothing by itself and is never paused."""
    if spec.paused_on_creation is not None:
        return spec.paused_on_creation
    if spec.schedule is None or rule == "never":
        return False
    return rule == "always" or _speaks_airflow(file)


def _speaks_airflow(file: Path) -> bool:
    try:
        return _IMPORTS_AIRFLOW.search(file.read_bytes()) is not None
    except OSError:
        return True  # it is being replaced; who guesses wrong here had better have started nothing
