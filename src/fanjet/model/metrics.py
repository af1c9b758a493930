"""Numbers that a process keeps about itself: counters, gauges and histograms, and their form in the store.

An update is an addition, with no lock and no name to look up: each process keeps its own and writes all of them down
every few seconds, and the server shows what the processes of all machines have written.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]

#: Upper bounds in seconds, from what a turn of the loop takes to what a DAG file may take to load.
TIMES_S: tuple[float, ...] = (
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
)  # fmt: skip
#: For what may wait for others: from milliseconds to hours.
WAITS_S: tuple[float, ...] = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0,
)  # fmt: skip

#: The gauge that says when the DAG folder was last looked at, in seconds since the epoch.
FOLDER_LOOKED_AT = "fanjet_folder_looked_at_seconds"

#: Gauges of schedulers that the server adds up.
QUEUE_DEPTH = "fanjet_queue_depth"
TRIES_RUNNING = "fanjet_tries_running"


class Sample(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one number was at an instant."""

    name: str
    kind: Kind
    help: str
    labels: dict[str, str] = {}
    #: Of a counter or a gauge; the sum of a histogram.
    value: float
    #: Of a histogram: upper bounds, and how many values lay at or below each and above the one before. One count more
    #: than bounds: what lay above all.
    bounds: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()


class Counter:
    """Counts what happens."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: float = 0

    def add(self, count: float = 1) -> None:
        """It happened, so many times or so much of it."""
        self.value += count


class Gauge:
    """How much there is now."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0

    def set(self, value: float) -> None:
        """It is so much now."""
        self.value = value


class Histogram:
    """How values are spread.

    Args:
        bounds: Upper bounds, growing.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = TIMES_S) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float, count: int = 1) -> None:
        """A value, in the unit of the bounds; so many times."""
        self.counts[bisect_left(self.bounds, value)] += count
        self.total += value * count


class Metrics:
    """The numbers of one process."""

    def __init__(self) -> None:
        self._kept: list[tuple[Sample, Counter | Gauge | Histogram]] = []

    def counter(self, name: str, help: str, **labels: str) -> Counter:  # noqa: A002 - Prometheus's own word
        """A counter; its name ends in ``_total``."""
        counter = Counter()
        self._kept.append((Sample(name=name, kind="counter", help=help, labels=labels, value=0), counter))
        return counter

    def gauge(self, name: str, help: str, **labels: str) -> Gauge:  # noqa: A002 - Prometheus's own word
        """A gauge; its name ends in its unit."""
        gauge = Gauge()
        self._kept.append((Sample(name=name, kind="gauge", help=help, labels=labels, value=0), gauge))
        return gauge

    def histogram(self, name: str, help: str, bounds: Sequence[float] = TIMES_S) -> Histogram:  # noqa: A002 - as above
        """A histogram; its name ends in its unit."""
        histogram = Histogram(bounds)
        self._kept.append((Sample(name=name, kind="histogram", help=help, value=0), histogram))
        return histogram

    def read(self) -> list[Sample]:
        """What all of them are now."""
        return [_read(sample, kept) for sample, kept in self._kept]


def _read(sample: Sample, kept: Counter | Gauge | Histogram) -> Sample:
    if isinstance(kept, Histogram):
        return msgspec.structs.replace(sample, value=kept.total, bounds=kept.bounds, counts=tuple(kept.counts))
    return msgspec.structs.replace(sample, value=kept.value)
