"""A task that does nothing: a place where edges meet."""

from __future__ import annotations

from typing import Any

from fanjet.authoring.operator import BaseOperator


class EmptyOperator(BaseOperator):
    """Ends as a success at once, without ever reaching a worker unless it has callbacks, assets or templates."""

    kind = "empty"
    ui_color = "#e8f7e4"

    def execute(self, context: Any) -> None:
        """Do nothing."""


class SmoothOperator(BaseOperator):
    """Names a song in its log."""

    ui_color = "#e8f7e4"

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the signature that all operators have
        """Print where to listen."""
        print("Sade, Smooth Operator: https://www.youtube.com/watch?v=4TYv2PhG89A")
