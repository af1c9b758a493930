"""The life of a worker process, from just after it was forked or spawned to its end."""

from __future__ import annotations

import atexit
import faulthandler
import gc
import os
import sys
import traceback
from collections.abc import Callable
from typing import NamedTuple

from fanjet.model.frames import Ready
from fanjet.runtime.lookups import LOOKUPS
from fanjet.runtime.secrets import SECRETS
from fanjet.settings.table import SETTINGS
from fanjet.worker.cancellation import Cancellation
from fanjet.worker.channel import Channel
from fanjet.worker.children import join_family
from fanjet.worker.client import ChannelClient
from fanjet.worker.loop import WorkerLoop
from fanjet.worker.runner import Runner
from fanjet.worker.segment import Segment
from fanjet.worker.shared_secrets import SharedSecrets
from fanjet.worker.slot import Slot


class WorkerSetup(NamedTuple):
    """What a worker process is given."""

    #: Frames from and to the executor.
    read_fd: int
    write_fd: int
    #: The shared slot.
    slot_fd: int
    #: Where its log segments lie, and the number of the first.
    log_folder: str
    first_segment: int
    #: The most that is kept of the output of one try.
    log_cap_bytes: int


def run_worker(
    setup: WorkerSetup,
    make_runners: Callable[[ChannelClient], Callable[[str], Runner]],
    channel: Channel | None = None,
) -> None:
    """Work until the executor has no more to do; does not return.

    Args:
        setup: The worker's connections.
        make_runners: Gets the client of the worker's tries and gives the function that finds runners by DAG id.
        channel: Over the pipes of `setup`, where one has been used already.
    """
    code = 1
    try:
        os.setpgid(0, 0)
        join_family()
        atexit._clear()  # noqa: SLF001 - what was registered before the fork belongs to the zygote
        slot = Slot(setup.slot_fd)
        os.set_inheritable(setup.slot_fd, False)
        secrets = SharedSecrets(setup.slot_fd, lock_fd=setup.slot_fd)
        _share_secrets(secrets)
        output = Segment(setup.log_folder, setup.first_segment, setup.log_cap_bytes, slot, secrets)
        faulthandler.enable(2)
        _reseed_numpy()
        channel = channel or Channel(setup.read_fd, setup.write_fd)
        os.register_at_fork(after_in_child=channel.close_in_fork)
        client = ChannelClient(channel, slot)
        LOOKUPS.ask_through(client.ask)
        cancellation = Cancellation(slot)
        cancellation.install()
        loop = WorkerLoop(
            channel=channel,
            client=client,
            slot=slot,
            output=output,
            cancellation=cancellation,
            find_runner=make_runners(client),
        )
        gc.enable()
        channel.send(Ready(os.getpid()))
        code = _serve(loop)
        atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing ends its forks: without tearing down the interpreter
        output.end_try()
        output.discard_if_empty()
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def _serve(loop: WorkerLoop) -> int:
    """Run the loop; the exit code."""
    try:
        loop.serve()
    except (SystemExit, BrokenPipeError):  # told to end from outside, or the executor is gone
        return 0
    return 0


def _share_secrets(secrets: SharedSecrets) -> None:
    """Publish what is read from now on, and what the DAG file has read while it was loaded.

    Secret settings of the environment are masked like them: a task may print all of it.
    """
    for setting in SETTINGS:
        if setting.secret:
            SECRETS.add(os.environ.get(setting.variable, "").replace(",", " ").split())
    secrets.publish(SECRETS.list_texts())
    SECRETS.on_new = secrets.publish


def _reseed_numpy() -> None:
    """Forks would all draw the same numbers; Python's own `random` is seeded anew at a fork by itself."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
