"""Amazon's services."""

from __future__ import annotations

from fanjet.airflow.table.declared.entries import ProviderClasses

PROVIDERS: dict[str, ProviderClasses] = {
    "amazon": {
        "aws.hooks.athena": {"AthenaHook": ""},
        "aws.hooks.base_aws": {"AwsGenericHook": "", "AwsBaseHook": ""},
        "aws.hooks.batch_client": {"BatchClientHook": ""},
        "aws.hooks.dynamodb": {"DynamoDBHook": ""},
        "aws.hooks.ec2": {"EC2Hook": ""},
        "aws.hooks.ecs": {"EcsHook": ""},
        "aws.hooks.emr": {"EmrHook": "", "EmrServerlessHook": "", "EmrContainerHook": ""},
        "aws.hooks.glue": {"GlueJobHook": ""},
        "aws.hooks.lambda_function": {"LambdaHook": ""},
        "aws.hooks.logs": {"AwsLogsHook": ""},
        "aws.hooks.rds": {"RdsHook": ""},
        "aws.hooks.redshift_cluster": {"RedshiftHook": ""},
        "aws.hooks.redshift_data": {"RedshiftDataHook": ""},
        "aws.hooks.redshift_sql": {"RedshiftSQLHook": ""},
        "aws.hooks.s3": {"S3Hook": ""},
        "aws.hooks.sagemaker": {"SageMakerHook": ""},
        "aws.hooks.secrets_manager": {"SecretsManagerHook": ""},
        "aws.hooks.ses": {"SesHook": ""},
        "aws.hooks.sns": {"SnsHook": ""},
        "aws.hooks.sqs": {"SqsHook": ""},
        "aws.hooks.step_function": {"StepFunctionHook": ""},
        "aws.operators.athena": {
            "AthenaOperator": "aws_conn_id catalog database output_location query region_name verify workgroup | .sql",
        },
        "aws.operators.batch": {
            "BatchOperator": (
                "array_properties aws_conn_id awslogs_enabled awslogs_fetch_interval container_overrides "
                "ecs_properties_override eks_properties_override job_definition job_id job_name job_queue "
                "node_overrides parameters region_name retry_strategy tags verify wait_for_completion waiters"
            ),
        },
        "aws.operators.ec2": {
            "EC2StartInstanceOperator": "aws_conn_id instance_id region_name verify",
            "EC2StopInstanceOperator": "aws_conn_id instance_id region_name verify",
        },
        "aws.operators.ecs": {
            "EcsRunTaskOperator": (
                "task_definition cluster overrides launch_type capacity_provider_strategy volume_configurations "
                "group placement_constraints placement_strategy platform_version network_configuration tags "
                "awslogs_group awslogs_region awslogs_stream_prefix awslogs_fetch_interval container_name "
                "propagate_tags reattach number_logs_exception wait_for_completion deferrable"
            ),
            "EcsRegisterTaskDefinitionOperator": "family container_definitions register_task_kwargs",
            "EcsDeregisterTaskDefinitionOperator": "task_definition",
            "EcsCreateClusterOperator": (
                "aws_conn_id cluster_name create_cluster_kwargs deferrable region_name verify wait_for_completion"
            ),
            "EcsDeleteClusterOperator": "cluster_name wait_for_completion deferrable",
        },
        "aws.operators.eks": {
            "EksCreateClusterOperator": (
                "aws_conn_id cluster_name cluster_role_arn compute create_cluster_kwargs "
                "create_fargate_profile_kwargs create_nodegroup_kwargs fargate_pod_execution_role_arn "
                "fargate_profile_name fargate_selectors nodegroup_name nodegroup_role_arn region_name "
                "resources_vpc_config verify wait_for_completion"
            ),
            "EksDeleteClusterOperator": (
                "aws_conn_id cluster_name force_delete_compute region_name verify wait_for_completion"
            ),
            "EksPodOperator": "cluster_name in_cluster namespace pod_name aws_conn_id region",
            "EksCreateNodegroupOperator": (
                "aws_conn_id cluster_name create_nodegroup_kwargs nodegroup_name nodegroup_role_arn "
                "nodegroup_subnets region_name verify wait_for_completion"
            ),
            "EksDeleteNodegroupOperator": (
                "aws_conn_id cluster_name nodegroup_name region_name verify wait_for_completion"
            ),
        },
        "aws.operators.emr": {
            "EmrAddStepsOperator": (
                "aws_conn_id cluster_states execution_role_arn job_flow_id job_flow_name region_name steps verify | "
                ".json"
            ),
            "EmrCreateJobFlowOperator": (
                "aws_conn_id emr_conn_id job_flow_overrides region_name verify waiter_delay waiter_max_attempts | .json"
            ),
            "EmrModifyClusterOperator": "aws_conn_id cluster_id region_name step_concurrency_level verify",
            "EmrTerminateJobFlowOperator": "aws_conn_id job_flow_id region_name verify",
            "EmrContainerOperator": (
                "aws_conn_id configuration_overrides execution_role_arn job_driver name region_name release_label "
                "verify virtual_cluster_id"
            ),
            "EmrServerlessCreateApplicationOperator": "aws_conn_id region_name verify",
            "EmrServerlessStartJobOperator": (
                "application_id aws_conn_id config configuration_overrides execution_role_arn job_driver name "
                "region_name verify"
            ),
            "EmrServerlessStopApplicationOperator": "application_id aws_conn_id region_name verify",
            "EmrServerlessDeleteApplicationOperator": "application_id aws_conn_id region_name verify",
        },
        "aws.operators.glue": {
            "GlueJobOperator": (
                "aws_conn_id create_job_kwargs iam_role_arn iam_role_name job_name region_name run_job_kwargs "
                "s3_bucket script_args script_location verify"
            ),
        },
        "aws.operators.glue_crawler": {
            "GlueCrawlerOperator": "aws_conn_id config region_name verify",
        },
        "aws.operators.glue_databrew": {
            "GlueDataBrewStartJobOperator": (
                "aws_conn_id deferrable job_name region_name verify wait_for_completion waiter_delay "
                "waiter_max_attempts"
            ),
        },
        "aws.operators.lambda_function": {
            "LambdaCreateFunctionOperator": (
                "aws_conn_id code config function_name handler region_name role runtime verify"
            ),
            "LambdaInvokeFunctionOperator": (
                "aws_conn_id function_name invocation_type payload qualifier region_name verify"
            ),
        },
        "aws.operators.rds": {
            "RdsStartDbOperator": "aws_conn_id db_identifier db_type region_name verify",
            "RdsStopDbOperator": "aws_conn_id db_identifier db_snapshot_identifier db_type region_name verify",
            "RdsCreateDbSnapshotOperator": "aws_conn_id db_identifier db_snapshot_identifier region_name tags verify",
            "RdsStartExportTaskOperator": (
                "aws_conn_id export_only export_task_identifier iam_role_arn kms_key_id region_name s3_bucket_name "
                "s3_prefix source_arn verify"
            ),
        },
        "aws.operators.redshift_cluster": {
            "RedshiftCreateClusterOperator": (
                "additional_info allow_version_upgrade aqua_configuration_status "
                "automated_snapshot_retention_period availability_zone availability_zone_relocation aws_conn_id "
                "cluster_identifier cluster_parameter_group_name cluster_security_groups cluster_subnet_group_name "
                "cluster_type cluster_version db_name default_iam_role_arn elastic_ip encrypted "
                "enhanced_vpc_routing hsm_client_certificate_identifier hsm_configuration_identifier iam_roles "
                "kms_key_id maintenance_track_name manual_snapshot_retention_period master_user_password "
                "master_username node_type number_of_nodes port preferred_maintenance_window publicly_accessible "
                "region_name snapshot_schedule_identifier tags verify vpc_security_group_ids"
            ),
            "RedshiftDeleteClusterOperator": "aws_conn_id cluster_identifier region_name verify",
            "RedshiftPauseClusterOperator": "aws_conn_id cluster_identifier region_name verify",
            "RedshiftResumeClusterOperator": "aws_conn_id cluster_identifier region_name verify",
        },
        "aws.operators.redshift_data": {
            "RedshiftDataOperator": (
                "aws_conn_id cluster_identifier database db_user parameters region_name session_id sql "
                "statement_name verify workgroup_name | .sql"
            ),
        },
        "aws.operators.s3": {
            "S3CreateBucketOperator": "aws_conn_id bucket_name bucket_namespace region_name verify",
            "S3DeleteBucketOperator": "aws_conn_id bucket_name region_name verify",
            "S3GetBucketTaggingOperator": "aws_conn_id bucket_name region_name verify",
            "S3PutBucketTaggingOperator": "aws_conn_id bucket_name region_name verify",
            "S3DeleteBucketTaggingOperator": "aws_conn_id bucket_name region_name verify",
            "S3CopyObjectOperator": (
                "aws_conn_id dest_bucket_key dest_bucket_name region_name source_bucket_key source_bucket_name verify"
            ),
            "S3CopyPrefixOperator": (
                "aws_conn_id dest_bucket_name dest_bucket_prefix kms_key_id region_name source_bucket_name "
                "source_bucket_prefix verify"
            ),
            "S3CreateObjectOperator": "aws_conn_id data region_name s3_bucket s3_key verify",
            "S3DeleteObjectsOperator": "aws_conn_id bucket from_datetime keys prefix region_name to_datetime verify",
            "S3FileTransformOperator": (
                "aws_conn_id dest_aws_conn_id dest_s3_key region_name script_args source_aws_conn_id source_s3_key "
                "verify"
            ),
            "S3ListOperator": "aws_conn_id bucket delimiter prefix region_name verify",
            "S3ListPrefixesOperator": "aws_conn_id bucket delimiter prefix region_name verify",
            "S3ReadObjectOperator": "aws_conn_id region_name s3_bucket s3_key verify",
        },
        "aws.operators.sagemaker": {
            "SageMakerEndpointConfigOperator": "aws_conn_id config region_name verify",
            "SageMakerEndpointOperator": "aws_conn_id config region_name verify",
            "SageMakerModelOperator": "aws_conn_id config region_name verify",
            "SageMakerProcessingOperator": "aws_conn_id config region_name verify output_files_to_xcom",
            "SageMakerTrainingOperator": "aws_conn_id config region_name verify",
            "SageMakerTransformOperator": "aws_conn_id config region_name verify",
            "SageMakerTuningOperator": "aws_conn_id config region_name verify",
            "SageMakerStartPipelineOperator": (
                "aws_conn_id display_name pipeline_name pipeline_params region_name verify"
            ),
        },
        "aws.operators.sns": {
            "SnsPublishOperator": (
                "aws_conn_id message message_attributes message_deduplication_id message_group_id region_name "
                "subject target_arn verify"
            ),
        },
        "aws.operators.sqs": {
            "SqsPublishOperator": (
                "aws_conn_id delay_seconds message_attributes message_content message_deduplication_id "
                "message_group_id region_name sqs_queue verify"
            ),
        },
        "aws.operators.step_function": {
            "StepFunctionStartExecutionOperator": (
                "aws_conn_id is_redrive_execution name region_name state_machine_arn state_machine_input verify"
            ),
            "StepFunctionGetExecutionOutputOperator": "aws_conn_id execution_arn region_name verify",
        },
        "aws.sensors.athena": {
            "AthenaSensor": "aws_conn_id query_execution_id region_name verify",
        },
        "aws.sensors.batch": {
            "BatchSensor": "aws_conn_id job_id region_name verify",
        },
        "aws.sensors.dynamodb": {
            "DynamoDBValueSensor": (
                "attribute_name attribute_value aws_conn_id partition_key_name partition_key_value region_name "
                "sort_key_name sort_key_value table_name verify"
            ),
        },
        "aws.sensors.ecs": {
            "EcsTaskStateSensor": "aws_conn_id cluster failure_states region_name target_state task verify",
        },
        "aws.sensors.emr": {
            "EmrJobFlowSensor": "aws_conn_id failed_states job_flow_id region_name target_states verify",
            "EmrStepSensor": "aws_conn_id failed_states job_flow_id region_name step_id target_states verify",
            "EmrContainerSensor": "aws_conn_id job_id region_name verify virtual_cluster_id",
            "EmrServerlessJobSensor": "application_id aws_conn_id job_run_id region_name verify",
        },
        "aws.sensors.glue": {
            "GlueJobSensor": "aws_conn_id job_name region_name run_id verify",
        },
        "aws.sensors.glue_catalog_partition": {
            "GlueCatalogPartitionSensor": "aws_conn_id database_name expression region_name table_name verify",
        },
        "aws.sensors.glue_crawler": {
            "GlueCrawlerSensor": "aws_conn_id crawler_name region_name verify",
        },
        "aws.sensors.lambda_function": {
            "LambdaFunctionStateSensor": "aws_conn_id function_name qualifier region_name verify",
        },
        "aws.sensors.redshift_cluster": {
            "RedshiftClusterSensor": "aws_conn_id cluster_identifier region_name target_status verify",
        },
        "aws.sensors.s3": {
            "S3KeySensor": "aws_conn_id bucket_key bucket_name region_name verify",
            "S3KeysUnchangedSensor": "aws_conn_id bucket_name prefix region_name verify",
        },
        "aws.sensors.sagemaker": {
            "SageMakerEndpointSensor": "aws_conn_id endpoint_name region_name verify",
            "SageMakerTrainingSensor": "aws_conn_id job_name region_name verify",
            "SageMakerTransformSensor": "aws_conn_id job_name region_name verify",
            "SageMakerTuningSensor": "aws_conn_id job_name region_name verify",
        },
        "aws.sensors.sqs": {
            "SqsSensor": "aws_conn_id max_messages message_filtering_config region_name sqs_queue verify",
        },
        "aws.sensors.step_function": {
            "StepFunctionExecutionSensor": "aws_conn_id execution_arn region_name verify",
        },
        "aws.transfers.dynamodb_to_s3": {
            "DynamoDBToS3Operator": (
                "source_aws_conn_id dest_aws_conn_id dynamodb_table_name s3_bucket_name file_size "
                "dynamodb_scan_kwargs s3_key_prefix export_time export_format export_table_to_point_in_time_kwargs "
                "check_interval max_attempts"
            ),
        },
        "aws.transfers.ftp_to_s3": {
            "FTPToS3Operator": "ftp_path s3_bucket s3_key ftp_filenames s3_filenames ftp_conn_id aws_conn_id",
        },
        "aws.transfers.gcs_to_s3": {
            "GCSToS3Operator": (
                "gcs_bucket prefix dest_s3_key google_impersonation_chain gcp_user_project match_glob gcp_conn_id "
                "dest_aws_conn_id"
            ),
        },
        "aws.transfers.http_to_s3": {
            "HttpToS3Operator": "http_conn_id endpoint data headers s3_bucket s3_key aws_conn_id",
        },
        "aws.transfers.local_to_s3": {
            "LocalFilesystemToS3Operator": "filename dest_key dest_bucket aws_conn_id",
        },
        "aws.transfers.mongo_to_s3": {
            "MongoToS3Operator": "s3_bucket s3_key mongo_query mongo_collection mongo_conn_id aws_conn_id",
        },
        "aws.transfers.redshift_to_s3": {
            "RedshiftToS3Operator": (
                "s3_bucket s3_key schema table unload_options select_query redshift_conn_id "
                "redshift_data_api_kwargs | .sql"
            ),
        },
        "aws.transfers.s3_to_ftp": {
            "S3ToFTPOperator": "s3_bucket s3_key ftp_path s3_filenames ftp_filenames aws_conn_id ftp_conn_id",
        },
        "aws.transfers.s3_to_redshift": {
            "S3ToRedshiftOperator": (
                "s3_bucket s3_key schema table column_list copy_options redshift_conn_id method "
                "redshift_data_api_kwargs aws_conn_id"
            ),
        },
        "aws.transfers.s3_to_sftp": {
            "S3ToSFTPOperator": "s3_key sftp_path s3_bucket s3_filenames sftp_filenames sftp_conn_id aws_conn_id",
        },
        "aws.transfers.s3_to_sql": {
            "S3ToSqlOperator": "s3_bucket s3_key schema table column_list sql_conn_id aws_conn_id",
        },
        "aws.transfers.sftp_to_s3": {
            "SFTPToS3Operator": "s3_key sftp_path s3_bucket sftp_filenames s3_filenames sftp_conn_id aws_conn_id",
        },
        "aws.transfers.sql_to_s3": {
            "SqlToS3Operator": "s3_bucket s3_key query sql_conn_id aws_conn_id | .sql",
        },
    },
}
