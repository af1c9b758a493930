"""Runs all sets, prints what differs and, as the last line, ``N/M agree``."""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conformance.comparing import find_defects, find_discrepancies
from conformance.recordings import Recording, find_sets, read_differences, read_recordings
from conformance.runs import FileRuns, run_file

_AT_ONCE = 2
_MOST_LINES = 8


def main() -> int:
    """Compare; the exit code."""
    recordings = [recording for folder in find_sets() for recording in read_recordings(folder)]
    runs = _run_files(recordings)
    deliberate = read_differences()
    agree = on_purpose = 0
    problems: list[str] = []
    for recording in recordings:
        found = find_discrepancies(recording, runs[recording.file])
        difference = deliberate.get(recording.dag_id)
        defects = find_defects(found, difference)
        if defects:
            lines = [f"    {defect}" for defect in defects[:_MOST_LINES]]
            problems += [f"DIFFERS: {recording.file.name}: {recording.dag_id}", *lines]
        elif difference:
            on_purpose += 1
            print(f"on purpose: {recording.dag_id}: {difference.why}")
        agree += not found
    print(*problems, sep="\n", end="\n" if problems else "")
    total = len(recordings)
    print(f"{total - agree - on_purpose} differ, {on_purpose} differ on purpose")
    print(f"{agree}/{total} agree")
    return 1 if problems else 0


def _run_files(recordings: list[Recording]) -> dict[Path, FileRuns]:
    files = sorted({recording.file for recording in recordings})
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(_AT_ONCE) as pool:
        homes = [Path(folder) / str(number) for number in range(len(files))]
        for home in homes:
            home.mkdir()
        return dict(zip(files, pool.map(run_file, files, homes), strict=True))


if __name__ == "__main__":
    sys.exit(main())
