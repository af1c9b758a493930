"""The composition root: makes store, executor and scheduler of the settings and joins them."""

from fanjet.bootstrap.resume import resume_run
from fanjet.bootstrap.run import run_file

__all__ = ["resume_run", "run_file"]
