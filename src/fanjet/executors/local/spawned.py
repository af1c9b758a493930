"""A worker that was started afresh, since the zygote has threads and could not be forked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from fanjet.airflow.finder import install
from fanjet.executors.local.zygote import import_function
from fanjet.executors.local.zygote_frames import ZygoteConfig
from fanjet.parsing.loader import load_file
from fanjet.worker.main import WorkerSetup, run_worker


def main() -> None:
    """The program: ``CONFIG SETUP``, both JSON."""
    config = msgspec.json.decode(sys.argv[1], type=ZygoteConfig)
    setup = msgspec.json.decode(sys.argv[2], type=WorkerSetup)
    sys.argv[:] = [""]
    for fd in (setup.read_fd, setup.write_fd, setup.slot_fd):
        os.set_inheritable(fd, False)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    install()
    loaded = load_file(Path(config.file), Path(config.root))
    for error in loaded.errors:
        sys.stderr.write(f"{error}\n")
    if loaded.errors:
        sys.exit("A worker could not load the DAG file, although it could be loaded before.")
    make = import_function(config.runners)
    run_worker(setup, lambda client: make(loaded.dags, client, config.runtime))
