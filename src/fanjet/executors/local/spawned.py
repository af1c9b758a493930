"""A worker that was started afresh, since the zygote has threads and could not be forked."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import msgspec

from fanjet.airflow.finder import install
from fanjet.errors import ExecutionError
from fanjet.executors.local.zygote import become_triggerer, import_function
from fanjet.executors.local.zygote_frames import decode_config
from fanjet.model.frames import Ask
from fanjet.model.requests import Request, Response
from fanjet.parsing.loader import load_file
from fanjet.runtime.lookups import LOOKUPS
from fanjet.worker.channel import Channel
from fanjet.worker.main import WorkerSetup, run_worker

_decode_setup = msgspec.json.Decoder(WorkerSetup).decode


def main() -> None:
    """The program: ``CONFIG SETUP IS_TRIGGERER``, all JSON."""
    config = decode_config(sys.argv[1])
    setup = _decode_setup(sys.argv[2])
    is_triggerer = bool(msgspec.json.decode(sys.argv[3]))
    sys.argv[:] = [""]
    for fd in (setup.read_fd, setup.write_fd, setup.slot_fd):
        os.set_inheritable(fd, False)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    install()
    channel = Channel(setup.read_fd, setup.write_fd)
    with LOOKUPS.asking_through(partial(_ask, channel), is_loading=True):
        loaded = load_file(Path(config.file), Path(config.root))
    for error in loaded.errors:
        sys.stderr.write(f"{error}\n")
    if loaded.errors:
        sys.exit("A worker could not load the DAG file, although it could be loaded before.")
    if is_triggerer:
        become_triggerer(config, setup)
    make = import_function(config.runners)
    run_worker(setup, lambda client: make(loaded.dags, client, config.runtime), channel)


def _ask(channel: Channel, request: Request) -> Response:
    """Ask for the DAG file, before there is any try."""
    answer = channel.ask(Ask(0, request))
    if answer is None:
        raise ExecutionError("The scheduler is gone.")
    return answer.response
