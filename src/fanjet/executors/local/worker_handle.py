"""The executor's side of one worker."""

from __future__ import annotations

import fcntl
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from fanjet.errors import InvariantError
from fanjet.executors.local.assignments import Assignment
from fanjet.executors.orders import Order
from fanjet.model.frames import FromWorker, ToWorker
from fanjet.model.launches import Launch
from fanjet.worker.shared_secrets import SharedSecrets
from fanjet.worker.slot import CURRENT, REFUSED, STARTED, WAITED, Slot, make_slot_file

_LENGTH_BYTES = 4
#: As much as the pipe holds: one read takes all that has come since the last.
_PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031
#: No frame is longer.
_MOST_FRAME_BYTES = 1 << 30


class WorkerHandle:
    """One worker: what it has been sent, what it is doing, and the pipes to it.

    It exists, and can be sent work, before its process does: the pipes keep the frames until then.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        #: None until the zygote has started it.
        self.pid: int | None = None
        #: Its process has started and entered its loop.
        self.ready = False
        self._open()
        os.set_blocking(self.read_fd, False)
        os.set_blocking(self._write_fd, False)
        _enlarge(self.read_fd)
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(FromWorker).decode
        self._out = bytearray()
        self._is_closed = False
        self._in = b""
        #: How much of what its tries waited for answers has been taken off their durations.
        self._waited_s = 0.0
        #: What it has been sent and has not ended, oldest first.
        self.assignments: deque[Assignment] = deque()
        #: The number of tries in them.
        self.outstanding = 0
        self.next_sequence = 1
        #: The last sequence whose end has been read.
        self.last_ended = 0
        #: How long everything assigned is expected to take.
        self.load_s = 0.0
        self.known_runs: set[int] = set()
        #: Since when it has had work without a pause, or has had none; by `time.monotonic`.
        self.busy_since = self.idle_since = time.monotonic()
        #: The last hole that was declared (`fanjet.worker.slot`): first sequence and the one after the last.
        self.hole: tuple[int, int] | None = None
        #: Its running try hardly uses any CPU and does not count as busy.
        self.quiet = False
        #: It gets no more tries: its log segments are used up, or it was told to stop.
        self.retiring = False
        self.stopped = False
        #: Nobody can write to its pipe any more.
        self.at_end = False
        self._is_deaf = False
        #: Why it is being killed, once it is.
        self.doom: str | None = None
        #: The segment that its last output went to.
        self.segment = 0

    def _open(self) -> None:
        """Make the pipes and the slot, or nothing at all."""
        fds: list[int] = []
        try:
            fds.extend(os.pipe())
            fds.extend(os.pipe())
            fds.append(make_slot_file())
            self._worker_read_fd, self._write_fd, self.read_fd, self._worker_write_fd, self._slot_fd = fds
            self.slot = Slot(self._slot_fd)
            #: What it has read; known here for the log of a try that dies.
            self.secrets = SharedSecrets(self._slot_fd)
        except OSError:
            for fd in fds:
                os.close(fd)
            raise

    @property
    def running(self) -> int:
        """The sequence of the try that runs now, as far as is known; 0 for none."""
        current = self.slot.words[CURRENT]
        return 0 if current <= self.last_ended or current == self.slot.words[REFUSED] else current

    @property
    def started_at(self) -> float:
        """When the running try started, by `time.monotonic`."""
        return self.slot.instants[STARTED]

    def take_waited_s(self) -> float:
        """How long its tries have waited for answers since this was last asked."""
        waited_s = self.slot.instants[WAITED] - self._waited_s
        self._waited_s += waited_s
        return waited_s

    def take_worker_fds(self) -> list[int]:
        """The worker's ends of the pipes and its slot, to be sent to the zygote and closed after."""
        return [self._worker_read_fd, self._worker_write_fd, self._slot_fd]

    def assign(self, work: Launch | Order, count: int, expected_s: float) -> int:
        """Book work; the first sequence of it."""
        first = self.next_sequence
        if not self.assignments:
            self.busy_since = time.monotonic()
        self.assignments.append(Assignment(work, first, count, expected_s))
        self.next_sequence += count
        self.outstanding += count
        self.load_s += count * expected_s
        return first

    def find_assignment(self, sequence: int) -> Assignment | None:
        """The assignment that a sequence belongs to; None when it is over or was taken back."""
        for assignment in self.assignments:
            if assignment.first <= sequence < assignment.end:
                return assignment
        return None

    def end_through(self, sequence: int) -> Assignment:
        """Note that a try, and with it everything before it, has ended.

        Returns:
            The assignment that the sequence belongs to.
        """
        head = self.assignments[0]
        assert head.first <= sequence < head.end, (head.first, sequence, head.end)
        count = sequence - max(self.last_ended, head.first - 1)
        self.outstanding -= count
        self.load_s -= head.expected_s * count
        self.last_ended = sequence
        if sequence == head.end - 1:
            self.assignments.popleft()
            if not self.assignments:
                self._note_idle()
        return head

    def take_back(self, first: int) -> list[tuple[Assignment, int, int]]:
        """Forget everything from a sequence on; it will never start.

        Returns:
            What was taken back: assignments with their first sequence and the one after the last.
        """
        first = max(first, self.last_ended + 1)
        taken = []
        while self.assignments and self.assignments[-1].end > first:
            assignment = self.assignments[-1]
            cut = max(first, assignment.first)
            taken.append((assignment, cut, assignment.end))
            self.outstanding -= assignment.end - cut
            self.load_s -= assignment.expected_s * (assignment.end - cut)
            assignment.end = cut
            if cut > max(assignment.first, self.last_ended + 1):
                break
            self.assignments.pop()  # nothing of it is left to end
        if not self.assignments:
            self._note_idle()
            self.quiet = False
        return taken[::-1]

    def _note_idle(self) -> None:
        self.load_s = 0.0
        self.idle_since = time.monotonic()

    def send(self, frames: Iterable[ToWorker]) -> bool:
        """Write frames; False when some of them wait for room in the pipe, see `flush`."""
        for frame in frames:
            data = self._encode(frame)
            self._out += len(data).to_bytes(_LENGTH_BYTES, "big")
            self._out += data
        return self.flush()

    def flush(self) -> bool:
        """Write what waits; True when nothing waits any more."""
        if self._is_closed:
            self._out.clear()
        try:
            while self._out:
                del self._out[: os.write(self._write_fd, self._out)]
        except BlockingIOError:
            return False
        except BrokenPipeError:  # it is dead or dying; what it has is given back when its end is reported
            self._out.clear()
        return True

    def read(self) -> bool:
        """Take in what the worker has written; False when there was nothing, see also `at_end`."""
        if self._is_closed:
            return False
        try:
            data = os.read(self.read_fd, _PIPE_BYTES)
        except BlockingIOError:
            return False
        if self._is_deaf:
            return bool(data)
        self.at_end = not data
        self._in = self._in + data if self._in else data
        return bool(data)

    def stop_listening(self) -> None:
        """What comes from now on, and what has come and was not taken, means nothing."""
        self._is_deaf = True
        self._in = b""

    def take_frames(self) -> Iterator[FromWorker]:
        """The whole frames that have been read. A hot loop: one round for every try."""
        data, decode, from_bytes = self._in, self._decode, int.from_bytes
        view = memoryview(data)
        at, size = 0, len(data)
        while at + _LENGTH_BYTES <= size:
            start = at + _LENGTH_BYTES
            end = start + from_bytes(view[at:start], "big")
            if end > size:
                if end - start > _MOST_FRAME_BYTES:
                    raise InvariantError(f"a frame of {end - start} bytes")
                break
            at = end
            yield decode(view[start:end])
        self._in = data[at:]

    @property
    def write_fd(self) -> int:
        """To wait on while `flush` says False."""
        return self._write_fd

    def close_worker_fds(self) -> None:
        """Close this process's copies of the worker's ends; without that no end of the pipes would ever be seen."""
        for fd in (self._worker_read_fd, self._worker_write_fd, self._slot_fd):
            os.close(fd)

    def close(self) -> None:
        """Let go of the pipes; others may get the numbers of their ends at once."""
        self._is_closed = True
        os.close(self.read_fd)
        os.close(self._write_fd)


def _enlarge(fd: int) -> None:
    """Let a pipe hold thousands of ended tries, so that workers do not wait for a scheduler that is committing."""
    try:
        fcntl.fcntl(fd, _F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:
        return  # not Linux, or the user's pipes hold too much already
