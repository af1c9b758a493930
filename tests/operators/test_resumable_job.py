"""`ResumableJobMixin`: a retry goes on with the job that the try before has submitted."""

from __future__ import annotations

from typing import Any

import pytest

from fanjet import DAG, BaseOperator
from fanjet.operators.resumable_job import ResumableJobMixin
from fanjet.testing import run_dag


class Job(ResumableJobMixin, BaseOperator):
    """A job whose first try loses sight of it."""

    external_id_key = "job"

    def __init__(self, *, status: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.status = status

    def execute(self, context: Any) -> Any:
        return self.execute_resumable(context)

    def submit_job(self, context: Any) -> str:
        return f"submitted by try {context['ti'].try_number}"

    def get_job_status(self, external_id: Any, context: Any) -> str:
        return self.status

    def is_job_active(self, status: str) -> bool:
        return status == "RUNNING"

    def is_job_succeeded(self, status: str) -> bool:
        return status == "DONE"

    def poll_until_complete(self, external_id: Any, context: Any) -> None:
        print("waiting for the job", external_id)
        if context["ti"].try_number == 1:
            raise ConnectionError("lost sight of it")

    def get_job_result(self, external_id: Any, context: Any) -> Any:
        return external_id


@pytest.mark.parametrize(
    ("status", "durable", "submitted", "waits"),
    [("RUNNING", True, 1, True), ("DONE", True, 1, False), ("FAILED", True, 2, True), ("RUNNING", False, 2, True)],
)
def test_a_retry_finds_the_job_again(status: str, durable: bool, submitted: int, waits: bool) -> None:
    with DAG("jobs") as dag:
        Job(task_id="job", retries=1, status=status, durable=durable)
    result = run_dag(dag).assert_success()
    assert result["job"].value == f"submitted by try {submitted}"
    assert result["job"].output.count("waiting for the job") == (2 if waits else 1)
