"""Classes of providers that once had another module or name: old module -> old name -> where it is now."""

from __future__ import annotations

from fanjet.airflow.table.declared.entries import MovedClasses

MOVED: dict[str, MovedClasses] = {
    "airflow.hooks.S3_hook": {"S3Hook": "amazon.aws.hooks.s3"},
    "airflow.hooks.dbapi": {"DbApiHook": "common.sql.hooks.sql"},
    "airflow.hooks.dbapi_hook": {"DbApiHook": "common.sql.hooks.sql"},
    "airflow.hooks.docker_hook": {"DockerHook": "docker.hooks.docker"},
    "airflow.hooks.hive_hooks": {
        "HiveCliHook": "apache.hive.hooks.hive",
        "HiveMetastoreHook": "apache.hive.hooks.hive",
        "HiveServer2Hook": "apache.hive.hooks.hive",
    },
    "airflow.hooks.http_hook": {"HttpHook": "http.hooks.http"},
    "airflow.hooks.mssql_hook": {"MsSqlHook": "microsoft.mssql.hooks.mssql"},
    "airflow.hooks.mysql_hook": {"MySqlHook": "mysql.hooks.mysql"},
    "airflow.hooks.oracle_hook": {"OracleHook": "oracle.hooks.oracle"},
    "airflow.hooks.postgres_hook": {"PostgresHook": "postgres.hooks.postgres"},
    "airflow.hooks.slack_hook": {"SlackHook": "slack.hooks.slack"},
    "airflow.hooks.sqlite_hook": {"SqliteHook": "sqlite.hooks.sqlite"},
    "airflow.operators.check_operator": {
        "CheckOperator": "common.sql.operators.sql:SQLCheckOperator",
        "IntervalCheckOperator": "common.sql.operators.sql:SQLIntervalCheckOperator",
        "SQLCheckOperator": "common.sql.operators.sql",
        "SQLIntervalCheckOperator": "common.sql.operators.sql",
        "SQLThresholdCheckOperator": "common.sql.operators.sql",
        "SQLValueCheckOperator": "common.sql.operators.sql",
        "ThresholdCheckOperator": "common.sql.operators.sql:SQLThresholdCheckOperator",
        "ValueCheckOperator": "common.sql.operators.sql:SQLValueCheckOperator",
    },
    "airflow.operators.docker_operator": {"DockerOperator": "docker.operators.docker"},
    "airflow.operators.gcs_to_s3": {"GCSToS3Operator": "amazon.aws.transfers.gcs_to_s3"},
    "airflow.operators.generic_transfer": {"GenericTransfer": "common.sql.operators.generic_transfer"},
    "airflow.operators.hive_operator": {"HiveOperator": "apache.hive.operators.hive"},
    "airflow.operators.http_operator": {"SimpleHttpOperator": "http.operators.http:HttpOperator"},
    "airflow.operators.mssql_operator": {"MsSqlOperator": "microsoft.mssql.operators.mssql"},
    "airflow.operators.mysql_operator": {"MySqlOperator": "mysql.operators.mysql"},
    "airflow.operators.oracle_operator": {"OracleOperator": "oracle.operators.oracle"},
    "airflow.operators.papermill_operator": {"PapermillOperator": "papermill.operators.papermill"},
    "airflow.operators.postgres_operator": {"PostgresOperator": "postgres.operators.postgres"},
    "airflow.operators.presto_check_operator": {
        "PrestoCheckOperator": "common.sql.operators.sql:SQLCheckOperator",
        "PrestoIntervalCheckOperator": "common.sql.operators.sql:SQLIntervalCheckOperator",
        "PrestoValueCheckOperator": "common.sql.operators.sql:SQLValueCheckOperator",
        "SQLCheckOperator": "common.sql.operators.sql",
        "SQLIntervalCheckOperator": "common.sql.operators.sql",
        "SQLValueCheckOperator": "common.sql.operators.sql",
    },
    "airflow.operators.redshift_to_s3_operator": {
        "RedshiftToS3Operator": "amazon.aws.transfers.redshift_to_s3",
        "RedshiftToS3Transfer": "amazon.aws.transfers.redshift_to_s3:RedshiftToS3Operator",
    },
    "airflow.operators.s3_file_transform_operator": {"S3FileTransformOperator": "amazon.aws.operators.s3"},
    "airflow.operators.s3_to_redshift_operator": {
        "S3ToRedshiftOperator": "amazon.aws.transfers.s3_to_redshift",
        "S3ToRedshiftTransfer": "amazon.aws.transfers.s3_to_redshift:S3ToRedshiftOperator",
    },
    "airflow.operators.slack_operator": {
        "SlackAPIOperator": "slack.operators.slack",
        "SlackAPIPostOperator": "slack.operators.slack",
    },
    "airflow.operators.sql": {
        "BaseSQLOperator": "common.sql.operators.sql",
        "BranchSQLOperator": "common.sql.operators.sql",
        "SQLCheckOperator": "common.sql.operators.sql",
        "SQLColumnCheckOperator": "common.sql.operators.sql",
        "SQLIntervalCheckOperator": "common.sql.operators.sql",
        "SQLTableCheckOperator": "common.sql.operators.sql",
        "SQLThresholdCheckOperator": "common.sql.operators.sql",
        "SQLValueCheckOperator": "common.sql.operators.sql",
    },
    "airflow.operators.sql_branch_operator": {
        "BranchSQLOperator": "common.sql.operators.sql",
        "BranchSqlOperator": "common.sql.operators.sql:BranchSQLOperator",
    },
    "airflow.operators.sqlite_operator": {"SqliteOperator": "sqlite.operators.sqlite"},
    "airflow.providers.amazon.aws.hooks.athena": {"AWSAthenaHook": "amazon.aws.hooks.athena:AthenaHook"},
    "airflow.providers.amazon.aws.hooks.batch_client": {
        "AwsBatchClientHook": "amazon.aws.hooks.batch_client:BatchClientHook"
    },
    "airflow.providers.amazon.aws.hooks.dynamodb": {"AwsDynamoDBHook": "amazon.aws.hooks.dynamodb:DynamoDBHook"},
    "airflow.providers.amazon.aws.hooks.emr_containers": {"EMRContainerHook": "amazon.aws.hooks.emr:EmrContainerHook"},
    "airflow.providers.amazon.aws.hooks.glue": {"AwsGlueJobHook": "amazon.aws.hooks.glue:GlueJobHook"},
    "airflow.providers.amazon.aws.hooks.lambda_function": {
        "AwsLambdaHook": "amazon.aws.hooks.lambda_function:LambdaHook"
    },
    "airflow.providers.amazon.aws.hooks.redshift": {
        "RedshiftHook": "amazon.aws.hooks.redshift_cluster",
        "RedshiftSQLHook": "amazon.aws.hooks.redshift_sql",
    },
    "airflow.providers.amazon.aws.hooks.ses": {"SESHook": "amazon.aws.hooks.ses:SesHook"},
    "airflow.providers.amazon.aws.hooks.sns": {"AwsSnsHook": "amazon.aws.hooks.sns:SnsHook"},
    "airflow.providers.amazon.aws.hooks.sqs": {"SQSHook": "amazon.aws.hooks.sqs:SqsHook"},
    "airflow.providers.amazon.aws.operators.athena": {
        "AWSAthenaOperator": "amazon.aws.operators.athena:AthenaOperator"
    },
    "airflow.providers.amazon.aws.operators.aws_lambda": {
        "AwsLambdaInvokeFunctionOperator": "amazon.aws.operators.lambda_function:LambdaInvokeFunctionOperator"
    },
    "airflow.providers.amazon.aws.operators.batch": {"AwsBatchOperator": "amazon.aws.operators.batch:BatchOperator"},
    "airflow.providers.amazon.aws.operators.ec2_start_instance": {
        "EC2StartInstanceOperator": "amazon.aws.operators.ec2"
    },
    "airflow.providers.amazon.aws.operators.ec2_stop_instance": {"EC2StopInstanceOperator": "amazon.aws.operators.ec2"},
    "airflow.providers.amazon.aws.operators.ecs": {
        "ECSOperator": "amazon.aws.operators.ecs:EcsRunTaskOperator",
        "EcsOperator": "amazon.aws.operators.ecs:EcsRunTaskOperator",
    },
    "airflow.providers.amazon.aws.operators.eks": {
        "EKSCreateClusterOperator": "amazon.aws.operators.eks:EksCreateClusterOperator",
        "EKSCreateNodegroupOperator": "amazon.aws.operators.eks:EksCreateNodegroupOperator",
        "EKSDeleteClusterOperator": "amazon.aws.operators.eks:EksDeleteClusterOperator",
        "EKSDeleteNodegroupOperator": "amazon.aws.operators.eks:EksDeleteNodegroupOperator",
        "EKSPodOperator": "amazon.aws.operators.eks:EksPodOperator",
    },
    "airflow.providers.amazon.aws.operators.emr_add_steps": {"EmrAddStepsOperator": "amazon.aws.operators.emr"},
    "airflow.providers.amazon.aws.operators.emr_containers": {
        "EMRContainerOperator": "amazon.aws.operators.emr:EmrContainerOperator"
    },
    "airflow.providers.amazon.aws.operators.emr_create_job_flow": {
        "EmrCreateJobFlowOperator": "amazon.aws.operators.emr"
    },
    "airflow.providers.amazon.aws.operators.emr_modify_cluster": {
        "EmrModifyClusterOperator": "amazon.aws.operators.emr"
    },
    "airflow.providers.amazon.aws.operators.emr_terminate_job_flow": {
        "EmrTerminateJobFlowOperator": "amazon.aws.operators.emr"
    },
    "airflow.providers.amazon.aws.operators.glue": {"AwsGlueJobOperator": "amazon.aws.operators.glue:GlueJobOperator"},
    "airflow.providers.amazon.aws.operators.glue_crawler": {
        "AwsGlueCrawlerOperator": "amazon.aws.operators.glue_crawler:GlueCrawlerOperator"
    },
    "airflow.providers.amazon.aws.operators.lambda_function": {
        "AwsLambdaInvokeFunctionOperator": "amazon.aws.operators.lambda_function:LambdaInvokeFunctionOperator"
    },
    "airflow.providers.amazon.aws.operators.redshift": {
        "RedshiftPauseClusterOperator": "amazon.aws.operators.redshift_cluster",
        "RedshiftResumeClusterOperator": "amazon.aws.operators.redshift_cluster",
    },
    "airflow.providers.amazon.aws.operators.s3_bucket": {
        "S3CreateBucketOperator": "amazon.aws.operators.s3",
        "S3DeleteBucketOperator": "amazon.aws.operators.s3",
    },
    "airflow.providers.amazon.aws.operators.s3_bucket_tagging": {
        "S3DeleteBucketTaggingOperator": "amazon.aws.operators.s3",
        "S3GetBucketTaggingOperator": "amazon.aws.operators.s3",
        "S3PutBucketTaggingOperator": "amazon.aws.operators.s3",
    },
    "airflow.providers.amazon.aws.operators.s3_copy_object": {"S3CopyObjectOperator": "amazon.aws.operators.s3"},
    "airflow.providers.amazon.aws.operators.s3_delete_objects": {"S3DeleteObjectsOperator": "amazon.aws.operators.s3"},
    "airflow.providers.amazon.aws.operators.s3_file_transform": {"S3FileTransformOperator": "amazon.aws.operators.s3"},
    "airflow.providers.amazon.aws.operators.s3_list": {"S3ListOperator": "amazon.aws.operators.s3"},
    "airflow.providers.amazon.aws.operators.s3_list_prefixes": {"S3ListPrefixesOperator": "amazon.aws.operators.s3"},
    "airflow.providers.amazon.aws.operators.sagemaker_endpoint": {
        "SageMakerEndpointOperator": "amazon.aws.operators.sagemaker"
    },
    "airflow.providers.amazon.aws.operators.sagemaker_endpoint_config": {
        "SageMakerEndpointConfigOperator": "amazon.aws.operators.sagemaker"
    },
    "airflow.providers.amazon.aws.operators.sagemaker_model": {
        "SageMakerModelOperator": "amazon.aws.operators.sagemaker"
    },
    "airflow.providers.amazon.aws.operators.sagemaker_processing": {
        "SageMakerProcessingOperator": "amazon.aws.operators.sagemaker"
    },
    "airflow.providers.amazon.aws.operators.sagemaker_training": {
        "SageMakerTrainingOperator": "amazon.aws.operators.sagemaker"
    },
    "airflow.providers.amazon.aws.operators.sagemaker_transform": {
        "SageMakerTransformOperator": "amazon.aws.operators.sagemaker"
    },
    "airflow.providers.amazon.aws.operators.sagemaker_tuning": {
        "SageMakerTuningOperator": "amazon.aws.operators.sagemaker"
    },
    "airflow.providers.amazon.aws.operators.sqs": {"SQSPublishOperator": "amazon.aws.operators.sqs:SqsPublishOperator"},
    "airflow.providers.amazon.aws.operators.step_function_get_execution_output": {
        "StepFunctionGetExecutionOutputOperator": "amazon.aws.operators.step_function"
    },
    "airflow.providers.amazon.aws.operators.step_function_start_execution": {
        "StepFunctionStartExecutionOperator": "amazon.aws.operators.step_function"
    },
    "airflow.providers.amazon.aws.sensors.emr_containers": {
        "EMRContainerSensor": "amazon.aws.sensors.emr:EmrContainerSensor"
    },
    "airflow.providers.amazon.aws.sensors.emr_job_flow": {"EmrJobFlowSensor": "amazon.aws.sensors.emr"},
    "airflow.providers.amazon.aws.sensors.emr_step": {"EmrStepSensor": "amazon.aws.sensors.emr"},
    "airflow.providers.amazon.aws.sensors.glue": {"AwsGlueJobSensor": "amazon.aws.sensors.glue:GlueJobSensor"},
    "airflow.providers.amazon.aws.sensors.glue_catalog_partition": {
        "AwsGlueCatalogPartitionSensor": "amazon.aws.sensors.glue_catalog_partition:GlueCatalogPartitionSensor"
    },
    "airflow.providers.amazon.aws.sensors.glue_crawler": {
        "AwsGlueCrawlerSensor": "amazon.aws.sensors.glue_crawler:GlueCrawlerSensor"
    },
    "airflow.providers.amazon.aws.sensors.redshift": {"RedshiftClusterSensor": "amazon.aws.sensors.redshift_cluster"},
    "airflow.providers.amazon.aws.sensors.s3_key": {"S3KeySensor": "amazon.aws.sensors.s3"},
    "airflow.providers.amazon.aws.sensors.s3_keys_unchanged": {"S3KeysUnchangedSensor": "amazon.aws.sensors.s3"},
    "airflow.providers.amazon.aws.sensors.sagemaker_endpoint": {
        "SageMakerEndpointSensor": "amazon.aws.sensors.sagemaker"
    },
    "airflow.providers.amazon.aws.sensors.sagemaker_training": {
        "SageMakerTrainingSensor": "amazon.aws.sensors.sagemaker"
    },
    "airflow.providers.amazon.aws.sensors.sagemaker_transform": {
        "SageMakerTransformSensor": "amazon.aws.sensors.sagemaker"
    },
    "airflow.providers.amazon.aws.sensors.sagemaker_tuning": {"SageMakerTuningSensor": "amazon.aws.sensors.sagemaker"},
    "airflow.providers.amazon.aws.sensors.sqs": {"SQSSensor": "amazon.aws.sensors.sqs:SqsSensor"},
    "airflow.providers.amazon.aws.sensors.step_function_execution": {
        "StepFunctionExecutionSensor": "amazon.aws.sensors.step_function"
    },
    "airflow.providers.cncf.kubernetes.operators.kubernetes_pod": {
        "KubernetesPodOperator": "cncf.kubernetes.operators.pod"
    },
    "airflow.providers.http.operators.http": {"SimpleHttpOperator": "http.operators.http:HttpOperator"},
    "airflow.sensors.hive_partition_sensor": {"HivePartitionSensor": "apache.hive.sensors.hive_partition"},
    "airflow.sensors.http_sensor": {"HttpSensor": "http.sensors.http"},
    "airflow.sensors.named_hive_partition_sensor": {
        "NamedHivePartitionSensor": "apache.hive.sensors.named_hive_partition"
    },
    "airflow.sensors.s3_key_sensor": {"S3KeySensor": "amazon.aws.sensors.s3"},
    "airflow.sensors.sql": {"SqlSensor": "common.sql.sensors.sql"},
    "airflow.sensors.sql_sensor": {"SqlSensor": "common.sql.sensors.sql"},
}
