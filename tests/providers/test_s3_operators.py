"""S3 operators, hook and sensor against moto's server, with a connection from the environment."""

from __future__ import annotations

import logging

import pytest
from moto.server import ThreadedMotoServer

from fanjet.testing import run_dag

TEXT = """
from airflow import DAG
from airflow.decorators import task
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.operators.s3 import S3CreateBucketOperator, S3CreateObjectOperator, S3ListOperator
from airflow.providers.amazon.aws.operators.s3_copy_object import S3CopyObjectOperator
from airflow.providers.amazon.aws.operators.s3_delete_objects import S3DeleteObjectsOperator
from airflow.providers.amazon.aws.sensors.s3_key import S3KeySensor

with DAG("d"):
    make = S3CreateBucketOperator(task_id="make", bucket_name="lake")
    put = S3CreateObjectOperator.partial(task_id="put", s3_bucket="lake").expand_kwargs(
        [{"s3_key": f"{{{{ dag.dag_id }}}}/{name}.csv", "data": name} for name in "abc"]
    )
    wait = S3KeySensor(task_id="wait", bucket_name="lake", bucket_key="d/*.csv", wildcard_match=True)
    keys = S3ListOperator(task_id="keys", bucket="lake", prefix="{{ dag.dag_id }}/")

    @task
    def target(key):
        return {"source_bucket_key": key, "dest_bucket_key": "done/" + key}

    copy = S3CopyObjectOperator.partial(
        task_id="copy", source_bucket_name="lake", dest_bucket_name="lake"
    ).expand_kwargs(target.expand(key=keys.output))
    delete = S3DeleteObjectsOperator(task_id="delete", bucket="lake", prefix="{{ dag.dag_id }}/")

    @task
    def rest():
        hook = S3Hook(aws_conn_id="aws_default")
        return {key: hook.read_key(key, "lake") for key in hook.list_keys("lake")}

    make >> put >> wait >> keys
    copy >> delete >> rest()
"""


@pytest.fixture
def endpoint():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http%3A%2F%2F{host}%3A{port}"
    server.stop()


def test_files_are_found_copied_and_deleted(write, monkeypatch, endpoint: str):
    uri = f"aws://key:secret@/?region_name=us-east-1&endpoint_url={endpoint}"
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", uri)
    result = run_dag(write(TEXT))
    assert result.state == "success", result
    assert result["keys"].value == ["d/a.csv", "d/b.csv", "d/c.csv"]
    assert result["rest"].value == {f"done/d/{name}.csv": name for name in "abc"}
