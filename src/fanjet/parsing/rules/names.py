"""The rules by name; light, for command lines."""

from __future__ import annotations

#: What each looks for.
RULES: dict[str, str] = {
    "broken-template": "a template with an unknown variable, param, macro, filter or file, or with wrong syntax",
    "no-retries": "a task without retries",
    "slow-file": "top-level code that takes longer than a second",
    "unused-results": "a mapped task whose results nobody reads though tasks come after it",
}

#: A comment that names none of them.
UNKNOWN_RULE = "unknown-rule"
