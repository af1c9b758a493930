"""Retry policies decide by the exception whether, and when, a failed try is retried."""

from __future__ import annotations

from datetime import timedelta
from json import JSONDecodeError
from pathlib import Path

import pytest

from fanjet import DAG, task
from fanjet.authoring.exceptions import FailException
from fanjet.authoring.retry_policy import (
    ExceptionRetryPolicy,
    RetryAction,
    RetryDecision,
    RetryPolicy,
    RetryRule,
)
from fanjet.errors import DagValueError
from fanjet.testing import run_dag


def test_rules_match_classes_names_and_what_is_not_installed():
    error = JSONDecodeError("no", "doc", 0)
    assert RetryRule(ValueError).matches(error)
    assert not RetryRule(ValueError, match_subclasses=False).matches(error)
    assert RetryRule("json.JSONDecodeError", match_subclasses=False).matches(error)
    assert RetryRule(["not_installed.Error", "builtins.ValueError"]).matches(error)
    assert not RetryRule("not_installed.Error").matches(error)
    policy = ExceptionRetryPolicy([RetryRule(KeyError, RetryAction.FAIL)], default=RetryAction.RETRY)
    assert policy.evaluate(error, 1, 3) == RetryDecision(RetryAction.RETRY)
    with pytest.raises(DagValueError, match="give an exception class or its dotted name"):
        RetryRule("ValueError")


class Patient(RetryPolicy):
    def evaluate(self, exception, try_number, max_tries, context=None):
        assert (max_tries, context["task"].task_id) == (5, "slow")
        return RetryDecision.retry(timedelta(minutes=try_number)) if try_number < 3 else RetryDecision.fail("enough")


class Broken(RetryPolicy):
    def evaluate(self, exception, try_number, max_tries, context=None):
        return None


def _raise(error):
    raise error


def test_a_policy_decides_about_each_try():
    with DAG("d") as dag:
        task(retries=5, retry_policy=Patient(), task_id="slow")(_raise)(ValueError())
        rules = [RetryRule(KeyError, RetryAction.FAIL, reason="a rule"), RetryRule(OSError, retry_delay=timedelta())]
        policy = ExceptionRetryPolicy(rules)
        task(retries=5, retry_policy=policy, task_id="mapped")(_raise).expand(
            error=[KeyError(), OSError(), FailException()]
        )
        task(retries=1, retry_policy=Broken(), task_id="broken", retry_delay=7)(_raise)(ValueError())
    result = run_dag(dag)
    assert result["slow"].try_number == 3
    assert timedelta(minutes=3) <= result.clock.elapsed < timedelta(minutes=26)
    assert [result["mapped"][index].try_number for index in range(3)] == [1, 6, 1]
    assert result["broken"].try_number == 2
    assert "enough" in result["slow"].output
    assert "The retry policy failed" in result["broken"].output


def test_a_file_of_three_three(tmp_path: Path):
    file = tmp_path / "d.py"
    file.write_text(
        "from airflow.sdk import DAG, ExceptionRetryPolicy, RetryAction, RetryRule, task\n"
        "with DAG('d'):\n"
        "    policy = ExceptionRetryPolicy(rules=[RetryRule(exception=ValueError, action=RetryAction.FAIL)])\n"
        "    @task(retries=5, retry_policy=policy)\n"
        "    def f():\n"
        "        raise ValueError('for good')\n"
        "    f()\n"
    )
    assert run_dag(file)["f"].try_number == 1
