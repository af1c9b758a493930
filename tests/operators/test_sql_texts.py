"""SQL texts: where statements end, and placeholders in the style of the driver."""

from __future__ import annotations

import pytest

from fanjet.errors import DagValueError
from fanjet.operators.sql.statements import adapt, split_statements

TRIGGER = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END;"
FUNCTION = "CREATE FUNCTION f() RETURNS int AS $$ BEGIN PERFORM 1; RETURN 2; END; $$ LANGUAGE plpgsql;"


@pytest.mark.parametrize(
    ("dialect", "text", "statements"),
    [
        ("sqlite", "SELECT ';' ; SELECT 2", ["SELECT ';' ;", "SELECT 2"]),
        ("sqlite", f"{TRIGGER}\n-- the end;\n", [TRIGGER]),
        ("postgresql", "SELECT ';' ;\n\nSELECT 2;;", ["SELECT ';' ;", "SELECT 2;"]),
        ("postgresql", f"{FUNCTION} SELECT f()", [FUNCTION, "SELECT f()"]),
        ("duckdb", "-- nothing\n", []),
    ],
)
def test_a_text_is_split_where_its_statements_end(dialect: str, text: str, statements: list[str]) -> None:
    assert split_statements(text, dialect) == statements


@pytest.mark.parametrize(
    ("style", "statement", "parameters", "wanted"),
    [
        ("qmark,named", "SELECT :a, :b", {"a": 1, "b": 2}, ("SELECT :a, :b", {"a": 1, "b": 2})),
        ("qmark,named", "SELECT %(a)s, '%%', %(a)s", {"a": 1}, ("SELECT ?, '%', ?", (1, 1))),
        ("qmark", "SELECT %s || '?'", [1], ("SELECT ? || '?'", (1,))),
        ("qmark", "SELECT :2, :1", ["a", "b"], ("SELECT ?, ?", ("b", "a"))),
        ("pyformat", "SELECT ? WHERE a LIKE '5%'", [1], ("SELECT %s WHERE a LIKE '5%%'", (1,))),
        ("pyformat", "SELECT :a::int, b::text, '12:30', c %% 2", {"a": 1}, None),
        ("pyformat", "SELECT j ? 'key', %s", [1], ("SELECT j ? 'key', %s", [1])),
        ("pyformat", "SELECT %(a)s, 12:30", {"a": 1}, ("SELECT %(a)s, 12:30", {"a": 1})),
        ("named", "SELECT ?, /* ? */ ? -- ?", [1, 2], ("SELECT :p1, /* ? */ :p2 -- ?", {"p1": 1, "p2": 2})),
        ("numeric", "SELECT %(a)s, $$ :a $$", {"a": 1}, ("SELECT :1, $$ :a $$", (1,))),
        ("format", "SELECT 1", [1], ("SELECT 1", [1])),
    ],
)
def test_placeholders_are_written_for_the_driver(style, statement, parameters, wanted) -> None:
    if wanted is None:
        wanted = ("SELECT %s::int, b::text, '12:30', c %%%% 2", (1,))
    assert adapt(statement, parameters, style) == wanted


@pytest.mark.parametrize(("statement", "parameters"), [("SELECT :b", {"a": 1}), ("SELECT ?, ?", [1]), ("?", {"a": 1})])
def test_a_placeholder_without_a_parameter_is_named(statement, parameters) -> None:
    with pytest.raises(DagValueError, match=r"has the placeholder .* and no parameter for it"):
        adapt(statement, parameters, "pyformat")
