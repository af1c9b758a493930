"""Whether sensors and operators wait without a slot where their task does not say."""

from __future__ import annotations

import os

from fanjet.errors import DagValueError

#: Airflow's setting ``[operators] default_deferrable``.
VARIABLE = "AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE"
_TRUE = frozenset({"t", "true", "1", "yes", "on"})
_FALSE = frozenset({"", "f", "false", "0", "no", "off"})


def choose_deferrable(given: bool | None) -> bool:
    """What a task says; where it says nothing, what the environment of the process does, else False.

    Raises:
        DagValueError: The variable is neither true nor false.
    """
    if given is not None:
        return given
    text = os.environ.get(VARIABLE, "").strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise DagValueError(f"{VARIABLE} is {text!r}, neither true nor false.", fix="set it to true or false")
