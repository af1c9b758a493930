"""When a process that ended is started again, and when there is no sense in it."""

from __future__ import annotations

#: Whoever lived longer has done work; that it died then says nothing about the next start.
LONG_LIFE_S = 10.0
#: So many short lives one after another are one fault that a further start does not mend.
MOST_SHORT_LIVES = 5
#: The pause grows from nothing: work that waits should not wait for the first accident.
_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 5.0)


class Restarts:
    """The history of one role."""

    def __init__(self) -> None:
        self._short_lives = 0
        #: Whether any of its processes has lived long.
        self.has_worked = False

    def find_pause_s(self, lived_s: float, *, may_pass: bool = False, was_killed: bool = False) -> float | None:
        """How long to wait before the next start.

        Args:
            lived_s: How long the process lived that has just ended.
            may_pass: Whether it ended for something that may pass by itself, such as a database that is away. Whoever
                has worked before is then started again for as long as that takes.
            was_killed: Whether somebody has killed it, which says nothing about itself.

        Returns:
            None when it has died at once so often that it is not to be started again.
        """
        if lived_s >= LONG_LIFE_S:
            self._short_lives = 0
            self.has_worked = True
            return 0.0
        self._short_lives += 1
        if self._short_lives >= MOST_SHORT_LIVES and not (was_killed or (may_pass and self.has_worked)):
            return None
        return _PAUSES_S[min(self._short_lives, len(_PAUSES_S)) - 1]
