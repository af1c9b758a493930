"""Classes that later versions of their providers have removed: what is said of each, and what stands for it."""

from __future__ import annotations

from typing import NamedTuple

from fanjet.airflow.table.declared.entries import ProviderClasses

#: As in the other files of this table.
REMOVED: dict[str, ProviderClasses] = {
    "google": {
        "cloud.operators.bigquery": {
            "BigQueryExecuteQueryOperator": (
                "sql destination_dataset_table labels query_params impersonation_chain | .sql"
            ),
        },
    },
    "microsoft.mssql": {"operators.mssql": {"MsSqlOperator": "sql | .sql"}},
    "mysql": {"operators.mysql": {"MySqlOperator": "sql parameters | .sql .json"}},
    "oracle": {"operators.oracle": {"OracleOperator": "sql parameters | .sql"}},
    "postgres": {"operators.postgres": {"PostgresOperator": "sql parameters hook_params | .sql .json"}},
    "snowflake": {
        "operators.snowflake": {"SnowflakeOperator": "sql | .sql"},
        "transfers.s3_to_snowflake": {"S3ToSnowflakeOperator": "s3_keys"},
    },
    "sqlite": {"operators.sqlite": {"SqliteOperator": "sql | .sql .json"}},
    "trino": {"operators.trino": {"TrinoOperator": "sql | .sql"}},
}

#: The last versions that have what nothing newer does the same as.
LAST_VERSIONS = {
    "BigQueryExecuteQueryOperator": "apache-airflow-providers-google<11",
    "S3ToSnowflakeOperator": "apache-airflow-providers-snowflake<5",
}


class SqlOperator(NamedTuple):
    """An operator that runs SQL, in place of which providers now have the common one."""

    #: The argument with the connection, and its default.
    connection: str
    default: str
    #: Arguments for the hook, under the names that hooks have for them.
    hook_arguments: dict[str, str]


_SNOWFLAKE = ("warehouse", "database", "role", "schema", "authenticator", "session_parameters")

SQL_OPERATORS: dict[str, SqlOperator] = {
    "airflow.providers.microsoft.mssql.operators.mssql.MsSqlOperator": SqlOperator(
        "mssql_conn_id", "mssql_default", {"database": "schema"}
    ),
    "airflow.providers.mysql.operators.mysql.MySqlOperator": SqlOperator(
        "mysql_conn_id", "mysql_default", {"database": "schema"}
    ),
    "airflow.providers.oracle.operators.oracle.OracleOperator": SqlOperator("oracle_conn_id", "oracle_default", {}),
    "airflow.providers.postgres.operators.postgres.PostgresOperator": SqlOperator(
        "postgres_conn_id", "postgres_default", {"database": "database"}
    ),
    "airflow.providers.snowflake.operators.snowflake.SnowflakeOperator": SqlOperator(
        "snowflake_conn_id", "snowflake_default", {name: name for name in _SNOWFLAKE}
    ),
    "airflow.providers.sqlite.operators.sqlite.SqliteOperator": SqlOperator("sqlite_conn_id", "sqlite_default", {}),
    "airflow.providers.trino.operators.trino.TrinoOperator": SqlOperator("trino_conn_id", "trino_default", {}),
}
