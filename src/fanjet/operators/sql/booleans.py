"""What databases answer for true and false."""

from __future__ import annotations

from typing import Any

from fanjet.authoring.exceptions import AirflowException

_WORDS = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}


def to_boolean(value: Any, task_id: str) -> bool:
    """Whether a value means true.

    Raises:
        AirflowException: It means neither true nor false.
    """
    if isinstance(value, bool | int):
        return bool(value)
    word = str(value).strip().lower()
    if word not in _WORDS:
        raise AirflowException(
            f"Task '{task_id}': {value!r}, of type {type(value).__name__}, is neither true nor false."
        )
    return _WORDS[word]
