"""Names of stored values: from a task id or a key to one part of a path, and from a URI back to words."""

from __future__ import annotations

import re
from importlib import import_module
from typing import NamedTuple

#: A file name has room for so many bytes; longer keys are cut and told apart by a hash.
_MAX_NAME_CHARS = 120

_LAYOUT = re.compile(r"/(?P<run>\d+)/(?P<task>[^/]+)/(?P<path>[\d,]+|-)/(?P<try>\d+)-(?P<key>[^/]*)-[0-9a-f]{8}\Z")


class ValueName(NamedTuple):
    """A stored value in words."""

    #: ``The value 'return_value' of task 'load'[3] (run 5, try 1)``.
    text: str
    #: The command that makes it anew.
    rerun: str


def file_name(text: str) -> str:
    """`text` as one part of a path, whatever is in it."""
    safe = str(import_module("urllib.parse").quote(text, safe=""))  # late: large values are rare
    if safe.strip("."):
        return safe if len(safe) <= _MAX_NAME_CHARS else f"{safe[:80]}-{_digest(text)}"
    return f"_{safe}"


def _digest(text: str) -> str:
    return str(import_module("hashlib").sha256(text.encode()).hexdigest())[:32]


def name_value(uri: str) -> ValueName:
    """Whose value lies at a URI, as far as its path says so."""
    match = _LAYOUT.search(uri)
    if match is None:
        return ValueName("A stored value", "fanjet rerun")
    unquote = import_module("urllib.parse").unquote
    task, path = unquote(match["task"]), match["path"]
    place = "" if path == "-" else f"[{path}]"
    option = "" if path == "-" else f" --map-index {path}"
    return ValueName(
        f"The value {unquote(match['key'])!r} of task {task!r}{place} (run {match['run']}, try {match['try']})",
        f"fanjet rerun {match['run']} --task {task}{option}",
    )
