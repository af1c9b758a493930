"""Files found, loaded, moved and transformed; what cannot be loaded stays, and the next run goes on with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from e2e.program import Program, values
from examples.outcomes import EXAMPLES, counts, labels

FILE = EXAMPLES / "file_elt.py"
HEADER = "city,year,month,sales,volume,median,listings,inventory\n"


def ask(folder: Path, sql: str) -> list[Any]:
    with duckdb.connect(str(folder / "homes.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_each_file_is_loaded_and_moved_and_all_are_transformed(fanjet: Program) -> None:
    arguments = ("run", FILE, "--logical-date", "2026-01-31", "--params", '{"since": 2012}')
    (run,) = fanjet.results(*arguments)
    output = fanjet.folder / "file_elt_output"
    assert counts(run) == {
        "deliver": {"success": 1},
        "find_files": {"success": 1},
        "one_file.load": {"success": 46},
        "one_file.move": {"success": 46},
        "transform": {"success": 1},
        "report": {"success": 1},
    }
    assert labels(run, "one_file.load")[:2] == labels(run, "one_file.move")[:2] == ["abilene.csv", "amarillo.csv"]
    assert names(output / "landing/20260131") == set()
    assert len(names(output / "processed/20260131")) == 46
    assert ask(output, "SELECT count(*), count(DISTINCT city), count(sales) FROM homes") == [(8602, 46, 8034)]
    ((sold, price, loaded_on),) = ask(
        output, "SELECT sold, average_price, loaded_on FROM homes_by_city WHERE city = 'Austin'"
    )
    assert (80_000 < sold < 150_000, 200_000 < price < 350_000, loaded_on) == (True, True, "2026-01-31")
    assert len((output / "homes_by_city.csv").read_text().splitlines()) == 47
    shown = fanjet.read_json("show", "1", "transform")
    assert "WHERE year >= 2012" in shown["rendered"]["sql"]
    assert fanjet.read("logs", "1", "report").splitlines()[0].split() == (
        ["city", "homes", "sold", "median", "price", "change"]
    )

    (again,) = fanjet.results(*arguments)
    assert again["state"] == "success", "nothing new is no failure"
    assert [counts(again)[task]["skipped"] for task in ("one_file.load", "transform", "report")] == [1, 1, 1]
    assert ask(output, "SELECT count(*) FROM homes") == [(8602,)]


def test_a_broken_file_fails_alone_and_is_loaded_by_the_next_run_once_it_is_mended(fanjet: Program) -> None:
    output = fanjet.folder / "out"
    landing = output / "landing/20260131"
    landing.mkdir(parents=True)
    for city in ("austin", "dallas", "waco"):
        (landing / f"{city}.csv").write_text(f"{HEADER}{city.title()},2015,1,10,1000000,100000,NA,NA\n")
    (landing / "dallas.csv").write_text(f"{HEADER}Dallas,2015,1,ten,a lot,100000,NA,NA\n")
    arguments = ("run", FILE, "--logical-date", "2026-01-31", "--params", '{"output": "out"}')

    (run,) = fanjet.results(*arguments, code=1)
    assert counts(run)["one_file.load"] == {"success": 2, "failed": 1}
    assert counts(run)["transform"] == {"upstream_failed": 1}
    assert names(landing) == {"dallas.csv"}
    assert "✗ one_file.load[1] (dallas.csv) failed" in fanjet.read("show", "1")
    assert "ten" in fanjet.read("logs", "1", "one_file.load", "--map-index", "1")

    (landing / "dallas.csv").write_text(f"{HEADER}Dallas,2015,1,10,1000000,100000,NA,NA\n")
    (run,) = fanjet.results(*arguments)
    assert labels(run, "one_file.load") == ["dallas.csv"]
    assert [row["city"] for row in values(run, "transform")[()]] != []
    assert names(output / "processed/20260131") == {"austin.csv", "dallas.csv", "waco.csv"}
    assert ask(output, "SELECT city, sold FROM homes_by_city ORDER BY city") == (
        [("Austin", 10), ("Dallas", 10), ("Waco", 10)]
    )
