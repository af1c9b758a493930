"""Triggers for common waits: an instant, a while, a file."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from glob import iglob
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fanjet.authoring.triggers import BaseTrigger, TaskSuccessEvent, TriggerEvent
from fanjet.errors import DagTypeError, DagValueError
from fanjet.runtime.clock import SYSTEM_CLOCK, Clock

if TYPE_CHECKING:
    import asyncio

#: The clock of the machine may be set while somebody waits; closer to the end than this it is not looked at again.
_CLOSE_S = 10.0
_MODULE = __name__


class DateTimeTrigger(BaseTrigger):
    """Fires at an instant; the event's payload is the instant in UTC.

    Args:
        moment: When; aware.
        target_time: The same as an ISO text, or a datetime that is in UTC if it is not aware. One of the two is needed.
        end_from_trigger: Whether the task is then a success, and does not go on.

    Raises:
        DagTypeError: Neither or both are given, or what is given is no instant.
        DagValueError: The instant has no time zone, or the text is none.
    """

    def __init__(
        self,
        moment: datetime | None = None,
        *,
        target_time: datetime | str | None = None,
        end_from_trigger: bool = False,
    ) -> None:
        super().__init__()
        if (moment is None) == (target_time is None):
            raise DagTypeError("DateTimeTrigger needs either moment or target_time.", fix="give one of them")
        if moment is not None:
            if not isinstance(moment, datetime):
                raise DagTypeError(f"DateTimeTrigger: moment={moment!r} cannot be used.", fix="give a datetime")
            if moment.tzinfo is None:
                raise DagValueError(f"DateTimeTrigger: moment={moment} has no time zone.", fix="add tzinfo=UTC")
        self.moment = to_utc(target_time) if moment is None else moment.astimezone(UTC)
        self.end_from_trigger = end_from_trigger

    def serialize(self) -> tuple[str, dict[str, Any]]:
        moment = datetime.fromtimestamp(self.moment.timestamp(), UTC)
        return f"{_MODULE}.DateTimeTrigger", {"moment": moment, "end_from_trigger": self.end_from_trigger}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Sleep until then."""
        import asyncio  # noqa: PLC0415 - slow to import, and needed in the process that waits only

        clock: Clock = self.clock or SYSTEM_CLOCK
        while (left_s := self.moment.timestamp() - clock.time()) > 0:
            await asyncio.sleep(left_s if left_s < _CLOSE_S else left_s / 2)
        yield TaskSuccessEvent() if self.end_from_trigger else TriggerEvent(self.moment)


class TimeDeltaTrigger(DateTimeTrigger):
    """Fires after a while, counted from when it is made.

    Args:
        delta: How long.
        end_from_trigger: As in `DateTimeTrigger`.
    """

    def __init__(self, delta: timedelta, *, end_from_trigger: bool = False) -> None:
        if not isinstance(delta, timedelta):
            raise DagTypeError(f"TimeDeltaTrigger: delta={delta!r} cannot be used.", fix="give a timedelta")
        super().__init__(datetime.now(UTC) + delta, end_from_trigger=end_from_trigger)


def to_utc(target: datetime | str | None) -> datetime:
    """An instant; without a time zone it is in UTC.

    Raises:
        DagTypeError: It is none.
        DagValueError: The text is none.
    """
    if isinstance(target, str):
        try:
            target = datetime.fromisoformat(target)
        except ValueError as error:
            raise DagValueError(f"{target!r} is no ISO instant.", fix="write 2026-01-31T12:00:00+00:00") from error
    if not isinstance(target, datetime):
        raise DagTypeError(f"{target!r} is no instant.", fix="give a datetime or its ISO text")
    return (target if target.tzinfo else target.replace(tzinfo=UTC)).astimezone(UTC)


class FileTrigger(BaseTrigger):
    """Fires when a file exists, or a folder with a file in it; the event's payload is True.

    Args:
        filepath: A path or glob pattern.
        recursive: Whether ``**`` in the pattern goes into folders.
        poke_interval: Seconds between two looks.
    """

    def __init__(self, filepath: str, recursive: bool = False, poke_interval: float = 5.0) -> None:
        super().__init__()
        self.filepath = filepath
        self.recursive = recursive
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        kwargs = {"filepath": self.filepath, "recursive": self.recursive, "poke_interval": self.poke_interval}
        return f"{_MODULE}.FileTrigger", kwargs

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look again and again."""
        import asyncio  # noqa: PLC0415 - as above

        while not await _find(self.filepath, recursive=self.recursive):
            await asyncio.sleep(self.poke_interval)
        yield TriggerEvent(True)


class FileDeleteTrigger(BaseTrigger):
    """Fires when a file exists, and removes it first; the event's payload is True.

    Args:
        filepath: Its path.
        poke_interval: Seconds between two looks.
    """

    def __init__(self, filepath: str, poke_interval: float = 5.0) -> None:
        super().__init__()
        self.filepath = filepath
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{_MODULE}.FileDeleteTrigger", {"filepath": self.filepath, "poke_interval": self.poke_interval}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look again and again."""
        import asyncio  # noqa: PLC0415 - as above

        while not await asyncio.to_thread(_remove, self.filepath):
            await asyncio.sleep(self.poke_interval)
        yield TriggerEvent(True)


class DirectoryFileDeleteTrigger(BaseTrigger):
    """Fires when a folder has a file of a name, and removes it first; the payload is ``{"filepath": ...}``.

    Args:
        directory: The folder.
        filename: The name of the file.
        poke_interval: Seconds between two looks.
    """

    def __init__(self, *, directory: str, filename: str, poke_interval: float = 5.0) -> None:
        super().__init__()
        self.directory = directory
        self.filename = filename
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        kwargs = {"directory": self.directory, "filename": self.filename, "poke_interval": self.poke_interval}
        return f"{_MODULE}.DirectoryFileDeleteTrigger", kwargs

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look again and again."""
        import asyncio  # noqa: PLC0415 - as above

        path = str(Path(self.directory) / self.filename)
        while not await asyncio.to_thread(_remove, path):
            await asyncio.sleep(self.poke_interval)
        yield TriggerEvent({"filepath": path})


def _remove(path: str) -> bool:
    """Whether there was such a file."""
    try:
        os.unlink(path)  # noqa: PTH108 - one way for all
    except FileNotFoundError:
        return False
    return True


#: Looks that are under way. What many triggers wait for is looked for once at a time.
_looks: dict[tuple[object, str, bool], asyncio.Task[bool]] = {}


async def _find(pattern: str, *, recursive: bool) -> bool:
    """Look in a thread: a slow disk must not stop the other triggers."""
    import asyncio  # noqa: PLC0415 - as above

    key = (asyncio.get_running_loop(), pattern, recursive)
    look = _looks.get(key)
    if look is None:
        look = _looks[key] = asyncio.create_task(asyncio.to_thread(exists, pattern, recursive=recursive))
        look.add_done_callback(lambda _: _looks.pop(key, None))
    return await asyncio.shield(look)


def exists(pattern: str, *, recursive: bool) -> bool:
    """Whether a file fits the pattern, or a folder with a file in it does."""
    return any(_has_content(Path(found)) for found in iglob(pattern, recursive=recursive))  # noqa: PTH207


def _has_content(found: Path) -> bool:
    return found.is_file() or any(path.is_file() for path in found.rglob("*"))
