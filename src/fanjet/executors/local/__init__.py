"""The local executor: worker processes on this machine, forked from a process that has loaded the DAG file."""
