"""From which pages a request may change something.

A page of a stranger, open in a browser on this machine, can have the browser send requests to this server. It cannot
read the answers, but a run would have been started. Browsers say where such a request comes from, and no page can make
them say something else; clients that are no browsers say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
#: ``none``: by the user's own hand.
_OWN_SITES = frozenset({"same-origin", "none"})


def find_stranger(method: str, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Where a request comes from that is not to be obeyed, for people; None when it is.

    Args:
        method: Of the request, such as ``POST``.
        headers: Its headers, with names in small letters.
    """
    if method in _READING:
        return None
    told = {name: value.decode("latin-1").strip() for name, value in headers}
    origin, site = told.get(b"origin"), told.get(b"sec-fetch-site")
    if site is not None:  # it is the browser's own judgement, right behind any proxy; absent on plain HTTP elsewhere
        return None if site.lower() in _OWN_SITES else origin or f"another site ({site})"
    if origin is None or _find_place(origin) == told.get(b"host", "").lower():
        return None
    return origin


def _find_place(origin: str) -> str | None:
    """Host and port; None for an origin that has none, such as ``null``."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None
