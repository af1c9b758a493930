"""DAG files with the outcome that real Airflow gave, and the program that compares Fanjet with it.

``python -m conformance`` in the folder of the tests (``make conformance``) runs every DAG file of every set. A set is a
folder with DAG files and `expected.json`: what Airflow's scheduler made of each DAG, or the error with which it refused
the file. Where Airflow had several outcomes, each of them is right. The last table of `docs/airflow-differences.md`
names the DAGs that differ on purpose; they must, and no other may.
"""
