"""Operators that choose what runs after them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fanjet.authoring.operator import BaseOperator
from fanjet.errors import DagTypeError


class BaseBranchOperator(BaseOperator):
    """A branch: of the tasks right after it, those not chosen and not after a chosen one are skipped."""

    kind = "branch"

    def choose_branch(self, context: Any) -> str | Iterable[str] | None:  # noqa: ARG002 - the signature that all operators have
        """The full id or ids of the tasks and task groups that follow; None for none of them."""
        raise DagTypeError(f"Operator class {type(self).__name__} has no choose_branch() method.", fix="write one")

    def execute(self, context: Any) -> Any:
        """Choose."""
        return self.choose_branch(context)
