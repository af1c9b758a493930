"""A whole Airflow of its own: database, dag processor, scheduler with LocalExecutor, API server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from secrets import token_hex

_AIRFLOW = Path(sys.executable).with_name("airflow")
_SERVICES = ("api-server", "dag-processor", "scheduler --skip-serve-logs")
_STOP_WITHIN_S = 30
_READY_WITHIN_S = 180


def settings(home: Path, database: str, dags: Path, port: int, slots: int) -> dict[str, str]:
    """The environment variables that make an Airflow which records.

    Args:
        home: Takes logs and bundles.
        database: The URL of an empty PostgreSQL or SQLite database.
        dags: The folder with the DAG files.
        port: Of the API server, on 127.0.0.1.
        slots: How many instances run at once.
    """
    server = f"http://127.0.0.1:{port}"
    bundle = {
        "name": "recorded",
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(dags), "refresh_interval": 3600},
    }
    chosen = {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": str(slots),
        "CORE__MAX_ACTIVE_TASKS_PER_DAG": "64",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__DAG_DISCOVERY_SAFE_MODE": "False",
        "CORE__DEFAULT_TASK_RETRY_DELAY": "0",
        "CORE__EXECUTION_API_SERVER_URL": f"{server}/execution/",
        "CORE__INTERNAL_API_SECRET_KEY": token_hex(32),
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "DATABASE__SQL_ALCHEMY_CONN": database,
        "API__BASE_URL": server,
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__WORKERS": "1",
        "API__SECRET_KEY": token_hex(32),
        "API_AUTH__JWT_SECRET": token_hex(64),
        "DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle]),
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "36000",
        "DAG_PROCESSOR__STALE_DAG_THRESHOLD": "72000",
        "DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE": "200",
        "SCHEDULER__MAX_DAGRUNS_TO_CREATE_PER_LOOP": "100",
        "SCHEDULER__MAX_TIS_PER_QUERY": "64",
        "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "1800",
        "SCHEDULER__TASK_QUEUED_TIMEOUT": "3600",
        "WORKERS__EXECUTION_API_TIMEOUT": "60",
        "LOGGING__LOGGING_LEVEL": "WARNING",
    }
    variables = {f"AIRFLOW__{name}": value for name, value in chosen.items()}
    return variables | {"AIRFLOW_HOME": str(home), "PYTHONWARNINGS": "ignore", "no_proxy": "127.0.0.1"}


@contextmanager
def running_airflow(home: Path, port: int) -> Iterator[None]:
    """Airflow's processes, with the settings in `os.environ`; they are ended, each by its id, when the block ends."""
    subprocess.run([_AIRFLOW, "db", "migrate"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with ExitStack() as stack:
        for service in _SERVICES:
            stack.enter_context(_running(service.split(), home / f"{service.split()[0]}.log"))
        _wait_for_server(port)
        yield


@contextmanager
def _running(arguments: list[str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        # A session of its own, so that its workers end with it.
        process = subprocess.Popen(
            [_AIRFLOW, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
                process.wait(_STOP_WITHIN_S)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue


def _wait_for_server(port: int) -> None:
    until = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/version", timeout=5):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(1)
