"""The addresses of databases for SQLAlchemy, made of connections, and the drivers that they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from fanjet.authoring.exceptions import FailException
from fanjet.operators.libraries import explain_missing, has_module, import_library
from fanjet.runtime.connections import Connection

#: What SQLAlchemy calls kinds of connections that have another name.
DIALECTS = {"postgres": "postgresql", "mariadb": "mysql", "redshift": "redshift"}


class Driver(NamedTuple):
    """A way to reach a kind of database."""

    #: As SQLAlchemy calls it.
    scheme: str
    #: The module that has to be there.
    module: str
    #: What to give to pip to have it.
    requirement: str


#: By kind of connection, the drivers; the first that is installed is taken.
DRIVERS: Mapping[str, tuple[Driver, ...]] = {
    "postgres": (
        Driver("postgresql+psycopg", "psycopg", "psycopg[binary]"),
        Driver("postgresql+psycopg2", "psycopg2", "psycopg2-binary"),
    ),
    "mysql": (
        Driver("mysql+mysqldb", "MySQLdb", "mysqlclient"),
        Driver("mysql+pymysql", "pymysql", "pymysql"),
        Driver("mysql+mysqlconnector", "mysql.connector", "mysql-connector-python"),
    ),
    "mssql": (Driver("mssql+pymssql", "pymssql", "pymssql"), Driver("mssql+pyodbc", "pyodbc", "pyodbc")),
    "oracle": (Driver("oracle+oracledb", "oracledb", "oracledb"),),
    "snowflake": (Driver("snowflake", "snowflake.sqlalchemy", "snowflake-sqlalchemy"),),
    "duckdb": (Driver("duckdb", "duckdb_engine", "duckdb-engine"),),
    "trino": (Driver("trino", "trino.sqlalchemy", "trino[sqlalchemy]"),),
    "bigquery": (Driver("bigquery", "sqlalchemy_bigquery", "sqlalchemy-bigquery"),),
    "redshift": (Driver("redshift+redshift_connector", "sqlalchemy_redshift", "sqlalchemy-redshift"),),
    "databricks": (Driver("databricks", "databricks.sqlalchemy", "databricks-sqlalchemy"),),
    "clickhouse": (Driver("clickhousedb", "clickhouse_connect", "clickhouse-connect"),),
    "vertica": (Driver("vertica+vertica_python", "vertica_python", "sqlalchemy-vertica-python"),),
}
_ALIASES = {"postgresql": "postgres", "mariadb": "mysql"}
#: Extra fields of connections that are about the hook and not about the address.
_OWN_FIELDS = frozenset({"sqlalchemy_scheme", "sqlalchemy_query", "cursor"})


def find_driver(kind: str) -> Driver:
    """The driver for a kind of connection.

    Raises:
        LibraryNotInstalled: None of those that are known is installed.
    """
    drivers = DRIVERS[_ALIASES.get(kind, kind)]
    for driver in drivers:
        if has_module(driver.module):
            return driver
    raise explain_missing(drivers[0].requirement, f"A connection of type '{kind}'")


def is_database(kind: str) -> bool:
    """Whether a kind of connection is known to be a database."""
    return kind == "sqlite" or _ALIASES.get(kind, kind) in DRIVERS or "+" in kind


def make_url(
    connection: Connection, database: str | None, kind: str | None = None, query: Mapping[str, Any] | None = None
) -> Any:
    """The address of a connection for SQLAlchemy.

    Args:
        connection: The connection.
        database: The database, in place of the connection's.
        kind: The kind of database, in place of the connection's.
        query: More of what stands behind the question mark.

    Raises:
        LibraryNotInstalled: SQLAlchemy or the driver is missing.
    """
    url_class = import_library("sqlalchemy.engine", "fanjet[sql]", "SQL through SQLAlchemy").URL
    extra = connection.extra_dejson
    kind = kind or connection.conn_type or ""
    scheme = extra.get("sqlalchemy_scheme") or _find_scheme(kind)
    fields = extra.get("sqlalchemy_query")
    if not isinstance(fields, Mapping):
        fields = {name: value for name, value in extra.items() if name not in _OWN_FIELDS}
    texts = {name: str(value) for name, value in {**fields, **(query or {})}.items() if value is not None}
    return url_class.create(
        scheme,
        username=connection.login or None,
        password=connection.password or None,
        host=connection.host or None,
        port=connection.port,
        database=database or connection.schema or None,
        query=texts,
    )


def _find_scheme(kind: str) -> str:
    if "+" in kind or _ALIASES.get(kind, kind) not in DRIVERS:
        return kind
    return find_driver(kind).scheme


def make_engine(url: Any, **options: Any) -> Any:
    """An engine of SQLAlchemy.

    Raises:
        LibraryNotInstalled: The driver is missing.
        FailException: SQLAlchemy knows no such kind of database.
    """
    sqlalchemy = import_library("sqlalchemy", "fanjet[sql]", "SQL through SQLAlchemy")
    try:
        return sqlalchemy.create_engine(url, **options)
    except sqlalchemy.exc.NoSuchModuleError as error:
        raise FailException(
            f"SQLAlchemy knows no database '{url.drivername}'. Fix: install its dialect, or correct the type of the "
            "connection"
        ) from error
    except ModuleNotFoundError as error:
        raise explain_missing(str(error.name), f"The database '{url.drivername}'") from error
