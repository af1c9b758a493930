"""Tables keep everything a task could see of them, and what is recorded of them is a small table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from fanjet.runtime.blobs import to_blob
from fanjet.runtime.value_store import ValueOwner, ValueStore
from fanjet.runtime.values import decode, encode, find_reference, find_table, to_json

Place = tuple[ValueStore, ValueOwner]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return ValueStore(tmp_path), ValueOwner(1, "task", (), 1, "return_value")


def assert_kept(value: pd.DataFrame | pd.Series, place: Place) -> str:
    """The codec it was kept by."""
    back = decode(encode(value, *place))
    assert type(back) is type(value)
    compare = pd.testing.assert_frame_equal if isinstance(value, pd.DataFrame) else pd.testing.assert_series_equal
    compare(back, value, check_exact=True, check_freq=True, check_index_type="exact")
    assert back.attrs == value.attrs
    assert repr(back.flags) == repr(value.flags)
    return to_blob(value)[0]


PARQUET = {
    "no rows": pd.DataFrame({"a": pd.Series([], dtype="Int8"), "b": pd.Series([], dtype="datetime64[s]")}),
    "categories of text": pd.DataFrame(
        {"c": pd.Categorical(["b", None, "a"], categories=["z", "b", "a"], ordered=True)}
    ),
    "nullable": pd.DataFrame({"i": pd.array([1, None], dtype="Int16"), "b": pd.array([None, True], dtype="boolean")}),
    "zones": pd.DataFrame({"t": pd.to_datetime(["2026-01-01", None], utc=True).tz_convert("Asia/Tokyo")}),
    "utc": pd.DataFrame({"t": [datetime(2026, 1, 1, tzinfo=UTC)]}),
    "durations": pd.DataFrame({"d": pd.to_timedelta(["1s", None])}),
    "seconds": pd.DataFrame({"t": np.array(["2026-01-01"], dtype="datetime64[s]")}),
    "periods": pd.DataFrame({"p": pd.period_range("2026", periods=2, freq="M")}),
    "intervals": pd.DataFrame({"i": pd.interval_range(0, 2, closed="left")}),
    "several levels": pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_product([["x"], [1, 2]], names=["k", None])),
    "named index": pd.DataFrame({"a": [1.5]}, index=pd.Index(["é"], name="Schlüssel")),
    "a range": pd.DataFrame({"a": [1, 2]}, index=pd.RangeIndex(10, 14, 2, name="n")),
    "frequency": pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2026-01-31", periods=2, freq="ME", tz="UTC")),
    "attrs": pd.DataFrame({"a": [1]}).pipe(lambda frame: frame.attrs.update(source="census") or frame),
    "named columns": pd.DataFrame({"a": [1]}).rename_axis(columns="what"),
    "not finite": pd.DataFrame({"f": [np.inf, -np.inf, np.nan, -0.0]}, dtype="float32"),
    "series": pd.Series([1, None], dtype="Int64", name="größe"),
    "series of time": pd.Series([1, 2], index=pd.date_range("2026", periods=2, freq="h"), name="x"),
}
IN_ANOTHER_WAY = {
    "nothing": pd.DataFrame(),
    "objects": pd.DataFrame({"o": [{1}, None, "x", 1.5, float("nan")]}),
    "dates and decimals": pd.DataFrame({"d": [date(2026, 1, 1), Decimal("1.10")]}),
    "lists": pd.DataFrame({"l": [[1, 2], []]}),
    "labels": pd.DataFrame({1: [1], ("a", 2): [2], None: [3]}),
    "several rows of labels": pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])),
    "doubled labels": pd.DataFrame([[1, 2.5]], columns=["a", "a"]),
    "attrs": pd.DataFrame({"a": [1]}).pipe(lambda frame: frame.attrs.update(where=(1, 2)) or frame),
    "flags": pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False),
    "index named by a number": pd.DataFrame({"a": [1]}, index=pd.Index([7], name=7)),
    "index named like a column": pd.DataFrame({"a": [1]}, index=pd.Index([7], name="a")),
    "sparse": pd.DataFrame({"a": pd.arrays.SparseArray([0, 1])}),
    "complex": pd.DataFrame({"a": [1j]}),
    "big endian": pd.DataFrame({"a": np.array([1, 2], dtype=">i4")}),
    "rows without columns": pd.DataFrame(index=pd.Index(["a", "b"])),
    "series named by a tuple": pd.Series([1], name=("a", 1)),
}


@pytest.mark.parametrize("frame", PARQUET.values(), ids=PARQUET)
def test_frames_are_parquet_and_come_back_the_same(frame: pd.DataFrame, place: Place) -> None:
    assert assert_kept(frame, place) == "parquet"


@pytest.mark.parametrize("frame", IN_ANOTHER_WAY.values(), ids=IN_ANOTHER_WAY)
def test_frames_that_parquet_would_change_come_back_the_same_too(frame: pd.DataFrame, place: Place) -> None:
    assert_kept(frame, place)


def test_time_zones_of_any_class_come_back(place: Place) -> None:
    for zone in (
        ZoneInfo("Europe/Berlin"),
        timezone(timedelta(hours=2)),
        timezone(timedelta(minutes=-90)),
        "Etc/GMT+3",
    ):
        frame = pd.DataFrame({"t": pd.date_range("2026", periods=3, tz=zone)})
        assert_kept(frame, place)
        assert type(decode(encode(frame, *place))["t"].dtype.tz) is type(frame["t"].dtype.tz)


columns = st.sampled_from(
    [
        *("int8", "uint64", "float16", "float32", "float64", "bool", "Int32", "Float64", "boolean", "str", "string"),
        *("datetime64[ns]", "datetime64[s]", "datetime64[us, Asia/Tokyo]", "timedelta64[ns]", "category"),
        *("object", "complex64", "period[D]", "int64[pyarrow]", "string[python]"),
    ]
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), kinds=st.lists(columns, max_size=4), rows=st.integers(0, 6))
def test_frames_of_any_types_come_back_the_same(data: st.DataObject, kinds: list[str], rows: int, place: Place) -> None:
    numbers = data.draw(hnp.arrays("int8", (max(len(kinds), 1), rows), elements=st.integers(0, 1)))
    frame = pd.DataFrame({f"c{at}": pd.Series(numbers[at]) for at in range(len(kinds))})
    for at, kind in enumerate(kinds):
        source = frame[f"c{at}"].astype("datetime64[ns]") if kind.startswith("period") else frame[f"c{at}"]
        frame[f"c{at}"] = source.dt.to_period("D") if kind.startswith("period") else source.astype(kind)
    if rows and data.draw(st.booleans()):
        frame.index = pd.Index(data.draw(st.lists(st.text(max_size=3), min_size=rows, max_size=rows)), name="k")
    assert_kept(frame, place)


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"a": [1, None], "s": ["é", None], "t": [datetime(2026, 1, 1, tzinfo=UTC), None], "l": [[1], []]}),
        pl.DataFrame({"c": ["a", "b"]}, schema={"c": pl.Enum(["b", "a"])}),
        pl.DataFrame({"c": ["a", "b"]}, schema={"c": pl.Categorical}),
        pl.DataFrame({"o": [object]}, schema={"o": pl.Object}).drop("o"),
        pl.DataFrame({"d": [Decimal("1.10")], "n": [None], "b": [b"x"], "s": [{"x": 1}]}),
        pl.DataFrame(),
    ],
    ids=["plain", "enum", "categories", "no columns", "decimals", "empty"],
)
def test_frames_of_polars_come_back_the_same(frame: pl.DataFrame, place: Place) -> None:
    back = decode(encode(frame, *place))
    assert back.schema == frame.schema
    assert back.equals(frame)
    series = pl.Series("x", [1, 2], dtype=pl.Int8)
    assert decode(encode(series, *place)).equals(series, check_dtypes=True, check_names=True)


def test_arrow_tables_stay_arrow_tables_whatever_their_metadata(place: Place) -> None:
    for table in (
        pa.Table.from_pandas(pd.DataFrame({"a": [1]})),
        pa.table({"d": pa.array(["a", None]).dictionary_encode(), "m": [1.5, 2]}, metadata={"by": "hand"}),
        pa.table({"u": pa.array([None, None], pa.null()), "d": pa.array([1, 2], pa.duration("s"))}),
    ):
        back = decode(encode(table, *place))
        assert type(back) is pa.Table
        assert back.equals(table, check_metadata=True)


def test_a_large_frame_records_its_first_rows_and_types(place: Place) -> None:
    frame = pd.DataFrame(
        {"名前": ["東京" * 30] * 30_000, "x": np.arange(30_000) / 7, "n": pd.array([None] * 30_000, dtype="Int64")}
    )
    data = encode(frame.set_index("x"), *place)
    table = find_table(data)
    assert (table.shape, table.columns, table.index_columns) == ((30_000, 2), ["x", "名前", "n"], 1)
    assert table.types == ["float64", "str" if pd.__version__ >= "3" else "object", "Int64"]
    assert table.rows[1] == [1 / 7, "東京" * 19 + "東…", None]
    assert len(table.rows) == 5
    assert to_json(data)["preview"].startswith("DataFrame 30,000 x 2: 名前 str, n Int64")
    assert len(data) < 4000


def test_previews_of_wide_tables_and_long_names_stay_small(place: Place) -> None:
    wide = pd.DataFrame(np.zeros((10_000, 500)), columns=[f"{'column' * 20}{n}" for n in range(500)])
    data = encode(wide, *place)
    table = find_table(data)
    assert table.shape == (10_000, 500)
    assert len(table.columns) == len(table.types) == len(table.rows[0])
    assert len(data) < 4000


def test_lists_of_dicts_are_tables_too(place: Place) -> None:
    rows = [{"i": i, "name": f"n{i}", "tags": [i]} for i in range(20_000)]
    rows[1]["more"] = True
    table = find_table(encode(rows, *place))
    assert table.columns == ["i", "name", "tags", "more"]
    assert table.types == ["int", "str", "list", "bool"]
    assert table.rows[:2] == [[0, "n0", "[0]", None], [1, "n1", "[1]", True]]
    assert find_table(encode([{"a": 1}, 5] * 20_000, *place)) is None


def test_many_objects_in_a_list_are_one_pickle(place: Place) -> None:
    values = [Decimal(i) / 3 + 1j if i < 0 else complex(i, 1) for i in range(10_000)]
    data = encode(values, *place)
    assert find_reference(data).codec == "pickle"
    assert decode(data) == values
    few = encode(tuple(values[:20]), *place)
    assert decode(few) == tuple(values[:20])
