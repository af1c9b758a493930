"""From what someone wrote (a flag, a variable, a line of TOML) to the value of a setting."""

from __future__ import annotations

import math
import re
import reprlib

from fanjet.settings.table import DEFAULT_POOL, MOST_SLOTS, SETTING_OF_NAME, Setting, Value

_UNITS: dict[str, dict[str, float]] = {
    "bytes": {
        "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2**10, "mib": 2**20, "gib": 2**30,
    },
    "seconds": {"": 1, "ms": 1e-3, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800},
}  # fmt: skip
_NUMBER = re.compile(r"([+-]?[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)\s*([A-Za-z]*)")
#: In digits. Longer ones are no numbers that could be meant, and those of thousands of digits Python refuses.
_LONGEST_NUMBER = 18
_LONGEST_TIME_S = 1e10
_EXAMPLES = {
    "folder": "a folder such as ~/.fanjet",
    "count": "a whole number such as 4",
    "seconds": "a number of seconds such as 30, or with a unit such as 2m",
    "bytes": "a number of bytes such as 64000, or with a unit such as 100MB",
    "text": "a text",
    "slots": "pools with their slots, such as gpu=2,api=10, or in a file a table [pools]",
}


class RefusedValueError(ValueError):
    """What was written cannot be the value of the setting; the text says what could."""


def convert(setting: Setting, written: object) -> Value:
    """The value of a setting from text or from TOML.

    Raises:
        RefusedValueError: It cannot be.
    """
    if setting.default is None and written in ("", "none", "auto"):
        return None
    if setting.kind == "slots":
        return _slots(setting, written)
    if setting.kind in ("folder", "text"):
        if not isinstance(written, str) or not written.strip():
            raise _refused(setting)
        return _choose(setting, written.strip())
    return _number(setting, written)


def _number(setting: Setting, written: object) -> int | float:
    found = None if isinstance(written, bool) else _read_number(setting.kind, written)
    if found is None or (isinstance(found, float) and math.isnan(found)):
        raise _refused(setting)
    if found > setting.most:
        raise RefusedValueError(f"{_say_number(found)} is too large; the most is {_say_number(setting.most)}")
    if found < setting.minimum:
        raise RefusedValueError(f"{_say_number(found)} is too small; the least is {_say_number(setting.minimum)}")
    whole = setting.kind != "seconds"
    if whole and found != int(found):
        raise _refused(setting)
    return int(found) if whole else float(found)


def _choose(setting: Setting, text: str) -> str:
    if setting.choices and text not in setting.choices:
        raise RefusedValueError(f"expected {' or '.join(setting.choices)}")
    return text


def convert_seconds(text: str) -> float:
    """A length of time such as ``30``, ``12h`` or ``90d``.

    Raises:
        ValueError: The text is something else, negative, or longer than anybody means.
    """
    found = _read_number("seconds", text)
    if found is None or not 0 <= found <= _LONGEST_TIME_S:
        raise ValueError(text)
    return float(found)


def _read_number(kind: str, written: object) -> int | float | None:
    if isinstance(written, int | float):
        return written
    match = _NUMBER.fullmatch(written.strip()) if isinstance(written, str) else None
    factor = _UNITS.get(kind, {"": 1}).get(match[2].lower()) if match else None
    if match is None or factor is None:
        return None
    digits = match[1].replace("_", "")
    is_whole = digits.lstrip("+-").isdecimal() and len(digits) <= _LONGEST_NUMBER and factor >= 1
    return int(digits) * factor if is_whole else float(digits) * factor


def _slots(setting: Setting, written: object) -> dict[str, int]:
    """Pools by name; the default pool is always among them."""
    pools = _read_slots(written) if isinstance(written, str) else written
    if not isinstance(pools, dict):
        raise _refused(setting)
    default = SETTING_OF_NAME["pools"].default
    assert isinstance(default, dict)
    found = {DEFAULT_POOL: default[DEFAULT_POOL]}
    for name, slots in pools.items():
        if not isinstance(slots, int) or isinstance(slots, bool) or not 0 <= slots <= MOST_SLOTS:
            raise RefusedValueError(
                f"pool {name!r} needs a whole number of slots, 0 to {MOST_SLOTS:,}, not {reprlib.repr(slots)}"
            )
        found[str(name)] = slots
    return found


def _read_slots(text: str) -> dict[str, object] | None:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if any(not mark or not name.strip() for name, mark, _ in pairs):
        return None
    return {name.strip(): _read_count(slots.strip()) for name, _, slots in pairs}


def _read_count(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else text


def _refused(setting: Setting) -> RefusedValueError:
    return RefusedValueError(f"expected {_EXAMPLES[setting.kind]}")


def _say_number(number: float) -> str:
    if not -1e18 < number < 1e18:
        return "That"
    return f"{number:g}" if number != int(number) else str(int(number))
