"""`poke_mode_only`: for sensors that keep something between two pokes."""

from __future__ import annotations

from functools import wraps
from typing import Any, TypeVar

from fanjet.errors import DagValueError

SensorClass = TypeVar("SensorClass", bound=type)


def poke_mode_only(cls: SensorClass) -> SensorClass:
    """Have a sensor class refuse any mode but ``poke``."""
    make: Any = cls.__init__  # type: ignore[misc] # it is wrapped for this class alone

    @wraps(make)
    def check(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        if self.mode != "poke":
            raise DagValueError(
                f"Sensor class {cls.__name__} knows mode='poke' only, not {self.mode!r}.", fix="leave mode out"
            )

    cls.__init__ = check  # type: ignore[misc] # as above
    return cls
