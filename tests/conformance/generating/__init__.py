"""Random DAG files for the recorder: the same seed, the same files.

``python -m conformance.generating FOLDER --seed 7 --count 80`` writes them; ``--prune`` takes the DAGs out of the
recordings whose outcome depends on which of two instances ended first.
"""
