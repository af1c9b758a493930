"""The numbers of workers and of their log segments: no two alike, whichever executor of a session starts them."""

from __future__ import annotations

from fanjet.errors import ExecutionError
from fanjet.worker.segment import NUMBER_BITS

_SESSION_BITS = 32
#: So many workers have segments of their own in one session.
MOST_WORKERS = (1 << (_SESSION_BITS - NUMBER_BITS)) - 1
#: From here on it is time for a new session.
_FEW_LEFT = MOST_WORKERS // 10


class WorkerNumbers:
    """Counts workers, and gives each that is really started a range of segment numbers."""

    def __init__(self) -> None:
        self._last = 0
        #: The number of the scheduler's session; needed for the first worker that starts.
        self.session: int | None = None
        self._started = 0

    def begin_session(self, session: int) -> None:
        """Number segments within this session from now on; workers are counted on."""
        self.session = session
        self._started = 0

    def take(self) -> int:
        """The number of a worker that may be started."""
        self._last += 1
        return self._last

    def take_segments(self) -> int:
        """The first segment of a worker that is being started.

        Raises:
            ExecutionError: There are no more in this session.
        """
        assert self.session is not None, "begin_session first"
        if self._started >= MOST_WORKERS:
            raise ExecutionError(
                f"Session {self.session} has started {MOST_WORKERS:,} workers, and there are no numbers left for the "
                "logs of more. What was recorded is safe. Fix: start the scheduler again."
            )
        self._started += 1
        return (self.session << _SESSION_BITS) | (self._started << NUMBER_BITS)

    @property
    def are_low(self) -> bool:
        """Whether it is time to begin a new session."""
        return MOST_WORKERS - self._started < _FEW_LEFT
