"""Which files below a folder count: all but hidden folders, caches, environments and what ignore files exclude.

An ignore file is called ``.fanjetignore`` or ``.airflowignore`` and holds patterns as git knows them, one a line: they
apply to its folder and all below it, ``!`` takes back, a later match goes before an earlier one.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

IGNORE_FILES = (".fanjetignore", ".airflowignore")
_NEVER = frozenset({"__pycache__", "node_modules"})
#: A folder with one of these files in it is a virtual environment, or the home of Fanjet.
_NEVER_MARKS = frozenset({"pyvenv.cfg", "fanjet.db"})


class _Rule(NamedTuple):
    """One line of an ignore file."""

    #: Matches paths relative to the folder of the ignore file.
    pattern: re.Pattern[str]
    #: It takes back what an earlier line ignores.
    keeps: bool
    only_folders: bool


class _Rules(NamedTuple):
    """The lines of one folder's ignore files."""

    folder: str
    rules: list[_Rule]


def iter_files(root: Path) -> Iterator[Path]:
    """The files below `root` that count, those of a folder before those of the folders in it."""
    for entry in iter_entries(str(root)):
        yield Path(entry.path)


def iter_entries(root: str) -> Iterator[os.DirEntry[str]]:
    """As `iter_files`, with what the folder knows of each file; links to folders are not followed."""
    folders: deque[tuple[str, list[_Rules]]] = deque([(root, [])])
    while folders:
        folder, rules = folders.popleft()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            continue  # not ours to read, or gone
        names = {entry.name for entry in entries}
        if names & _NEVER_MARKS and folder != root:
            continue
        own = [rule for name in IGNORE_FILES if name in names for rule in _read_rules(f"{folder}/{name}")]
        here = [*rules, _Rules(folder, own)] if own else rules
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder and (entry.name.startswith(".") or entry.name in _NEVER):
                continue
            if here and _is_ignored(entry.path, is_folder, here):
                continue
            if is_folder:
                folders.append((entry.path, here))
            elif entry.is_file():
                yield entry


def _is_ignored(path: str, is_folder: bool, rules: list[_Rules]) -> bool:
    for level in reversed(rules):
        relative = path[len(level.folder) + 1 :]
        for rule in reversed(level.rules):
            if (is_folder or not rule.only_folders) and rule.pattern.fullmatch(relative):
                return not rule.keeps
    return False


def _read_rules(path: str) -> list[_Rule]:
    lines = Path(path).read_text(errors="replace").splitlines()
    return [rule for line in lines if (rule := _read_rule(line)) is not None]


def _read_rule(line: str) -> _Rule | None:
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    keeps = text.startswith("!")
    text = text.removeprefix("!")
    only_folders = text.endswith("/")
    text = text.rstrip("/")
    # Without a slash inside, a pattern holds at every depth.
    prefix = "" if "/" in text else "(?:.*/)?"
    return _Rule(re.compile(prefix + _translate(text.removeprefix("/"))), keeps, only_folders)


def _translate(pattern: str) -> str:
    """A regular expression for a pattern; ``*`` and ``?`` stay within a folder, ``**`` does not."""
    out = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out.append("(?:.*/)?")
            at += 3
        elif pattern.startswith("**", at):
            out.append(".*")
            at += 2
        elif pattern[at] == "[" and (end := pattern.find("]", at + 2)) > 0:
            inside = pattern[at + 1 : end].replace("\\", "\\\\")
            out.append(f"[^{inside[1:]}]" if inside[0] in "!^" else f"[{inside}]")
            at = end + 1
        else:
            out.append({"*": "[^/]*", "?": "[^/]"}.get(pattern[at], re.escape(pattern[at])))
            at += 1
    return "".join(out)
