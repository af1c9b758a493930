"""What else files talk to: programs, messages, files, containers, clusters."""

from __future__ import annotations

from fanjet.airflow.table.declared.entries import ProviderClasses

PROVIDERS: dict[str, ProviderClasses] = {
    "http": {
        "hooks.http": {"HttpHook": ""},
        "operators.http": {
            "HttpOperator": "endpoint data headers http_conn_id",
        },
        "sensors.http": {
            "HttpSensor": "endpoint request_params headers http_conn_id",
        },
    },
    "cncf.kubernetes": {
        "hooks.kubernetes": {"KubernetesHook": ""},
        "operators.job": {
            "KubernetesJobOperator": (
                "job_template_file image name hostname cmds annotations arguments env_vars labels config_file "
                "pod_template_file pod_template_dict namespace container_resources volumes volume_mounts "
                "cluster_context env_from configmaps node_selector kubernetes_conn_id base_container_name "
                "trigger_kwargs"
            ),
            "KubernetesDeleteJobOperator": "config_file name namespace cluster_context kubernetes_conn_id",
        },
        "operators.pod": {
            "KubernetesPodOperator": (
                "image name hostname cmds annotations arguments env_vars labels config_file pod_template_file "
                "pod_template_dict namespace container_resources volumes volume_mounts cluster_context env_from "
                "configmaps node_selector kubernetes_conn_id base_container_name trigger_kwargs"
            ),
        },
        "operators.resource": {
            "KubernetesCreateResourceOperator": "yaml_conf yaml_conf_file kubernetes_conn_id",
            "KubernetesDeleteResourceOperator": "yaml_conf yaml_conf_file kubernetes_conn_id",
        },
        "operators.spark_kubernetes": {
            "SparkKubernetesOperator": "application_file namespace template_spec kubernetes_conn_id | yaml yml json",
        },
        "sensors.spark_kubernetes": {
            "SparkKubernetesSensor": "application_name namespace kubernetes_conn_id",
        },
    },
    "docker": {
        "hooks.docker": {"DockerHook": ""},
        "operators.docker": {
            "DockerOperator": (
                "image command environment env_file container_name mounts docker_conn_id | .sh .bash .env"
            ),
        },
        "operators.docker_swarm": {
            "DockerSwarmOperator": (
                "image command environment env_file container_name mounts docker_conn_id | .sh .bash .env"
            ),
        },
    },
    "apache.spark": {
        "hooks.spark_jdbc": {"SparkJDBCHook": ""},
        "hooks.spark_sql": {"SparkSqlHook": ""},
        "hooks.spark_submit": {"SparkSubmitHook": ""},
        "operators.spark_jdbc": {
            "SparkJDBCOperator": (
                "application conf files py_files jars driver_class_path packages exclude_packages keytab principal "
                "proxy_user name application_args env_vars post_submit_commands properties_file"
            ),
        },
        "operators.spark_sql": {
            "SparkSqlOperator": "sql | .sql .hql",
        },
        "operators.spark_submit": {
            "SparkSubmitOperator": (
                "application conf files py_files jars driver_class_path packages exclude_packages keytab principal "
                "proxy_user name application_args env_vars post_submit_commands properties_file"
            ),
        },
    },
    "apache.livy": {
        "hooks.livy": {"LivyHook": ""},
        "operators.livy": {
            "LivyOperator": "spark_params",
        },
        "sensors.livy": {
            "LivySensor": "batch_id",
        },
    },
    "apache.kafka": {
        "hooks.consume": {"KafkaConsumerHook": ""},
        "hooks.produce": {"KafkaProducerHook": ""},
        "operators.consume": {
            "ConsumeFromTopicOperator": "topics apply_function_args apply_function_kwargs kafka_config_id",
        },
        "operators.produce": {
            "ProduceToTopicOperator": "topic producer_function_args producer_function_kwargs kafka_config_id",
        },
        "sensors.kafka": {
            "AwaitMessageSensor": (
                "topics apply_function apply_function_args apply_function_kwargs kafka_config_id commit_offset"
            ),
            "AwaitMessageTriggerFunctionSensor": (
                "topics apply_function apply_function_args apply_function_kwargs kafka_config_id"
            ),
        },
    },
    "papermill": {
        "operators.papermill": {
            "PapermillOperator": (
                "input_nb output_nb parameters kernel_name language_name kernel_conn_id nbconvert nbconvert_args"
            ),
        },
    },
    "airbyte": {
        "hooks.airbyte": {"AirbyteHook": ""},
        "operators.airbyte": {
            "AirbyteTriggerSyncOperator": "connection_id airbyte_conn_id",
        },
        "sensors.airbyte": {
            "AirbyteJobSensor": "airbyte_job_id airbyte_conn_id",
        },
    },
    "tableau": {
        "hooks.tableau": {"TableauHook": ""},
        "operators.tableau": {
            "TableauOperator": "find match_with tableau_conn_id",
        },
    },
    "slack": {
        "hooks.slack": {"SlackHook": ""},
        "hooks.slack_webhook": {"SlackWebhookHook": ""},
        "operators.slack": {
            "SlackAPIOperator": "slack_conn_id",
            "SlackAPIPostOperator": "username text attachments blocks channel thread_ts slack_conn_id",
            "SlackAPIFileOperator": (
                "channels initial_comment filename filetype content title display_filename snippet_type thread_ts "
                "slack_conn_id"
            ),
        },
        "operators.slack_webhook": {
            "SlackWebhookOperator": "message attachments blocks channel username proxy slack_webhook_conn_id",
        },
        "transfers.sql_to_slack": {
            "SqlToSlackApiFileOperator": (
                "sql slack_channels slack_filename slack_initial_comment slack_title slack_conn_id sql_conn_id | "
                ".sql .jinja .j2"
            ),
        },
        "transfers.sql_to_slack_webhook": {
            "SqlToSlackWebhookOperator": "sql slack_message sql_conn_id | .sql .jinja .j2",
        },
    },
    "smtp": {
        "hooks.smtp": {"SmtpHook": ""},
        "operators.smtp": {
            "EmailOperator": (
                "to subject html_content from_email files cc bcc mime_subtype mime_charset conn_id custom_headers | "
                ".html"
            ),
        },
    },
    "ssh": {
        "hooks.ssh": {"SSHHook": ""},
        "operators.ssh": {
            "SSHOperator": "command environment remote_host ssh_conn_id | .sh .bash .csh .zsh .dash .ksh",
        },
    },
    "sftp": {
        "hooks.sftp": {"SFTPHook": ""},
        "operators.sftp": {
            "SFTPOperator": "local_filepath remote_filepath remote_host ssh_conn_id",
        },
        "sensors.sftp": {
            "SFTPSensor": "path file_pattern newer_than sftp_conn_id",
        },
    },
    "ftp": {
        "hooks.ftp": {"FTPHook": "", "FTPSHook": ""},
        "operators.ftp": {
            "FTPFileTransmitOperator": "local_filepath remote_filepath ftp_conn_id",
            "FTPSFileTransmitOperator": "local_filepath remote_filepath ftp_conn_id",
        },
        "sensors.ftp": {
            "FTPSensor": "path ftp_conn_id",
            "FTPSSensor": "path ftp_conn_id",
        },
    },
    "microsoft.azure": {
        "hooks.base_azure": {"AzureBaseHook": ""},
        "hooks.cosmos": {"AzureCosmosDBHook": ""},
        "hooks.data_factory": {"AzureDataFactoryHook": ""},
        "hooks.data_lake": {"AzureDataLakeHook": "", "AzureDataLakeStorageV2Hook": ""},
        "hooks.wasb": {"WasbHook": ""},
        "operators.adls": {
            "ADLSCreateObjectOperator": "file_system_name file_name data azure_data_lake_conn_id",
            "ADLSDeleteOperator": "path azure_data_lake_conn_id",
            "ADLSListOperator": "path azure_data_lake_conn_id",
        },
        "operators.container_instances": {
            "AzureContainerInstancesOperator": (
                "name image command environment_variables volumes ci_conn_id registry_conn_id"
            ),
        },
        "operators.data_factory": {
            "AzureDataFactoryRunPipelineOperator": (
                "azure_data_factory_conn_id resource_group_name factory_name pipeline_name "
                "reference_pipeline_run_id parameters"
            ),
        },
        "operators.synapse": {
            "AzureSynapseRunSparkBatchOperator": "azure_synapse_conn_id spark_pool",
            "AzureSynapseRunPipelineOperator": "azure_synapse_conn_id",
        },
        "operators.wasb_delete_blob": {
            "WasbDeleteBlobOperator": "container_name blob_name wasb_conn_id",
        },
        "sensors.data_factory": {
            "AzureDataFactoryPipelineRunStatusSensor": (
                "azure_data_factory_conn_id resource_group_name factory_name run_id"
            ),
        },
        "sensors.wasb": {
            "WasbBlobSensor": "container_name blob_name wasb_conn_id",
            "WasbPrefixSensor": "container_name prefix wasb_conn_id",
        },
        "transfers.local_to_adls": {
            "LocalFilesystemToADLSOperator": "local_path remote_path azure_data_lake_conn_id",
        },
        "transfers.local_to_wasb": {
            "LocalFilesystemToWasbOperator": "file_path container_name blob_name wasb_conn_id",
        },
        "transfers.s3_to_wasb": {
            "S3ToAzureBlobStorageOperator": (
                "s3_bucket container_name s3_prefix s3_key blob_prefix blob_name aws_conn_id wasb_conn_id"
            ),
        },
        "transfers.sftp_to_wasb": {
            "SFTPToWasbOperator": "sftp_source_path container_name blob_prefix sftp_conn_id wasb_conn_id",
        },
    },
}
