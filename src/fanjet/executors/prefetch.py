"""What is known of the tries of each task: how long they take, so how many are sent ahead, and whether they compute."""

from __future__ import annotations

#: The running mean forgets: it weighs at most so many past tries.
_MEMORY_TRIES = 64
#: Nothing is sent ahead of tries that take longer: the pause between two of them is nothing beside them.
_LONG_TRY_S = 0.25
#: Tries that are over sooner are not worth more workers when they wait.
_WORTH_ADAPTING_S = 0.02


class Durations:
    """The running mean of each task's durations.

    Args:
        ahead_s: A worker is sent about so much work ahead of what it is doing.
        most_tries: But no more tries than this.
    """

    def __init__(self, ahead_s: float, most_tries: int) -> None:
        self.ahead_s = ahead_s
        self._most_tries = most_tries
        #: By run: its DAG. What one run has shown of a task holds for the others.
        self._dags: dict[int, str] = {}
        #: (DAG, task) -> mean, number of tries that it rests on.
        self._means: dict[tuple[str, int], tuple[float, int]] = {}
        #: Tasks whose tries were last seen to wait, for a network or a database, rather than to compute.
        self._waiting: set[tuple[str, int]] = set()

    def open_run(self, run: int, dag_id: str) -> None:
        """A run of a DAG may come; all of one DAG are of the same version."""
        self._dags[run] = dag_id

    def find_kind(self, run: int, task: int) -> tuple[str, int]:
        """The same for a task in all runs of a DAG; tries that outlive their run count for nothing."""
        return self._dags.get(run, ""), task

    def learn(self, run: int, task: int, total_s: float, count: int) -> None:
        """Take in that `count` tries took `total_s` together, with all that happened between them."""
        key = self.find_kind(run, task)
        mean, known = self._means.get(key, (0.0, 0))
        weight = min(known, _MEMORY_TRIES)
        self._means[key] = ((mean * weight + total_s) / (weight + count), known + count)

    def find_mean_s(self, run: int, task: int) -> float | None:
        """The mean; None when no try has ended yet."""
        known = self._means.get(self.find_kind(run, task))
        return known and known[0]

    def note_waiting(self, run: int, task: int, *, waits: bool) -> None:
        """Take in whether the tries of a task hardly used any CPU during the last second."""
        if waits and (self.find_mean_s(run, task) or 0.0) >= _WORTH_ADAPTING_S:
            self._waiting.add(self.find_kind(run, task))
        else:
            self._waiting.discard(self.find_kind(run, task))

    def is_waiting(self, run: int, task: int) -> bool:
        """Whether tries of a task need not be counted as busy from their start."""
        return self.find_kind(run, task) in self._waiting

    def forget(self, run: int) -> None:
        """Nothing of this run will come any more."""
        self._dags.pop(run, None)

    def count_ahead(self, run: int, task: int) -> int:
        """How many tries may be outstanding on one worker; it grows with what is known of the task."""
        mean, known = self._means.get(self.find_kind(run, task), (_LONG_TRY_S, 0))
        if mean >= _LONG_TRY_S:
            return 1
        by_time = 1 + int(self.ahead_s / max(mean, 1e-6))
        return max(2, min(by_time, self._most_tries, 1 + 4 * known))
