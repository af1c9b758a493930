"""From the settings of a supervisor to the environment of its roles, which read the same settings from it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fanjet.settings.table import SETTINGS, Setting
from fanjet.settings.values import Settings


def role_environment(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which `load_settings` gives these settings again, however the files change meanwhile.

    A secret that stands in a file is left there: user code can read the environment.
    """
    found = dict(os.environ if environ is None else environ)
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        if value is None or (setting.secret and setting.variable not in found):
            continue
        found[setting.variable] = _write(setting, value)
    return found


def _write(setting: Setting, value: object) -> str:
    if setting.kind == "slots":
        assert isinstance(value, dict)
        return ",".join(f"{name}={slots}" for name, slots in value.items())
    if isinstance(value, Path):
        return str(value)
    return repr(value) if isinstance(value, float) else str(value)
