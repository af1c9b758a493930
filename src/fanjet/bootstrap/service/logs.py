"""What the processes of a service write to the standard error: one line per event, for people or for programs."""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime

from fanjet.model.texts import escape_controls, printable
from fanjet.runtime.masked_urls import mask_urls
from fanjet.runtime.secrets import SECRETS
from fanjet.settings.values import Settings

#: What `logging` itself puts into a record; the rest are the facts of an event.
_OWN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}
_COLORS = {logging.DEBUG: "90", logging.WARNING: "33", logging.ERROR: "31", logging.CRITICAL: "31"}
_NAME_WIDTH = 11
_SAME_AGAIN_AFTER_S = 30.0
_MOST_REMEMBERED = 1000


def start_logging(name: str, settings: Settings) -> None:
    """Have everything that this process logs written in the form that the settings say.

    Args:
        name: Of the role, in each line.
        settings: The settings; what is secret in them is masked in each line.
    """
    if settings.fernet_key:
        SECRETS.add(settings.fernet_key)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _JsonLines(name) if settings.log_format == "json" else _TextLines(name, color=sys.stderr.isatty())
    )
    handler.addFilter(_Repeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries are heard from warnings on; what they say below is about themselves.
    root.setLevel(max(logging.WARNING, _level(settings)))
    logging.getLogger("fanjet").setLevel(_level(settings))
    logging.captureWarnings(capture=True)


class _Repeats(logging.Filter):
    """Holds back a warning or an error that says, for some time, the same again and again."""

    def __init__(self) -> None:
        super().__init__()
        #: By logger and text: when it was written last, and how often it was held back since.
        self._written: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write an event; one that was held back says how often."""
        if record.levelno < logging.WARNING:
            return True
        key = (record.name, record.getMessage())
        written_at, held = self._written.get(key, (0.0, 0))
        if record.created - written_at < _SAME_AGAIN_AFTER_S:
            self._written[key] = (written_at, held + 1)
            return False
        if len(self._written) >= _MOST_REMEMBERED:
            self._written.clear()
        self._written[key] = (record.created, 0)
        if held:
            record.msg, record.args = f"{key[1]} (and {held:,} times before)", None
            record.held_back = held
        return True


def _level(settings: Settings) -> int:
    return logging.getLevelNamesMapping()[settings.log_level.upper()]


def _find_facts(record: logging.LogRecord) -> dict[str, object]:
    """What was logged with ``extra=``: for programs, as the text says it for people."""
    return {name: value for name, value in vars(record).items() if name not in _OWN}


class _TextLines(logging.Formatter):
    """``04:50:10 scheduler   Run 12 of DAG 'sales' starts``; what an error brings with it stands below, indented."""

    def __init__(self, name: str, *, color: bool) -> None:
        super().__init__()
        self._name = f"{name:{_NAME_WIDTH}}"
        self._color = color

    def format(self, record: logging.LogRecord) -> str:
        """The lines of one event."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        text = level + printable(mask_urls(record.getMessage().strip().replace("\n", " | ")))
        below = "".join(f"\n    {printable(line)}" for line in _explain(record).splitlines())
        return f"{self._paint(clock, '90')} {self._paint(self._name, '36')} {self._paint_level(record, text)}{below}"

    def _paint_level(self, record: logging.LogRecord, text: str) -> str:
        return self._paint(text, _COLORS[record.levelno]) if record.levelno in _COLORS else text

    def _paint(self, text: str, color: str) -> str:
        return f"\x1b[{color}m{text}\x1b[0m" if self._color else text


class _JsonLines(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def format(self, record: logging.LogRecord) -> str:
        """The line of one event."""
        found: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "role": self._name,
            "pid": record.process,
            "event": record.getMessage().strip(),
            "logger": record.name,
            **_find_facts(record),
        }
        if explained := _explain(record):
            found["traceback"] = explained
        return escape_controls(mask_urls(json.dumps(found, ensure_ascii=False, default=str)))


def _explain(record: logging.LogRecord) -> str:
    if not record.exc_info or record.exc_info[1] is None:
        return ""
    import traceback  # noqa: PLC0415 - late: a service without errors never needs it

    return mask_urls("".join(traceback.format_exception(record.exc_info[1])).rstrip())
