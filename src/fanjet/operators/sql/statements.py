"""SQL texts: their statements, and the placeholders in them.

Drivers differ in how they write placeholders: ``?`` (qmark), ``:name`` (named), ``:1`` (numeric), ``%s`` (format) and
``%(name)s`` (pyformat). What a driver does not know is written anew for it, so that a DAG file can move from one
database to another. A text that has placeholders of its driver's own style is left as it is.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from fanjet.errors import DagValueError
from fanjet.operators.libraries import import_library

#: What has a meaning of its own, so that no placeholder and no end of a statement is in it.
_OPAQUE = r"""
    '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*`         # strings and quoted names
  | --[^\n]* | /\*.*?\*/                              # comments
  | \$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$         # bodies of functions
  | ::\w+                                             # casts
"""
_PLACEHOLDERS = r"""
    %\((?P<pyformat>\w+)\)s | (?P<format>%s) | (?P<percent>%%)
  | (?<![\w:]):(?P<named>[A-Za-z_]\w*) | (?<![\w:]):(?P<numeric>\d+) | (?P<qmark>\?)
"""
_TOKENS = re.compile(f"(?P<opaque>{_OPAQUE}) | {_PLACEHOLDERS}", re.VERBOSE | re.DOTALL)
_STYLES = ("pyformat", "format", "named", "numeric", "qmark")
_PERCENT_STYLES = frozenset({"pyformat", "format"})
#: Styles that drivers of a style know besides.
_ALSO = {"pyformat": {"pyformat", "format"}, "format": {"pyformat", "format"}, "qmark": {"qmark"}}

Parameters = Mapping[str, Any] | Sequence[Any]


def split_statements(text: str, dialect: str) -> list[str]:
    """The statements of a text, without those that are empty.

    Args:
        text: The SQL.
        dialect: The kind of database, such as ``sqlite``.

    Raises:
        LibraryNotInstalled: The library that knows where statements end is missing.
    """
    if dialect == "sqlite":
        return _split_sqlite(text)
    sqlparse = import_library("sqlparse", "fanjet[sql]", "split_statements=True")
    found = (sqlparse.format(each, strip_comments=False).strip() for each in sqlparse.split(text))
    return [each for each in found if not _is_empty(each)]


def _split_sqlite(text: str) -> list[str]:
    """SQLite itself knows where a statement ends, also one with others in it, such as a trigger."""
    statements: list[str] = []
    current = ""
    for part in re.split("(?<=;)", text):
        current += part
        if sqlite3.complete_statement(current):
            statements.append(current.strip())
            current = ""
    return [each for each in (*statements, current.strip()) if not _is_empty(each)]


def _is_empty(statement: str) -> bool:
    """Whether there is nothing but comments."""
    return not re.sub(r"--[^\n]*|/\*.*?\*/|;", "", statement, flags=re.DOTALL).strip()


def adapt(statement: str, parameters: Parameters, style: str) -> tuple[str, Parameters]:
    """A statement and its parameters as a driver wants them.

    Args:
        statement: One statement.
        parameters: A mapping for placeholders with names, a sequence for those without.
        style: The driver's paramstyle. SQLite's ``qmark`` knows names too: ``qmark,named``.

    Raises:
        DagValueError: A placeholder has no parameter.
    """
    known = {each for name in style.split(",") for each in _ALSO.get(name, {name})}
    used = {found for match in _TOKENS.finditer(statement) if (found := match.lastgroup) in _STYLES}
    if not used or used & known:
        return statement, parameters
    return _Writer(parameters, style.partition(",")[0]).write(statement, used)


class _Writer:
    """Writes placeholders in another style; parameters become a sequence, or stay a mapping for styles with names."""

    def __init__(self, parameters: Parameters, style: str) -> None:
        self._given = parameters
        self._style = style
        self._values: list[Any] = []

    def write(self, statement: str, used: set[str]) -> tuple[str, Parameters]:
        had_percents = bool(used & _PERCENT_STYLES)
        needs_percents = self._style in _PERCENT_STYLES
        text, end = "", 0
        for match in _TOKENS.finditer(statement):
            text += _double(statement[end : match.start()], needs_percents) + self._write_one(
                match, had_percents, needs_percents
            )
            end = match.end()
        text += _double(statement[end:], needs_percents)
        values = {f"p{number}": value for number, value in enumerate(self._values, 1)}
        return text, values if self._style == "named" else tuple(self._values)

    def _write_one(self, match: re.Match[str], had_percents: bool, needs_percents: bool) -> str:
        kind = match.lastgroup or ""
        if kind not in _STYLES:
            # A literal percent sign is doubled in the styles that write placeholders with one, and only there.
            whole = match[0].replace("%%", "%") if had_percents else match[0]
            return _double(whole, needs_percents)
        self._values.append(self._find(kind, match))
        number = len(self._values)
        return {"qmark": "?", "named": f":p{number}", "numeric": f":{number}"}.get(self._style, "%s")

    def _find(self, kind: str, match: re.Match[str]) -> Any:
        try:
            if isinstance(self._given, Mapping):
                return self._given[match[kind]]
            return self._given[int(match[kind]) - 1 if kind == "numeric" else len(self._values)]
        except (KeyError, IndexError, TypeError) as error:
            raise DagValueError(
                f"SQL has the placeholder {match[0]} and no parameter for it.",
                fix="give parameters as a dict where placeholders have names, else as a list",
            ) from error


def _double(text: str, needed: bool) -> str:
    return text.replace("%", "%%") if needed else text
