"""What loading a DAG file warns of, for the report."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from fanjet.errors import DagWarning
from fanjet.parsing.report import ParseError

_FIX = " Fix: "


@contextmanager
def collect_warnings() -> Iterator[list[ParseError]]:
    """What Fanjet warns the author of in the meantime, each once; filled at the end. Other warnings are dropped."""
    told: list[ParseError] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DagWarning)
        yield told
    told += dict.fromkeys(_describe(each) for each in caught if issubclass(each.category, DagWarning))


def _describe(warning: warnings.WarningMessage) -> ParseError:
    message, _, fix = str(warning.message).partition(_FIX)
    return ParseError(warning.filename, warning.lineno or None, "warning", message, fix or None)
