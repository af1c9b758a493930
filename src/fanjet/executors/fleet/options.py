"""The settings of a fleet."""

from __future__ import annotations

import os

import msgspec


class FleetOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How many programs stay loaded, and for how long."""

    #: A program without a run is closed after this time.
    idle_program_s: float = 60.0
    #: So many of them stay loaded at most.
    most_idle_programs: int = 8
    #: So many programs are loaded at once; where more have runs, those that have nothing to do make room for others.
    #: Those in the middle of something are never closed for it, so that there may be more for a while.
    most_programs: int = 16
    #: So many load at the same time.
    most_loading: int = max(os.cpu_count() or 1, 2)
    #: A worker without work ends after this time.
    idle_worker_s: float = 30.0
    #: While other programs wait for slots, a worker gets no more tries after this time, so that its slot comes free.
    turn_s: float = 0.2
    #: A loaded program stays for this time at least, though others wait to be loaded and it has nothing to do.
    least_stay_s: float = 5.0
