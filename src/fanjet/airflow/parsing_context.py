"""What a file may ask about why it is loaded."""

from __future__ import annotations

from typing import NamedTuple


class AirflowParsingContext(NamedTuple):
    """For which DAG and task the file is loaded; None where for all, which it always is here."""

    dag_id: str | None
    task_id: str | None


def get_parsing_context() -> AirflowParsingContext:
    """For what the file is loaded: all that it defines, as its process serves all its tasks."""
    return AirflowParsingContext(None, None)
