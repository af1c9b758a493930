"""Where the log lines of a task go: to standard error, which is the log of the try."""

from __future__ import annotations

import logging
import sys

#: The parent of all loggers that `ti.log` and operators use.
TASK_LOGGER = "fanjet.task"

log = logging.getLogger(TASK_LOGGER)

_FORMAT = "[%(asctime)s] %(levelname)s %(name)s: %(message)s"


class _StandardError(logging.StreamHandler):  # type: ignore[type-arg] # generic for type checkers only
    """Writes to what `sys.stderr` is at that moment: a task may redirect it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> object:
        return sys.stderr


def setup_task_logging(level: int | str = logging.INFO) -> None:
    """Send everything that is logged to standard error, in one plain line each. Calling it again changes the level."""
    root = logging.getLogger()
    if not any(isinstance(handler, _StandardError) for handler in root.handlers):
        handler = _StandardError()
        handler.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=True)
