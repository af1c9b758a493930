"""Names of variables and connections that are like one which is not there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module


def say_near(name: str, stored: Sequence[str], prefixes: Sequence[str]) -> str:
    """A question, with a blank before it; empty where nothing is near.

    Args:
        name: What was asked for.
        stored: What the store has that is like it.
        prefixes: How names of the environment begin that count too.
    """
    given = [
        known.removeprefix(prefix).lower() for known in os.environ for prefix in prefixes if known.startswith(prefix)
    ]
    matches = import_module("difflib").get_close_matches(name.lower(), given)  # late: for errors only
    near = list(dict.fromkeys([*stored, *matches]))
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
