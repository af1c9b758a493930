"""What a task returns comes back the same in the next task, wherever it rested meanwhile."""

from __future__ import annotations

import dataclasses
import enum
import math
import subprocess
import sys
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from fanjet.errors import DagTypeError, DagValueError, ExecutionError
from fanjet.model.values import PLAIN, REFERENCE, TAGGED
from fanjet.runtime.value_store import ValueOwner, ValueStore
from fanjet.runtime.values import decode, encode, find_reference, to_json


@dataclasses.dataclass
class Point:
    x: int
    tags: dict[int, str]


class Color(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    LOW = 1


class Pair(NamedTuple):
    a: int
    b: tuple[int, ...]


Place = tuple[ValueStore, ValueOwner]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return ValueStore(tmp_path), ValueOwner(1, "group.task", (3, 7), 1, "return_value")


def round_trip(value: object, place: Place) -> object:
    return decode(encode(value, *place))


def same(a: object, b: object) -> bool:
    """Equal with equal types at every depth; nan equals nan."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, float) and math.isnan(a):
        return math.isnan(b)
    return a == b


atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary()
    | st.datetimes()
    | st.datetimes(timezones=st.timezones())
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.uuids()
)
keys = st.text(max_size=5) | st.sampled_from(["$tuple", "$dict", "$", "$blob"])
trees = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
        | st.frozensets(st.integers() | st.text(max_size=3), max_size=4)
        | st.sets(st.integers() | st.tuples(st.integers()), max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=trees)
def test_every_tree_of_data_comes_back_with_its_types(value: object, place: Place) -> None:
    assert same(round_trip(value, place), value)
    to_json(encode(value, *place))


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "\ud800 lone surrogate",
        0,
        2**70,
        -(2**200),
        10**9999,
        1.5,
        float("inf"),
        float("nan"),
        True,
        None,
        [],
        {},
        (),
        set(),
        (1, (2, [3])),
        {"$tuple": [1]},
        {"$tuple": (1,)},
        {"$unknown": {1}},
        frozenset({1}),
        b"\x00\xff",
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=2))),
        datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=2), "named")),
        datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
        date(2024, 2, 29),
        time(1, 2, 3),
        time(1, 2, tzinfo=UTC),
        timedelta(days=-1, microseconds=5),
        Decimal("1.10"),
        UUID(int=5),
        Path("a/b"),
        Color.RED,
        Level.LOW,
        Pair(1, (2,)),
        OrderedDict(b=1, a=2),
        Point(1, {1: "kept as it is"}),
        [Point(1, {}), Color.RED, {"p": Point(2, {})}],
        complex(1, 2),
        bytearray(b"x"),
        range(3),
        slice(1, 2),
        np.float64(0.25),
        np.int32(7),
        np.bool_(True),
        {"score": np.float32(0.1), "bad": np.float64("nan")},
    ],
    ids=lambda value: f"{type(value).__name__}",
)
def test_types_survive(value: object, place: Place) -> None:
    back = round_trip(value, place)
    assert back == value or repr(back) == repr(value)
    assert type(back) is type(value)
    to_json(encode(value, *place))


def test_plain_values_stay_plain_json(place: Place) -> None:
    for value in (1, "a", 1.5, None, True, [1, "a", None], {"a": [1, {"b": 2.5}]}, {"$tuple": 1}):
        assert encode(value, *place)[:1] == PLAIN
    assert encode((1,), *place)[:1] == TAGGED


def test_keys_of_dicts_become_text_and_order_is_kept(place: Place) -> None:
    assert round_trip({2: "two", 1: {None: [{True: 1}]}}, place) == {"2": "two", "1": {"None": [{"True": 1}]}}
    assert list(round_trip({"z": 1, "a": 2, "m": (1,)}, place)) == ["z", "a", "m"]
    with pytest.raises(DagValueError, match=r"1 and '1'.*both become '1'"):
        encode({1: "a", "1": "b"}, *place)


def test_large_values_rest_in_the_store(place: Place, tmp_path: Path) -> None:
    for value in ("x" * 70_000, list(range(50_000)), [(i,) for i in range(20_000)]):
        data = encode(value, *place)
        reference = find_reference(data)
        assert data[:1] == REFERENCE
        assert reference is not None
        assert (reference.codec, reference.length) == ("json", len(value))
        assert len(reference.preview) <= 400
        assert Path(reference.uri).parent == tmp_path / "1/group.task/3,7"
        assert decode(data) == value
        assert to_json(data) == {"type": type(value).__name__, "preview": reference.preview}
        assert to_json(data, load=True) == (
            [list(v) if isinstance(v, tuple) else v for v in value] if value[0] != "x" else value
        )
    (file,) = (tmp_path / "1/group.task/3,7").iterdir()
    assert file.name.startswith("1-return_value-"), "pushed again by the same process, it replaces what was there"


def test_a_lost_file_is_an_error_that_names_it(place: Place) -> None:
    data = encode("x" * 70_000, *place)
    Path(find_reference(data).uri).unlink()
    with pytest.raises(
        ExecutionError,
        match=r"value 'return_value' of task 'group.task'\[3,7\] \(run 1, try 1\).*the file is gone.*--map-index 3,7",
    ):
        decode(data)


def test_a_full_or_missing_disk_is_an_error_that_names_the_task(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = ValueStore(tmp_path / "file"), ValueOwner(1, "t", (), 1, "return_value")
    with pytest.raises(ExecutionError, match=r"'return_value' of task 't' \(70,003 bytes\)"):
        encode("x" * 70_000, *place)


def test_keys_and_ids_with_odd_characters_are_one_file_name_each(tmp_path: Path) -> None:
    store = ValueStore(tmp_path)
    keys = ["../../etc", "..", "a/b", "ü" * 200, "ü" * 199 + "x", "", " "]
    uris = [store.write(ValueOwner(1, "t", (), 1, key), b"x") for key in keys]
    assert len(set(uris)) == len(keys)
    assert {Path(uri).parent for uri in uris} == {tmp_path / "1/t/-"}


@pytest.mark.parametrize("rows", [3, 20_000])
def test_frames_keep_dtypes_and_index(rows: int, place: Place) -> None:
    frame = pd.DataFrame(
        {
            "i": np.arange(rows, dtype="int16"),
            "f": np.linspace(0, 1, rows, dtype="float32"),
            "s": ["a", "b", "c", "d"][: rows % 4] + ["e"] * (rows - rows % 4),
            "c": pd.Categorical(["x"] * rows, categories=["y", "x"], ordered=True),
            "t": pd.date_range("2024-01-01", periods=rows, tz="Europe/Berlin"),
            "n": pd.array([1, None] * (rows // 2) + [1] * (rows % 2), dtype="Int64"),
        },
        index=pd.Index(range(5, 5 + rows), name="id"),
    )
    data = encode(frame, *place)
    pd.testing.assert_frame_equal(decode(data), frame)
    assert (find_reference(data).codec if rows > 3 else to_json(data)["type"]) in {"parquet", "pandas.DataFrame"}


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame(),
        pd.DataFrame({1: [1], ("a", 2): [2]}),
        pd.DataFrame({"o": [{1}, None, "x"]}),
        pd.DataFrame({"o": ["x", "y"]}).astype({"o": object}),
        pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("x", 1)], names=["k", None])),
        pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2024", periods=2, freq="D")),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({"a": pd.period_range("2024", periods=2, freq="M")}),
        pd.DataFrame({"a": pd.arrays.SparseArray([0, 1])}),
    ],
    ids=range(9),
)
def test_frames_that_parquet_would_change_survive_too(value: pd.DataFrame, place: Place) -> None:
    pd.testing.assert_frame_equal(round_trip(value, place), value)


@pytest.mark.parametrize("name", [None, "price", 5, ("a", 1)])
def test_series_keep_name_and_index(name: object, place: Place) -> None:
    series = pd.Series([1.5, None, 2.0], index=["a", "b", "c"], name=name)
    pd.testing.assert_series_equal(round_trip(series, place), series)


def test_frames_survive_where_there_is_no_pyarrow(tmp_path: Path) -> None:
    """In a process of its own: pandas looks for pyarrow when it is imported."""
    program = f"""
import sys
sys.modules["pyarrow"] = None
import pandas as pd
from fanjet.runtime.value_store import ValueOwner, ValueStore
from fanjet.runtime.values import decode, encode
place = ValueStore({str(tmp_path)!r}), ValueOwner(1, "task", (), 1, "return_value")
for rows in (2, 50_000):
    frame = pd.DataFrame({{"wage": [14.5, float("nan")] * rows, "sex": ["f", "m"] * rows}})
    pd.testing.assert_frame_equal(decode(encode(frame, *place)), frame)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_arrow_tables_keep_their_schema(place: Place) -> None:
    table = pa.table({"d": pa.array(["a", "b"]).dictionary_encode(), "l": [[1], None]})
    back = round_trip(table, place)
    assert back.equals(table)
    assert back.schema == table.schema


@pytest.mark.parametrize("size", [3, 100_000])
def test_arrays_survive(size: int, place: Place) -> None:
    for array in (
        np.arange(size, dtype="f4"),
        np.array([(1, "a")] * size, dtype="i4,U3"),
        np.array([{}] * 2),
        np.array(5),
    ):
        back = round_trip(array, place)
        np.testing.assert_array_equal(back, array)
        assert back.dtype == array.dtype
    assert find_reference(encode(np.zeros(100_000), *place)).codec == "numpy"


def test_large_objects_are_pickled_into_the_store(place: Place) -> None:
    value = Point(1, {i: f"{i}" * 50 for i in range(1000)})
    data = encode(value, *place)
    assert find_reference(data).codec == "pickle"
    assert decode(data) == value


def test_json_for_people_never_unpickles(place: Place) -> None:
    class Bomb:
        def __reduce__(self):
            return (exec, ("raise SystemExit('unpickled')",))

    shown = to_json(encode({"a": (1, Bomb()), "when": date(2024, 1, 1), "n": np.float64(0.5)}, *place))
    assert shown["a"][0] == 1
    assert shown["a"][1]["type"].endswith("Bomb")
    assert shown["when"] == {"type": "datetime.date", "preview": "datetime.date(2024, 1, 1)"}
    assert shown["n"] == 0.5


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ((i for i in [1]), r"type generator cannot be stored.*Fix: return list"),
        (open(__file__), r"TextIOWrapper cannot be stored.*return the path of the file"),  # noqa: SIM115, PTH123
        ({"lock": __import__("threading").Lock()}, r"type _thread.lock cannot be stored.*Fix: return data"),
    ],
)
def test_what_has_no_lasting_form_says_what_to_return(value: object, words: str, place: Place) -> None:
    with pytest.raises(DagTypeError, match=words):
        encode(value, *place)


def test_a_value_that_contains_itself_is_an_error(place: Place) -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(DagTypeError, match="refers to itself"):
        encode(loop, *place)
    with pytest.raises(DagTypeError, match="refers to itself"):
        encode((loop,), *place)
