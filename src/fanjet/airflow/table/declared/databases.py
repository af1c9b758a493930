"""Databases and warehouses."""

from __future__ import annotations

from fanjet.airflow.table.declared.entries import ProviderClasses

PROVIDERS: dict[str, ProviderClasses] = {
    "common.sql": {
        "hooks.sql": {"DbApiHook": ""},
        "operators.generic_transfer": {
            "GenericTransfer": (
                "source_conn_id destination_conn_id sql destination_table preoperator insert_args page_size "
                "paginated_sql_statement_clause | .sql .hql"
            ),
        },
        "operators.sql": {
            "SQLExecuteQueryOperator": "sql parameters conn_id database hook_params | .sql .json",
            "SQLColumnCheckOperator": "table partition_clause sql conn_id database hook_params",
            "SQLTableCheckOperator": "table partition_clause sql conn_id database hook_params",
            "SQLCheckOperator": "sql conn_id database hook_params | .hql .sql",
            "SQLValueCheckOperator": "sql pass_value conn_id database hook_params | .hql .sql",
            "SQLIntervalCheckOperator": "sql1 sql2 conn_id database hook_params | .hql .sql",
            "SQLThresholdCheckOperator": "sql min_threshold max_threshold conn_id database hook_params | .hql .sql",
            "BranchSQLOperator": "sql conn_id database hook_params | .sql",
            "SQLInsertRowsOperator": (
                "table_name conn_id schema database _columns ignored_columns preoperator postoperator insert_args | "
                ".sql"
            ),
            "BaseSQLOperator": "conn_id database hook_params",
        },
        "sensors.sql": {
            "SqlSensor": "sql hook_params parameters conn_id | .hql .sql",
        },
    },
    "postgres": {
        "hooks.postgres": {"PostgresHook": ""},
    },
    "mysql": {
        "hooks.mysql": {"MySqlHook": ""},
        "transfers.s3_to_mysql": {
            "S3ToMySqlOperator": "s3_source_key mysql_table aws_conn_id mysql_conn_id",
        },
    },
    "microsoft.mssql": {
        "hooks.mssql": {"MsSqlHook": ""},
    },
    "sqlite": {
        "hooks.sqlite": {"SqliteHook": ""},
    },
    "oracle": {
        "hooks.oracle": {"OracleHook": ""},
        "operators.oracle": {
            "OracleStoredProcedureOperator": "parameters procedure oracle_conn_id",
        },
    },
    "trino": {
        "hooks.trino": {"TrinoHook": ""},
    },
    "snowflake": {
        "hooks.snowflake": {"SnowflakeHook": ""},
        "operators.snowflake": {
            "SnowflakeCheckOperator": "sql conn_id database hook_params snowflake_conn_id | .sql",
            "SnowflakeValueCheckOperator": "sql pass_value conn_id database hook_params snowflake_conn_id | .hql .sql",
            "SnowflakeIntervalCheckOperator": "sql1 sql2 conn_id database hook_params snowflake_conn_id | .hql .sql",
            "SnowflakeSqlApiOperator": "sql parameters conn_id database hook_params snowflake_conn_id | .sql .json",
        },
        "operators.snowpark": {
            "SnowparkOperator": "snowflake_conn_id",
        },
        "transfers.copy_into_snowflake": {
            "CopyFromExternalStageToSnowflakeOperator": "files snowflake_conn_id",
        },
    },
    "databricks": {
        "hooks.databricks": {"DatabricksHook": ""},
        "hooks.databricks_sql": {"DatabricksSqlHook": ""},
        "operators.databricks": {
            "DatabricksCreateJobsOperator": (
                "json name description tags tasks job_clusters environments email_notifications "
                "webhook_notifications notification_settings timeout_seconds schedule trigger max_concurrent_runs "
                "git_source access_control_list performance_target databricks_conn_id"
            ),
            "DatabricksSubmitRunOperator": (
                "json tasks spark_jar_task notebook_task spark_python_task spark_submit_task pipeline_task dbt_task "
                "new_cluster existing_cluster_id libraries environments run_name timeout_seconds idempotency_token "
                "access_control_list git_source performance_target databricks_conn_id | .json-tpl"
            ),
            "DatabricksRunNowOperator": (
                "json job_id job_name job_parameters dbt_commands notebook_params python_params python_named_params "
                "jar_params spark_submit_params idempotency_token performance_target databricks_conn_id | .json-tpl"
            ),
            "DatabricksNotebookOperator": (
                "notebook_params workflow_run_metadata max_retries min_retry_interval_millis retry_on_timeout "
                "databricks_conn_id"
            ),
            "DatabricksTaskOperator": (
                "databricks_conn_id task_config workflow_run_metadata max_retries min_retry_interval_millis "
                "retry_on_timeout"
            ),
        },
        "operators.databricks_repos": {
            "DatabricksReposCreateOperator": "repo_path tag branch databricks_conn_id",
            "DatabricksReposUpdateOperator": "repo_path tag branch databricks_conn_id",
            "DatabricksReposDeleteOperator": "repo_path databricks_conn_id",
        },
        "operators.databricks_sql": {
            "DatabricksSqlOperator": (
                "_output_path schema catalog http_headers databricks_conn_id _gcs_impersonation_chain query_tags "
                "sql parameters conn_id database hook_params | .sql"
            ),
            "DatabricksCopyIntoOperator": "file_location files table_name databricks_conn_id query_tags",
        },
        "sensors.databricks_partition": {
            "DatabricksPartitionSensor": (
                "databricks_conn_id catalog schema table_name partitions http_headers query_tags | .sql"
            ),
        },
        "sensors.databricks_sql": {
            "DatabricksSqlSensor": "databricks_conn_id sql catalog schema http_headers query_tags | .sql",
        },
    },
    "dbt.cloud": {
        "hooks.dbt": {"DbtCloudHook": ""},
        "operators.dbt": {
            "DbtCloudRunJobOperator": (
                "dbt_cloud_conn_id job_id project_name environment_name job_name account_id trigger_reason "
                "steps_override schema_override additional_run_config"
            ),
            "DbtCloudGetJobRunArtifactOperator": "dbt_cloud_conn_id run_id path account_id output_file_name",
            "DbtCloudListJobsOperator": "account_id project_id dbt_cloud_conn_id",
            "DbtCloudListJobRunsOperator": "account_id job_id order_by include_related dbt_cloud_conn_id",
        },
        "sensors.dbt": {
            "DbtCloudJobRunSensor": "dbt_cloud_conn_id run_id account_id",
        },
    },
    "mongo": {
        "hooks.mongo": {"MongoHook": ""},
        "sensors.mongo": {
            "MongoSensor": "collection query mongo_conn_id",
        },
    },
    "redis": {
        "hooks.redis": {"RedisHook": ""},
        "operators.redis_publish": {
            "RedisPublishOperator": "channel message redis_conn_id",
        },
        "sensors.redis_key": {
            "RedisKeySensor": "key redis_conn_id",
        },
        "sensors.redis_pub_sub": {
            "RedisPubSubSensor": "channels redis_conn_id",
        },
    },
    "apache.hive": {
        "hooks.hive": {"HiveCliHook": "", "HiveMetastoreHook": "", "HiveServer2Hook": ""},
        "operators.hive": {
            "HiveOperator": (
                "hql schema hive_cli_conn_id mapred_queue hiveconfs mapred_job_name mapred_queue_priority "
                "proxy_user | .hql .sql"
            ),
        },
        "sensors.hive_partition": {
            "HivePartitionSensor": "schema table partition metastore_conn_id",
        },
        "sensors.named_hive_partition": {
            "NamedHivePartitionSensor": "partition_names",
        },
    },
}
