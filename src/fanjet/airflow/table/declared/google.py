"""Google's cloud."""

from __future__ import annotations

from fanjet.airflow.table.declared.entries import ProviderClasses

PROVIDERS: dict[str, ProviderClasses] = {
    "google": {
        "cloud.hooks.bigquery": {"BigQueryHook": ""},
        "cloud.hooks.cloud_sql": {"CloudSQLHook": "", "CloudSQLDatabaseHook": ""},
        "cloud.hooks.compute": {"ComputeEngineHook": ""},
        "cloud.hooks.dataflow": {"DataflowHook": ""},
        "cloud.hooks.dataproc": {"DataprocHook": ""},
        "cloud.hooks.functions": {"CloudFunctionsHook": ""},
        "cloud.hooks.gcs": {"GCSHook": ""},
        "cloud.hooks.pubsub": {"PubSubHook": ""},
        "cloud.hooks.secret_manager": {"GoogleCloudSecretManagerHook": ""},
        "cloud.operators.bigquery": {
            "BigQueryCheckOperator": "sql gcp_conn_id impersonation_chain labels query_params conn_id | .sql",
            "BigQueryValueCheckOperator": "sql gcp_conn_id pass_value impersonation_chain labels conn_id | .sql",
            "BigQueryIntervalCheckOperator": (
                "table gcp_conn_id sql1 sql2 impersonation_chain labels conn_id | .hql .sql"
            ),
            "BigQueryColumnCheckOperator": "table partition_clause sql conn_id database hook_params gcp_conn_id",
            "BigQueryTableCheckOperator": "table partition_clause sql conn_id database hook_params gcp_conn_id",
            "BigQueryGetDataOperator": (
                "dataset_id table_id table_project_id job_id job_project_id project_id max_results selected_fields "
                "gcp_conn_id impersonation_chain"
            ),
            "BigQueryCreateTableOperator": (
                "dataset_id table_id table_resource project_id gcs_schema_object gcp_conn_id impersonation_chain "
                "google_cloud_storage_conn_id"
            ),
            "BigQueryDeleteDatasetOperator": "dataset_id project_id gcp_conn_id impersonation_chain",
            "BigQueryCreateEmptyDatasetOperator": (
                "dataset_id project_id dataset_reference gcp_conn_id impersonation_chain"
            ),
            "BigQueryGetDatasetOperator": "dataset_id project_id gcp_conn_id impersonation_chain",
            "BigQueryGetDatasetTablesOperator": "dataset_id project_id gcp_conn_id impersonation_chain",
            "BigQueryUpdateTableOperator": "dataset_id table_id project_id gcp_conn_id impersonation_chain",
            "BigQueryUpdateDatasetOperator": "dataset_id project_id gcp_conn_id impersonation_chain",
            "BigQueryDeleteTableOperator": "deletion_dataset_table gcp_conn_id impersonation_chain",
            "BigQueryUpsertTableOperator": "dataset_id table_resource gcp_conn_id impersonation_chain project_id",
            "BigQueryUpdateTableSchemaOperator": (
                "schema_fields_updates dataset_id table_id project_id gcp_conn_id impersonation_chain"
            ),
            "BigQueryInsertJobOperator": "configuration job_id gcp_conn_id impersonation_chain project_id | .json .sql",
            "BigQueryCreateRoutineOperator": (
                "project_id dataset_id routine_id definition_body arguments routine_resource gcp_conn_id "
                "impersonation_chain | .sql"
            ),
            "BigQueryUpdateRoutineOperator": (
                "project_id dataset_id routine_id routine_resource gcp_conn_id impersonation_chain | .json .sql"
            ),
            "BigQueryDeleteRoutineOperator": "project_id dataset_id routine_id gcp_conn_id impersonation_chain",
            "BigQueryGetRoutineOperator": "project_id dataset_id routine_id gcp_conn_id impersonation_chain",
            "BigQueryListRoutinesOperator": "project_id dataset_id gcp_conn_id impersonation_chain",
        },
        "cloud.operators.cloud_run": {
            "CloudRunExecuteJobOperator": (
                "project_id region gcp_conn_id impersonation_chain job_name overrides polling_period_seconds "
                "timeout_seconds transport"
            ),
            "CloudRunCreateJobOperator": "project_id region gcp_conn_id impersonation_chain job_name",
            "CloudRunDeleteJobOperator": "project_id region gcp_conn_id impersonation_chain job_name",
        },
        "cloud.operators.dataflow": {
            "DataflowTemplatedJobStartOperator": (
                "template job_name options parameters project_id location gcp_conn_id impersonation_chain "
                "environment dataflow_default_options"
            ),
            "DataflowStartFlexTemplateOperator": "body location project_id gcp_conn_id",
        },
        "cloud.operators.dataproc": {
            "DataprocCreateClusterOperator": (
                "project_id region cluster_config virtual_cluster_config cluster_name labels gcp_conn_id "
                "impersonation_chain"
            ),
            "DataprocDeleteClusterOperator": "project_id region cluster_name gcp_conn_id impersonation_chain",
            "DataprocStartClusterOperator": "cluster_name region project_id request_id gcp_conn_id impersonation_chain",
            "DataprocStopClusterOperator": "cluster_name region project_id request_id gcp_conn_id impersonation_chain",
            "DataprocSubmitJobOperator": "project_id region job gcp_conn_id impersonation_chain request_id",
            "DataprocCreateBatchOperator": (
                "project_id batch batch_id batch_id_prefix region gcp_conn_id impersonation_chain"
            ),
            "DataprocInstantiateWorkflowTemplateOperator": (
                "template_id gcp_conn_id impersonation_chain request_id parameters"
            ),
            "DataprocInstantiateInlineWorkflowTemplateOperator": "template gcp_conn_id impersonation_chain",
        },
        "cloud.operators.functions": {
            "CloudFunctionDeployFunctionOperator": (
                "body project_id location gcp_conn_id api_version impersonation_chain"
            ),
            "CloudFunctionDeleteFunctionOperator": "name gcp_conn_id api_version impersonation_chain",
            "CloudFunctionInvokeFunctionOperator": (
                "function_id input_data location project_id impersonation_chain gcp_conn_id"
            ),
        },
        "cloud.operators.gcs": {
            "GCSCreateBucketOperator": "bucket_name storage_class location project_id gcp_conn_id impersonation_chain",
            "GCSListObjectsOperator": "bucket prefix delimiter match_glob gcp_conn_id impersonation_chain",
            "GCSDeleteObjectsOperator": "bucket_name prefix objects gcp_conn_id impersonation_chain",
            "GCSDeleteBucketOperator": "bucket_name gcp_conn_id impersonation_chain user_project",
            "GCSSynchronizeBucketsOperator": (
                "source_bucket destination_bucket source_object destination_object recursive delete_extra_files "
                "allow_overwrite gcp_conn_id impersonation_chain"
            ),
            "GCSFileTransformOperator": (
                "source_bucket source_object destination_bucket destination_object transform_script gcp_conn_id "
                "impersonation_chain"
            ),
        },
        "cloud.operators.kubernetes_engine": {
            "GKECreateClusterOperator": (
                "body api_version deferrable poll_interval gcp_conn_id location cluster_name use_internal_ip "
                "use_dns_endpoint project_id impersonation_chain"
            ),
            "GKEDeleteClusterOperator": (
                "api_version deferrable poll_interval gcp_conn_id location cluster_name use_internal_ip "
                "use_dns_endpoint project_id impersonation_chain"
            ),
            "GKEStartPodOperator": (
                "deferrable gcp_conn_id image name hostname cmds annotations arguments env_vars labels config_file "
                "pod_template_file pod_template_dict namespace container_resources volumes volume_mounts "
                "cluster_context env_from configmaps node_selector kubernetes_conn_id base_container_name "
                "trigger_kwargs location cluster_name use_internal_ip use_dns_endpoint project_id "
                "impersonation_chain"
            ),
            "GKEStartJobOperator": (
                "deferrable poll_interval gcp_conn_id location cluster_name use_internal_ip use_dns_endpoint "
                "project_id impersonation_chain job_template_file image name hostname cmds annotations arguments "
                "env_vars labels config_file pod_template_file pod_template_dict namespace container_resources "
                "volumes volume_mounts cluster_context env_from configmaps node_selector kubernetes_conn_id "
                "base_container_name trigger_kwargs"
            ),
        },
        "cloud.operators.pubsub": {
            "PubSubCreateTopicOperator": "project_id topic impersonation_chain gcp_conn_id",
            "PubSubPublishMessageOperator": (
                "project_id topic messages enable_message_ordering enable_open_telemetry_tracing "
                "impersonation_chain gcp_conn_id"
            ),
            "PubSubPullOperator": "project_id subscription impersonation_chain gcp_conn_id",
            "PubSubCreateSubscriptionOperator": (
                "project_id topic subscription subscription_project_id impersonation_chain gcp_conn_id"
            ),
        },
        "cloud.sensors.bigquery": {
            "BigQueryTableExistenceSensor": "project_id dataset_id table_id impersonation_chain gcp_conn_id",
            "BigQueryRoutineExistenceSensor": "project_id dataset_id routine_id impersonation_chain gcp_conn_id",
            "BigQueryTablePartitionExistenceSensor": (
                "project_id dataset_id table_id partition_id impersonation_chain gcp_conn_id"
            ),
            "BigQueryStreamingBufferEmptySensor": "project_id dataset_id table_id impersonation_chain gcp_conn_id",
        },
        "cloud.sensors.dataflow": {
            "DataflowJobStatusSensor": "job_id gcp_conn_id",
        },
        "cloud.sensors.dataproc": {
            "DataprocJobSensor": "project_id region dataproc_job_id gcp_conn_id",
            "DataprocBatchSensor": "project_id region batch_id gcp_conn_id",
        },
        "cloud.sensors.gcs": {
            "GCSObjectExistenceSensor": "bucket object impersonation_chain google_cloud_conn_id",
            "GCSObjectUpdateSensor": "bucket object impersonation_chain google_cloud_conn_id",
            "GCSObjectsWithPrefixExistenceSensor": "bucket prefix impersonation_chain google_cloud_conn_id",
            "GCSUploadSessionCompleteSensor": "bucket prefix impersonation_chain google_cloud_conn_id",
        },
        "cloud.sensors.pubsub": {
            "PubSubPullSensor": "project_id subscription impersonation_chain gcp_conn_id",
        },
        "cloud.transfers.bigquery_to_bigquery": {
            "BigQueryToBigQueryOperator": (
                "source_project_dataset_tables destination_project_dataset_table labels impersonation_chain "
                "gcp_conn_id | .sql"
            ),
        },
        "cloud.transfers.bigquery_to_gcs": {
            "BigQueryToGCSOperator": (
                "source_project_dataset_table destination_cloud_storage_uris export_format labels "
                "impersonation_chain job_id gcp_conn_id"
            ),
        },
        "cloud.transfers.gcs_to_bigquery": {
            "GCSToBigQueryOperator": (
                "bucket source_objects schema_fields schema_object schema_object_bucket "
                "destination_project_dataset_table impersonation_chain src_fmt_configs extra_config gcp_conn_id | "
                ".sql"
            ),
        },
        "cloud.transfers.gcs_to_gcs": {
            "GCSToGCSOperator": (
                "source_bucket source_object source_objects destination_bucket destination_object delimiter "
                "impersonation_chain match_glob gcp_conn_id"
            ),
        },
        "cloud.transfers.gcs_to_local": {
            "GCSToLocalFilesystemOperator": (
                "bucket object_name filename store_to_xcom_key impersonation_chain file_encoding gcp_conn_id"
            ),
        },
        "cloud.transfers.gcs_to_sftp": {
            "GCSToSFTPOperator": (
                "source_bucket source_object destination_path impersonation_chain gcp_conn_id sftp_conn_id"
            ),
        },
        "cloud.transfers.local_to_gcs": {
            "LocalFilesystemToGCSOperator": "src dst bucket impersonation_chain gcp_conn_id",
        },
        "cloud.transfers.mssql_to_gcs": {
            "MSSQLToGCSOperator": (
                "sql bucket filename schema_filename schema parameters impersonation_chain partition_columns "
                "gcp_conn_id mssql_conn_id | .sql"
            ),
        },
        "cloud.transfers.mysql_to_gcs": {
            "MySQLToGCSOperator": (
                "sql bucket filename schema_filename schema parameters impersonation_chain partition_columns "
                "gcp_conn_id mysql_conn_id | .sql"
            ),
        },
        "cloud.transfers.postgres_to_gcs": {
            "PostgresToGCSOperator": (
                "sql bucket filename schema_filename schema parameters impersonation_chain partition_columns "
                "gcp_conn_id postgres_conn_id | .sql"
            ),
        },
        "cloud.transfers.s3_to_gcs": {
            "S3ToGCSOperator": "bucket prefix delimiter dest_gcs google_impersonation_chain gcp_conn_id aws_conn_id",
        },
        "cloud.transfers.sftp_to_gcs": {
            "SFTPToGCSOperator": (
                "source_path destination_path destination_bucket impersonation_chain gcp_conn_id sftp_conn_id"
            ),
        },
        "cloud.transfers.sheets_to_gcs": {
            "GoogleSheetsToGCSOperator": (
                "spreadsheet_id destination_bucket destination_path sheet_filter impersonation_chain gcp_conn_id"
            ),
        },
        "common.hooks.base_google": {"GoogleBaseHook": ""},
        "suite.hooks.drive": {"GoogleDriveHook": ""},
        "suite.hooks.sheets": {"GSheetsHook": ""},
        "suite.transfers.gcs_to_sheets": {
            "GCSToGoogleSheetsOperator": (
                "spreadsheet_id bucket_name object_name spreadsheet_range impersonation_chain gcp_conn_id"
            ),
        },
    },
}
