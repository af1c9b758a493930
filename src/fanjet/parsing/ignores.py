"""Which files below a folder count: all but hidden folders, caches, environments and what ignore files exclude.

An ignore file is called ``.fanjetignore`` or ``.airflowignore`` and holds patterns as git knows them, one a line: they
apply to its folder and all below it, ``!`` takes back, a later match goes before an earlier one. An ``.airflowignore``
may hold regular expressions instead, as was usual before Airflow 3: these are searched for in paths below its folder.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

FANJETIGNORE = ".fanjetignore"
AIRFLOWIGNORE = ".airflowignore"
IGNORE_FILES = (FANJETIGNORE, AIRFLOWIGNORE)
_NEVER = frozenset({"__pycache__", "node_modules"})
#: A folder with one of these files in it is a virtual environment, or the home of Fanjet.
_NEVER_MARKS = frozenset({"pyvenv.cfg", "fanjet.db"})
#: Of a line that is wrong.
_MOST_SHOWN = 100


class _Rule(NamedTuple):
    """One line of an ignore file."""

    #: Tells whether a path relative to the folder of the ignore file is meant.
    matches: Callable[[str], object]
    #: It takes back what an earlier line ignores.
    keeps: bool
    only_folders: bool


class _Rules(NamedTuple):
    """The lines of one folder's ignore files."""

    folder: str
    rules: list[_Rule]


class Ignoring(NamedTuple):
    """Which ignore files hold, and how."""

    files: tuple[str, ...] = IGNORE_FILES
    #: The lines of an ``.airflowignore`` are regular expressions.
    airflow_regexp: bool = False
    #: Links to folders are followed, each folder once.
    follow_links: bool = False
    #: A folder above the one that is listed, from which on ignore files hold.
    above: str | None = None
    #: Is given (file, line from 1, what is wrong) of lines that cannot be understood, which then ignore nothing.
    complain: Callable[[str, int, str], None] | None = None


def iter_files(root: Path) -> Iterator[Path]:
    """The files below `root` that count, those of a folder before those of the folders in it."""
    for entry in iter_entries(str(root)):
        yield Path(entry.path)


def iter_entries(root: str, ignoring: Ignoring = Ignoring()) -> Iterator[os.DirEntry[str]]:  # noqa: B008 - immutable
    """As `iter_files`, with what the folder knows of each file."""
    folders: deque[tuple[str, list[_Rules]]] = deque([(root, _read_above(root, ignoring))])
    links: deque[tuple[str, list[_Rules]]] = deque()  # after all others, so that a folder has its own name first
    visited: set[tuple[int, int]] = set()
    while folders or links:
        folder, rules = (folders or links).popleft()
        if ignoring.follow_links and not _is_first_visit(folder, visited):
            continue
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            continue  # not ours to read, or gone
        names = {entry.name for entry in entries}
        if names & _NEVER_MARKS and folder != root:
            continue
        own = _read_folder(folder, names, ignoring)
        here = [*rules, own] if own.rules else rules
        for entry in entries:
            is_folder = _is_folder(entry, ignoring)
            if is_folder and (entry.name.startswith(".") or entry.name in _NEVER):
                continue
            if here and _is_ignored(entry.path, is_folder, here):
                continue
            if is_folder:
                (links if entry.is_symlink() else folders).append((entry.path, here))
            elif _is_file(entry):
                yield entry


def _is_folder(entry: os.DirEntry[str], ignoring: Ignoring) -> bool:
    try:
        return entry.is_dir(follow_symlinks=ignoring.follow_links)
    except OSError:
        return False  # a link that leads back to itself


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False  # as above


def _is_first_visit(folder: str, visited: set[tuple[int, int]]) -> bool:
    try:
        status = os.stat(folder)  # noqa: PTH116 - once per folder of a large tree
    except OSError:
        return False
    key = (status.st_dev, status.st_ino)
    if key in visited:
        return False
    visited.add(key)
    return True


def _read_above(root: str, ignoring: Ignoring) -> list[_Rules]:
    """The rules of the folders above the root that count, the uppermost first."""
    if ignoring.above is None or not root.startswith(f"{ignoring.above}/"):
        return []
    folders = [ignoring.above]
    for part in root[len(ignoring.above) + 1 :].split("/"):
        folders.append(f"{folders[-1]}/{part}")
    found = [_read_folder(folder, set(ignoring.files), ignoring) for folder in folders[:-1]]
    return [rules for rules in found if rules.rules]


def _read_folder(folder: str, names: set[str], ignoring: Ignoring) -> _Rules:
    rules: list[_Rule] = []
    for name in ignoring.files:
        if name in names:
            rules += _read_rules(f"{folder}/{name}", ignoring)
    return _Rules(folder, rules)


def _is_ignored(path: str, is_folder: bool, rules: list[_Rules]) -> bool:
    for level in reversed(rules):
        relative = path[len(level.folder) + 1 :]
        for rule in reversed(level.rules):
            if (is_folder or not rule.only_folders) and rule.matches(relative):
                return not rule.keeps
    return False


def _read_rules(path: str, ignoring: Ignoring) -> list[_Rule]:
    try:
        text = Path(path).read_text(errors="replace")
    except OSError:
        return []  # gone, not ours to read, or a folder
    if "\0" in text and ignoring.complain is not None:
        ignoring.complain(path, 1, "It has null bytes in it, as UTF-16 has, and ignores nothing. Save it as UTF-8.")
    is_regexp = ignoring.airflow_regexp and path.endswith(f"/{AIRFLOWIGNORE}")
    rules = []
    for number, line in enumerate([] if "\0" in text else text.splitlines(), 1):
        try:
            rule = _read_expression(line) if is_regexp else _read_rule(line)
        except re.error as error:
            if ignoring.complain is not None:
                ignoring.complain(path, number, f"The line {line.strip()[:_MOST_SHOWN]!r} is no pattern: {error}.")
        else:
            rules += [rule] if rule is not None else []
    return rules


def _read_expression(line: str) -> _Rule | None:
    """A comment may follow the expression."""
    text = re.sub(r"\s*#.*", "", line).strip()
    return _Rule(re.compile(text).search, keeps=False, only_folders=False) if text else None


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
    return _Rule(re.compile(prefix + _translate(text.removeprefix("/"))).fullmatch, keeps, only_folders)


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
