"""Says why nothing happens while a DAG file takes long to load."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fanjet.scheduler.display import Display

#: Nobody wonders about a shorter silence.
_PATIENCE_S = 4.0


@contextmanager
def told_when_slow(display: Display, timeout_s: float) -> Iterator[None]:
    """Within this context the DAG file is loaded, in another process; after some seconds a message says so."""
    text = (
        f"The DAG file is still loading after {_PATIENCE_S:g} s; it may take parse_timeout_s = {timeout_s:g} s. "
        "What stands at its top level, imports too, is paid for by each command that loads it."
    )
    timer = threading.Timer(_PATIENCE_S, display.message, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
