"""``python -m fanjet.parsing FILE ROOT FD``: load a file and write the report to a file descriptor."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import msgspec

from fanjet.parsing.child import LENGTH_BYTES
from fanjet.parsing.loader import load_file, make_report


def main() -> None:
    """Load, report, and end without waiting for anything that the file started."""
    path, root, fd = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    sys.argv[1:] = []
    os.set_inheritable(fd, False)
    started_at = time.monotonic()
    loaded = load_file(path, root)
    report = make_report(loaded, time.monotonic() - started_at)
    data = msgspec.msgpack.encode(report)
    rest = memoryview(len(data).to_bytes(LENGTH_BYTES, "big") + data)
    while rest:
        rest = rest[os.write(fd, rest) :]
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
