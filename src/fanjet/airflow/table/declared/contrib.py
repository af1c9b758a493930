"""Classes that Airflow 1.10 had in `airflow.contrib`: old module -> old name -> where it is now."""

from __future__ import annotations

from fanjet.airflow.table.declared.entries import MovedClasses

CONTRIB: dict[str, MovedClasses] = {
    "airflow.contrib.hooks.aws_athena_hook": {"AWSAthenaHook": "amazon.aws.hooks.athena:AthenaHook"},
    "airflow.contrib.hooks.aws_dynamodb_hook": {"AwsDynamoDBHook": "amazon.aws.hooks.dynamodb:DynamoDBHook"},
    "airflow.contrib.hooks.aws_hook": {
        "AwsBaseHook": "amazon.aws.hooks.base_aws",
        "AwsHook": "amazon.aws.hooks.base_aws:AwsBaseHook",
    },
    "airflow.contrib.hooks.aws_lambda_hook": {"AwsLambdaHook": "amazon.aws.hooks.lambda_function:LambdaHook"},
    "airflow.contrib.hooks.aws_logs_hook": {"AwsLogsHook": "amazon.aws.hooks.logs"},
    "airflow.contrib.hooks.aws_sns_hook": {"AwsSnsHook": "amazon.aws.hooks.sns:SnsHook"},
    "airflow.contrib.hooks.aws_sqs_hook": {
        "SQSHook": "amazon.aws.hooks.sqs:SqsHook",
        "SqsHook": "amazon.aws.hooks.sqs",
    },
    "airflow.contrib.hooks.azure_cosmos_hook": {"AzureCosmosDBHook": "microsoft.azure.hooks.cosmos"},
    "airflow.contrib.hooks.azure_data_lake_hook": {"AzureDataLakeHook": "microsoft.azure.hooks.data_lake"},
    "airflow.contrib.hooks.bigquery_hook": {"BigQueryHook": "google.cloud.hooks.bigquery"},
    "airflow.contrib.hooks.databricks_hook": {"DatabricksHook": "databricks.hooks.databricks"},
    "airflow.contrib.hooks.emr_hook": {"EmrHook": "amazon.aws.hooks.emr"},
    "airflow.contrib.hooks.ftp_hook": {"FTPHook": "ftp.hooks.ftp", "FTPSHook": "ftp.hooks.ftp"},
    "airflow.contrib.hooks.gcp_api_base_hook": {
        "GoogleBaseHook": "google.common.hooks.base_google",
        "GoogleCloudBaseHook": "google.common.hooks.base_google:GoogleBaseHook",
    },
    "airflow.contrib.hooks.gcp_compute_hook": {
        "ComputeEngineHook": "google.cloud.hooks.compute",
        "GceHook": "google.cloud.hooks.compute:ComputeEngineHook",
    },
    "airflow.contrib.hooks.gcp_dataflow_hook": {
        "DataFlowHook": "google.cloud.hooks.dataflow:DataflowHook",
        "DataflowHook": "google.cloud.hooks.dataflow",
    },
    "airflow.contrib.hooks.gcp_dataproc_hook": {
        "DataProcHook": "google.cloud.hooks.dataproc:DataprocHook",
        "DataprocHook": "google.cloud.hooks.dataproc",
    },
    "airflow.contrib.hooks.gcp_function_hook": {
        "CloudFunctionsHook": "google.cloud.hooks.functions",
        "GcfHook": "google.cloud.hooks.functions:CloudFunctionsHook",
    },
    "airflow.contrib.hooks.gcp_pubsub_hook": {"PubSubHook": "google.cloud.hooks.pubsub"},
    "airflow.contrib.hooks.gcp_sql_hook": {
        "CloudSQLDatabaseHook": "google.cloud.hooks.cloud_sql",
        "CloudSQLHook": "google.cloud.hooks.cloud_sql",
        "CloudSqlDatabaseHook": "google.cloud.hooks.cloud_sql:CloudSQLDatabaseHook",
        "CloudSqlHook": "google.cloud.hooks.cloud_sql:CloudSQLHook",
    },
    "airflow.contrib.hooks.gcs_hook": {
        "GCSHook": "google.cloud.hooks.gcs",
        "GoogleCloudStorageHook": "google.cloud.hooks.gcs:GCSHook",
    },
    "airflow.contrib.hooks.gdrive_hook": {"GoogleDriveHook": "google.suite.hooks.drive"},
    "airflow.contrib.hooks.mongo_hook": {"MongoHook": "mongo.hooks.mongo"},
    "airflow.contrib.hooks.redis_hook": {"RedisHook": "redis.hooks.redis"},
    "airflow.contrib.hooks.redshift_hook": {"RedshiftHook": "amazon.aws.hooks.redshift_cluster"},
    "airflow.contrib.hooks.sagemaker_hook": {"SageMakerHook": "amazon.aws.hooks.sagemaker"},
    "airflow.contrib.hooks.sftp_hook": {"SFTPHook": "sftp.hooks.sftp"},
    "airflow.contrib.hooks.slack_webhook_hook": {"SlackWebhookHook": "slack.hooks.slack_webhook"},
    "airflow.contrib.hooks.snowflake_hook": {"SnowflakeHook": "snowflake.hooks.snowflake"},
    "airflow.contrib.hooks.spark_jdbc_hook": {"SparkJDBCHook": "apache.spark.hooks.spark_jdbc"},
    "airflow.contrib.hooks.spark_sql_hook": {"SparkSqlHook": "apache.spark.hooks.spark_sql"},
    "airflow.contrib.hooks.spark_submit_hook": {"SparkSubmitHook": "apache.spark.hooks.spark_submit"},
    "airflow.contrib.hooks.ssh_hook": {"SSHHook": "ssh.hooks.ssh"},
    "airflow.contrib.hooks.wasb_hook": {"WasbHook": "microsoft.azure.hooks.wasb"},
    "airflow.contrib.operators.adls_list_operator": {
        "ADLSListOperator": "microsoft.azure.operators.adls",
        "AzureDataLakeStorageListOperator": "microsoft.azure.operators.adls:ADLSListOperator",
    },
    "airflow.contrib.operators.aws_athena_operator": {
        "AWSAthenaOperator": "amazon.aws.operators.athena:AthenaOperator"
    },
    "airflow.contrib.operators.aws_sqs_publish_operator": {
        "SQSPublishOperator": "amazon.aws.operators.sqs:SqsPublishOperator",
        "SqsPublishOperator": "amazon.aws.operators.sqs",
    },
    "airflow.contrib.operators.awsbatch_operator": {
        "AWSBatchOperator": "amazon.aws.operators.batch:BatchOperator",
        "BatchOperator": "amazon.aws.operators.batch",
    },
    "airflow.contrib.operators.azure_container_instances_operator": {
        "AzureContainerInstancesOperator": "microsoft.azure.operators.container_instances"
    },
    "airflow.contrib.operators.bigquery_check_operator": {
        "BigQueryCheckOperator": "google.cloud.operators.bigquery",
        "BigQueryIntervalCheckOperator": "google.cloud.operators.bigquery",
        "BigQueryValueCheckOperator": "google.cloud.operators.bigquery",
    },
    "airflow.contrib.operators.bigquery_get_data": {"BigQueryGetDataOperator": "google.cloud.operators.bigquery"},
    "airflow.contrib.operators.bigquery_operator": {
        "BigQueryCreateEmptyDatasetOperator": "google.cloud.operators.bigquery",
        "BigQueryDeleteDatasetOperator": "google.cloud.operators.bigquery",
        "BigQueryExecuteQueryOperator": "google.cloud.operators.bigquery",
        "BigQueryGetDatasetOperator": "google.cloud.operators.bigquery",
        "BigQueryGetDatasetTablesOperator": "google.cloud.operators.bigquery",
        "BigQueryOperator": "google.cloud.operators.bigquery:BigQueryExecuteQueryOperator",
        "BigQueryUpdateDatasetOperator": "google.cloud.operators.bigquery",
        "BigQueryUpsertTableOperator": "google.cloud.operators.bigquery",
    },
    "airflow.contrib.operators.bigquery_table_delete_operator": {
        "BigQueryDeleteTableOperator": "google.cloud.operators.bigquery",
        "BigQueryTableDeleteOperator": "google.cloud.operators.bigquery:BigQueryDeleteTableOperator",
    },
    "airflow.contrib.operators.bigquery_to_bigquery": {
        "BigQueryToBigQueryOperator": "google.cloud.transfers.bigquery_to_bigquery"
    },
    "airflow.contrib.operators.bigquery_to_gcs": {
        "BigQueryToCloudStorageOperator": "google.cloud.transfers.bigquery_to_gcs:BigQueryToGCSOperator",
        "BigQueryToGCSOperator": "google.cloud.transfers.bigquery_to_gcs",
    },
    "airflow.contrib.operators.databricks_operator": {
        "DatabricksRunNowOperator": "databricks.operators.databricks",
        "DatabricksSubmitRunOperator": "databricks.operators.databricks",
    },
    "airflow.contrib.operators.dataflow_operator": {
        "DataflowTemplateOperator": "google.cloud.operators.dataflow:DataflowTemplatedJobStartOperator",
        "DataflowTemplatedJobStartOperator": "google.cloud.operators.dataflow",
    },
    "airflow.contrib.operators.dataproc_operator": {
        "DataprocClusterCreateOperator": "google.cloud.operators.dataproc:DataprocCreateClusterOperator",
        "DataprocClusterDeleteOperator": "google.cloud.operators.dataproc:DataprocDeleteClusterOperator",
        "DataprocCreateClusterOperator": "google.cloud.operators.dataproc",
        "DataprocDeleteClusterOperator": "google.cloud.operators.dataproc",
        "DataprocInstantiateInlineWorkflowTemplateOperator": "google.cloud.operators.dataproc",
        "DataprocInstantiateWorkflowTemplateOperator": "google.cloud.operators.dataproc",
    },
    "airflow.contrib.operators.docker_swarm_operator": {"DockerSwarmOperator": "docker.operators.docker_swarm"},
    "airflow.contrib.operators.dynamodb_to_s3": {"DynamoDBToS3Operator": "amazon.aws.transfers.dynamodb_to_s3"},
    "airflow.contrib.operators.ecs_operator": {
        "EcsOperator": "amazon.aws.operators.ecs:EcsRunTaskOperator",
        "EcsRunTaskOperator": "amazon.aws.operators.ecs",
    },
    "airflow.contrib.operators.file_to_gcs": {
        "FileToGoogleCloudStorageOperator": "google.cloud.transfers.local_to_gcs:LocalFilesystemToGCSOperator",
        "LocalFilesystemToGCSOperator": "google.cloud.transfers.local_to_gcs",
    },
    "airflow.contrib.operators.file_to_wasb": {
        "FileToWasbOperator": "microsoft.azure.transfers.local_to_wasb:LocalFilesystemToWasbOperator",
        "LocalFilesystemToWasbOperator": "microsoft.azure.transfers.local_to_wasb",
    },
    "airflow.contrib.operators.gcp_container_operator": {
        "GKEClusterCreateOperator": "google.cloud.operators.kubernetes_engine:GKECreateClusterOperator",
        "GKEClusterDeleteOperator": "google.cloud.operators.kubernetes_engine:GKEDeleteClusterOperator",
        "GKECreateClusterOperator": "google.cloud.operators.kubernetes_engine",
        "GKEDeleteClusterOperator": "google.cloud.operators.kubernetes_engine",
        "GKEPodOperator": "google.cloud.operators.kubernetes_engine:GKEStartPodOperator",
        "GKEStartPodOperator": "google.cloud.operators.kubernetes_engine",
    },
    "airflow.contrib.operators.gcp_function_operator": {
        "CloudFunctionDeleteFunctionOperator": "google.cloud.operators.functions",
        "CloudFunctionDeployFunctionOperator": "google.cloud.operators.functions",
        "GcfFunctionDeleteOperator": "google.cloud.operators.functions:CloudFunctionDeleteFunctionOperator",
        "GcfFunctionDeployOperator": "google.cloud.operators.functions:CloudFunctionDeployFunctionOperator",
    },
    "airflow.contrib.operators.gcs_delete_operator": {
        "GCSDeleteObjectsOperator": "google.cloud.operators.gcs",
        "GoogleCloudStorageDeleteOperator": "google.cloud.operators.gcs:GCSDeleteObjectsOperator",
    },
    "airflow.contrib.operators.gcs_download_operator": {
        "GCSToLocalFilesystemOperator": "google.cloud.transfers.gcs_to_local",
        "GoogleCloudStorageDownloadOperator": "google.cloud.transfers.gcs_to_local:GCSToLocalFilesystemOperator",
    },
    "airflow.contrib.operators.gcs_list_operator": {
        "GCSListObjectsOperator": "google.cloud.operators.gcs",
        "GoogleCloudStorageListOperator": "google.cloud.operators.gcs:GCSListObjectsOperator",
    },
    "airflow.contrib.operators.gcs_operator": {
        "GCSCreateBucketOperator": "google.cloud.operators.gcs",
        "GoogleCloudStorageCreateBucketOperator": "google.cloud.operators.gcs:GCSCreateBucketOperator",
    },
    "airflow.contrib.operators.gcs_to_bq": {
        "GCSToBigQueryOperator": "google.cloud.transfers.gcs_to_bigquery",
        "GoogleCloudStorageToBigQueryOperator": "google.cloud.transfers.gcs_to_bigquery:GCSToBigQueryOperator",
    },
    "airflow.contrib.operators.gcs_to_gcs": {
        "GCSToGCSOperator": "google.cloud.transfers.gcs_to_gcs",
        "GoogleCloudStorageToGoogleCloudStorageOperator": "google.cloud.transfers.gcs_to_gcs:GCSToGCSOperator",
    },
    "airflow.contrib.operators.gcs_to_s3": {
        "GCSToS3Operator": "amazon.aws.transfers.gcs_to_s3",
        "GoogleCloudStorageToS3Operator": "amazon.aws.transfers.gcs_to_s3:GCSToS3Operator",
    },
    "airflow.contrib.operators.kubernetes_pod_operator": {"KubernetesPodOperator": "cncf.kubernetes.operators.pod"},
    "airflow.contrib.operators.mongo_to_s3": {"MongoToS3Operator": "amazon.aws.transfers.mongo_to_s3"},
    "airflow.contrib.operators.mssql_to_gcs": {
        "MSSQLToGCSOperator": "google.cloud.transfers.mssql_to_gcs",
        "MsSqlToGoogleCloudStorageOperator": "google.cloud.transfers.mssql_to_gcs:MSSQLToGCSOperator",
    },
    "airflow.contrib.operators.mysql_to_gcs": {
        "MySQLToGCSOperator": "google.cloud.transfers.mysql_to_gcs",
        "MySqlToGoogleCloudStorageOperator": "google.cloud.transfers.mysql_to_gcs:MySQLToGCSOperator",
    },
    "airflow.contrib.operators.postgres_to_gcs_operator": {
        "PostgresToGCSOperator": "google.cloud.transfers.postgres_to_gcs",
        "PostgresToGoogleCloudStorageOperator": "google.cloud.transfers.postgres_to_gcs:PostgresToGCSOperator",
    },
    "airflow.contrib.operators.pubsub_operator": {
        "PubSubCreateSubscriptionOperator": "google.cloud.operators.pubsub",
        "PubSubCreateTopicOperator": "google.cloud.operators.pubsub",
        "PubSubPublishMessageOperator": "google.cloud.operators.pubsub",
        "PubSubPublishOperator": "google.cloud.operators.pubsub:PubSubPublishMessageOperator",
        "PubSubSubscriptionCreateOperator": "google.cloud.operators.pubsub:PubSubCreateSubscriptionOperator",
        "PubSubTopicCreateOperator": "google.cloud.operators.pubsub:PubSubCreateTopicOperator",
    },
    "airflow.contrib.operators.redis_publish_operator": {"RedisPublishOperator": "redis.operators.redis_publish"},
    "airflow.contrib.operators.s3_to_gcs_operator": {"S3ToGCSOperator": "google.cloud.transfers.s3_to_gcs"},
    "airflow.contrib.operators.s3_to_sftp_operator": {"S3ToSFTPOperator": "amazon.aws.transfers.s3_to_sftp"},
    "airflow.contrib.operators.sftp_operator": {"SFTPOperator": "sftp.operators.sftp"},
    "airflow.contrib.operators.sftp_to_s3_operator": {"SFTPToS3Operator": "amazon.aws.transfers.sftp_to_s3"},
    "airflow.contrib.operators.slack_webhook_operator": {"SlackWebhookOperator": "slack.operators.slack_webhook"},
    "airflow.contrib.operators.snowflake_operator": {"SnowflakeOperator": "snowflake.operators.snowflake"},
    "airflow.contrib.operators.sns_publish_operator": {"SnsPublishOperator": "amazon.aws.operators.sns"},
    "airflow.contrib.operators.spark_jdbc_operator": {
        "SparkJDBCOperator": "apache.spark.operators.spark_jdbc",
        "SparkSubmitOperator": "apache.spark.operators.spark_submit",
    },
    "airflow.contrib.operators.spark_sql_operator": {"SparkSqlOperator": "apache.spark.operators.spark_sql"},
    "airflow.contrib.operators.spark_submit_operator": {"SparkSubmitOperator": "apache.spark.operators.spark_submit"},
    "airflow.contrib.operators.ssh_operator": {"SSHOperator": "ssh.operators.ssh"},
    "airflow.contrib.operators.wasb_delete_blob_operator": {
        "WasbDeleteBlobOperator": "microsoft.azure.operators.wasb_delete_blob"
    },
    "airflow.contrib.sensors.aws_athena_sensor": {"AthenaSensor": "amazon.aws.sensors.athena"},
    "airflow.contrib.sensors.aws_glue_catalog_partition_sensor": {
        "AwsGlueCatalogPartitionSensor": "amazon.aws.sensors.glue_catalog_partition:GlueCatalogPartitionSensor"
    },
    "airflow.contrib.sensors.aws_redshift_cluster_sensor": {
        "AwsRedshiftClusterSensor": "amazon.aws.sensors.redshift_cluster:RedshiftClusterSensor"
    },
    "airflow.contrib.sensors.aws_sqs_sensor": {
        "SQSSensor": "amazon.aws.sensors.sqs:SqsSensor",
        "SqsSensor": "amazon.aws.sensors.sqs",
    },
    "airflow.contrib.sensors.bigquery_sensor": {
        "BigQueryTableExistenceSensor": "google.cloud.sensors.bigquery",
        "BigQueryTableSensor": "google.cloud.sensors.bigquery:BigQueryTableExistenceSensor",
    },
    "airflow.contrib.sensors.ftp_sensor": {
        "FTPSSensor": "ftp.sensors.ftp",
        "FTPSensor": "ftp.sensors.ftp",
    },
    "airflow.contrib.sensors.gcs_sensor": {
        "GCSObjectExistenceSensor": "google.cloud.sensors.gcs",
        "GCSObjectUpdateSensor": "google.cloud.sensors.gcs",
        "GCSObjectsWithPrefixExistenceSensor": "google.cloud.sensors.gcs",
        "GCSUploadSessionCompleteSensor": "google.cloud.sensors.gcs",
        "GoogleCloudStorageObjectSensor": "google.cloud.sensors.gcs:GCSObjectExistenceSensor",
        "GoogleCloudStorageObjectUpdatedSensor": "google.cloud.sensors.gcs:GCSObjectUpdateSensor",
        "GoogleCloudStoragePrefixSensor": "google.cloud.sensors.gcs:GCSObjectsWithPrefixExistenceSensor",
        "GoogleCloudStorageUploadSessionCompleteSensor": "google.cloud.sensors.gcs:GCSUploadSessionCompleteSensor",
    },
    "airflow.contrib.sensors.mongo_sensor": {"MongoSensor": "mongo.sensors.mongo"},
    "airflow.contrib.sensors.pubsub_sensor": {"PubSubPullSensor": "google.cloud.sensors.pubsub"},
    "airflow.contrib.sensors.redis_key_sensor": {"RedisKeySensor": "redis.sensors.redis_key"},
    "airflow.contrib.sensors.redis_pub_sub_sensor": {"RedisPubSubSensor": "redis.sensors.redis_pub_sub"},
    "airflow.contrib.sensors.sagemaker_training_sensor": {
        "SageMakerHook": "amazon.aws.hooks.sagemaker",
        "SageMakerTrainingSensor": "amazon.aws.sensors.sagemaker",
    },
    "airflow.contrib.sensors.sftp_sensor": {"SFTPSensor": "sftp.sensors.sftp"},
    "airflow.contrib.sensors.wasb_sensor": {
        "WasbBlobSensor": "microsoft.azure.sensors.wasb",
        "WasbPrefixSensor": "microsoft.azure.sensors.wasb",
    },
}
