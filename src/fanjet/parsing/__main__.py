"""``python -m fanjet.parsing FILE ROOT FD [strict]``: load a file and write the report to a socket.

Variables and connections of the store are asked for there too.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import msgspec

from fanjet.parsing.child import STRICT
from fanjet.parsing.conversation import Reported
from fanjet.parsing.dag_warnings import collect_warnings
from fanjet.parsing.reporting import Parent, report
from fanjet.runtime.lookups import LOOKUPS


def main() -> None:
    """Load, report, and end without waiting for anything that the file started."""
    path, root, fd, strict = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), STRICT in sys.argv[4:]
    sys.argv[1:] = []
    os.set_inheritable(fd, False)
    parent = Parent(socket.socket(fileno=fd))
    if strict:
        _report_strictly(parent, path, root)
    else:
        report(parent, path, root)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _report_strictly(parent: Parent, path: Path, root: Path) -> None:
    from fanjet.parsing.rules.strict_load import load_strictly  # noqa: PLC0415 - brings jinja2 and more

    with LOOKUPS.asking_through(parent.ask, is_loading=True), collect_warnings() as told:
        found = load_strictly(path, root)
    parent.send(Reported(msgspec.structs.replace(found, warnings=told)))


if __name__ == "__main__":
    main()
