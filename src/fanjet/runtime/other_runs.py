"""What tasks pushed in other runs: `ti.xcom_pull` with another DAG, run or date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from fanjet.model.paths import Path
from fanjet.model.requests import FindXComs, Values
from fanjet.runtime.values import decode, decode_many

if TYPE_CHECKING:
    from fanjet.runtime.client import TryClient

_PAGE = 1000


def pull_all(client: TryClient, wanted: FindXComs, default: Any) -> tuple[Any, bool]:
    """What one task pushed, and whether it is a list because the task was mapped; `default` where there is nothing."""
    found = _read(client, wanted)
    if not found:
        return default, False
    return (decode(found[()]), False) if () in found else (list(decode_many(list(found.values()))), True)


def pull_some(client: TryClient, wanted: FindXComs, paths: Sequence[Path], default: Any) -> list[Any]:
    """What these instances of one task pushed, in this order; `default` in the place of each that pushed nothing."""
    found = _read(client, wanted)
    return [decode(found[path]) if path in found else default for path in paths]


def _read(client: TryClient, wanted: FindXComs) -> dict[Path, bytes]:
    found: dict[Path, bytes] = {}
    while True:
        page = client.ask(msgspec.structs.replace(wanted, offset=len(found), limit=_PAGE))
        assert isinstance(page, Values), page
        found.update(zip(page.paths, page.values, strict=True))
        if len(page.values) < _PAGE:
            return found
