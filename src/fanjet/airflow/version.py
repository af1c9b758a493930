"""The versions of Airflow whose API Fanjet offers, for files that ask."""

from __future__ import annotations

version = "3.3.2"
task_sdk_version = "1.3.2"
