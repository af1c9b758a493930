"""Params and the part of JSON schema that they are checked against."""

from __future__ import annotations

import pytest

from fanjet import Param, ParamsDict
from fanjet.errors import DagTypeError, DagValueError


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer"}, [1, 2.0], ["1", True, 1.5, None]),
        ({"type": "number", "minimum": 1, "exclusiveMaximum": 2}, [1, 1.5], [0.5, 2]),
        ({"maximum": 3, "exclusiveMinimum": 1, "multipleOf": 2}, [2, "text"], [1, 3, 4]),
        ({"type": ["string", "null"], "minLength": 2, "maxLength": 3}, ["ab", None], ["a", "abcd", 1]),
        ({"type": "string", "pattern": "^a"}, ["ab"], ["ba"]),
        ({"enum": [1, "x"]}, [1, "x"], [2]),
        ({"const": 3}, [3], [4]),
        ({"type": "boolean"}, [True], [1]),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2, "uniqueItems": True},
         [[1], [1, 2]], [[], [1, 1], ["x"], [1, 2, 3], "x"]),
        ({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False},
         [{"a": 1}], [{}, {"a": "x"}, {"a": 1, "b": 2}, []]),
        ({"additionalProperties": {"type": "integer"}}, [{"x": 1}], [{"x": "y"}]),
        ({"type": "string", "format": "date"}, ["2024-01-31"], ["2024-13-01"]),
        ({"format": "date-time"}, ["2024-01-31T10:00:00+00:00"], ["soon"]),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, [1, None], ["x"]),
        ({"oneOf": [{"minimum": 1}, {"maximum": 3}]}, [0, 4], [2]),
        ({"allOf": [{"minimum": 1}, {"maximum": 3}], "not": {"const": 2}}, [1, 3], [0, 4, 2]),
    ],
)  # fmt: skip
def test_values_are_checked(schema, good, bad):
    for value in good:
        assert Param(value, **schema).resolve() == value
    for value in bad:
        with pytest.raises(DagValueError, match="Invalid value"):
            Param(**schema).resolve(value)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"$ref": "#/x"}, "keyword '\\$ref', which Fanjet does not check"),
        ({"type": "int"}, "the type 'int'. Fix: use null, boolean, integer"),
        ({"format": "ipv4"}, "the format 'ipv4'"),
        ({"items": {"patternProperties": {}}}, "patternProperties"),
    ],
)
def test_what_would_not_be_checked_is_refused(schema, text):
    with pytest.raises(DagTypeError, match=text):
        Param(1, **schema)


def test_annotations_are_kept():
    assert Param(1, title="T", section="S", examples=[1]).schema == {"title": "T", "section": "S", "examples": [1]}


def test_a_value_must_be_given_where_there_is_no_default():
    assert not Param(type="string").has_value
    assert not Param(None, type="string").has_value
    assert Param(None).has_value
    with pytest.raises(DagValueError, match="Param 'n': No value for a param without a default"):
        ParamsDict({"n": Param()})["n"]


def test_names_values_and_schemas():
    params = ParamsDict({"n": Param(1, type="integer"), "word": "x"})
    assert dict(params) == {"n": 1, "word": "x"}
    params["n"] = 2
    assert params["n"] == 2
    with pytest.raises(DagValueError, match="Param 'n': Invalid value for a param: 'x' is not of type integer"):
        params["n"] = "x"
    assert params.merge({"n": 5, "more": 1}) == {"n": 5, "word": "x", "more": 1}
    assert params.get_param("n").schema == {"type": "integer"}
    del params["word"]
    assert len(params) == 1
    assert dict(ParamsDict(params)) == {"n": 2}
