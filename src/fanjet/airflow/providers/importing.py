"""Who imports: the author's file and a provider's own module are answered differently."""

from __future__ import annotations

import os
import sys
from types import FrameType

_FANJET = os.path.dirname(os.path.dirname(os.path.dirname(__file__))) + os.sep  # noqa: PTH120 - pathlib is slow
_MACHINERY = ("importlib", "importlib._bootstrap", "importlib._bootstrap_external")


def find_importer() -> FrameType | None:
    """The frame whose code imports, outside of this package and of Python's import machinery."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - behind this function, the machinery and who imports
    while frame is not None and _is_passed_over(frame):
        frame = frame.f_back
    return frame


def is_asked_by_provider() -> bool:
    """Whether a module of a provider imports; such a one may do without what it cannot have."""
    frame = find_importer()
    return frame is not None and str(frame.f_globals.get("__name__")).startswith("airflow.providers.")


def _is_passed_over(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_FANJET) or frame.f_globals.get("__name__") in _MACHINERY
