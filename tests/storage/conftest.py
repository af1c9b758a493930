"""An S3 server on 127.0.0.1 that speaks real HTTP, and a bucket of its own for each test."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.program import Program


class Bucket:
    """One bucket, seen with the server's own client.

    Args:
        client: A client of boto3.
    """

    def __init__(self, client: Any) -> None:
        self.name = f"bucket-{uuid.uuid4().hex[:8]}"
        self.url = f"s3://{self.name}/values"
        self.client = client
        client.create_bucket(Bucket=self.name)

    def list_keys(self) -> list[str]:
        return [found["Key"] for found in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def delete(self, uri: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=self.key(uri))

    def put(self, uri: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=self.key(uri), Body=data)

    def get(self, uri: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=self.key(uri))["Body"].read())

    def key(self, uri: str) -> str:
        return uri.removeprefix(f"s3://{self.name}/")

    def deny(self, action: str) -> None:
        """As an operator who gives a key that may only read, or only write."""
        statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{self.name}/*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        self.client.put_bucket_policy(Bucket=self.name, Policy=json.dumps(policy))


@pytest.fixture(scope="session")
def s3_port() -> Iterator[int]:
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def bucket(s3_port: int, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """The environment of the test is that of a user of the bucket."""
    import boto3

    endpoint = f"http://127.0.0.1:{s3_port}"
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "a-key",
        "AWS_SECRET_ACCESS_KEY": "the-secret-of-the-key",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    return Bucket(boto3.client("s3", endpoint_url=endpoint))


@pytest.fixture
def fanjet(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path)
    yield program
    program.close()
