"""``python -m fanjet.parsing FILE ROOT FD [strict]``: load a file and write the report to a file descriptor."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import msgspec

from fanjet.parsing.child import LENGTH_BYTES, STRICT
from fanjet.parsing.loader import load_file, make_report
from fanjet.parsing.report import ParseReport


def main() -> None:
    """Load, report, and end without waiting for anything that the file started."""
    path, root, fd, strict = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), STRICT in sys.argv[4:]
    sys.argv[1:] = []
    os.set_inheritable(fd, False)
    data = msgspec.msgpack.encode(_load_strictly(path, root) if strict else _load(path, root))
    rest = memoryview(len(data).to_bytes(LENGTH_BYTES, "big") + data)
    while rest:
        rest = rest[os.write(fd, rest) :]
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _load(path: Path, root: Path) -> ParseReport:
    started_at = time.monotonic()
    loaded = load_file(path, root)
    return make_report(loaded, time.monotonic() - started_at)


def _load_strictly(path: Path, root: Path) -> ParseReport:
    from fanjet.parsing.rules.strict_load import load_strictly  # noqa: PLC0415 - brings jinja2 and more

    return load_strictly(path, root)


if __name__ == "__main__":
    main()
