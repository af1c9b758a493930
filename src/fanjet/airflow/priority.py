"""Strategies for priorities: classes that files declare. Priorities here follow from the arguments of tasks alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class PriorityWeightStrategy(ABC):
    """What may be given as `weight_rule`; the task then has its own `priority_weight`, whatever this says."""

    @abstractmethod
    def get_weight(self, ti: Any) -> int:
        """The weight of an instance."""
