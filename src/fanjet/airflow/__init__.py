"""Airflow's names on top of Fanjet's classes, so that DAG files written for Airflow run as they are."""
