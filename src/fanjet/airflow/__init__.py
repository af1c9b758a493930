"""Airflow's names on top of Fanjet's classes, so that DAG files written for Airflow run as they are."""

from fanjet.airflow.finder import airflow_names, install

__all__ = ["airflow_names", "install"]
