"""What answers requests: health by itself and at once, everything else through the application, loaded meanwhile.

Loading the application takes several times as long as all else of a start. Health is asked for first, and should be
told also when whatever else the server does is stuck.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

import msgspec

from fanjet.server.health import Health, HealthCheck
from fanjet.server.known_names import KnownNames
from fanjet.server.origins import find_stranger
from fanjet.server.places import Places

_Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[_Message]]
Send: TypeAlias = Callable[[_Message], Awaitable[None]]
App: TypeAlias = Callable[[_Message, Receive, Send], Awaitable[None]]

#: A database that does not answer within this time is not reachable.
DATABASE_WITHIN_S = 3.0
_PULSE_EVERY_S = 1.0
_FIX = "If people reach it by that name, put the name into the setting server_names."
_OWN_PAGES = "Pages of other sites cannot change anything here; programs that are no browsers can."


class Front:
    """An ASGI application.

    Args:
        places: The database.
        load: Makes the application for everything but health; called in a thread of its own.
        on_ready: Called when requests are answered.
        names: By which requests may call this server.
        pulse: Called about once a second while requests can be answered.
    """

    def __init__(
        self,
        places: Places,
        load: Callable[[Places, HealthCheck], App],
        on_ready: Callable[[], None],
        names: KnownNames,
        pulse: Callable[[], None],
    ) -> None:
        self._check = HealthCheck(places)
        self._load = lambda: load(places, self._check)
        self._on_ready = on_ready
        self._names = names
        self._pulse = pulse
        self._app: asyncio.Task[App] | None = None

    async def __call__(self, scope: _Message, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"] == "/health" and scope["method"] in {"GET", "HEAD"}:
            health = await self._find_health()
            await _answer(send, health.http_status, health, has_body=scope["method"] == "GET")
        elif not self._names.has(host := _find_host(scope)) and scope["path"] != "/metrics":
            await _answer(send, 403, {"detail": f"This server does not know itself as {host!r}. {_FIX}"})
        elif (stranger := find_stranger(scope["method"], scope["headers"])) is not None:
            await _answer(send, 403, {"detail": f"This request was sent by a page of {stranger!r}. {_OWN_PAGES}"})
        else:
            assert self._app is not None
            app = await asyncio.shield(self._app)
            await app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._app = asyncio.create_task(asyncio.to_thread(self._load))
        await send({"type": "lifespan.startup.complete"})
        self._on_ready()
        pulses = asyncio.create_task(self._beat())
        await receive()
        pulses.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _beat(self) -> None:
        while True:
            self._pulse()
            await asyncio.sleep(_PULSE_EVERY_S)

    async def _find_health(self) -> Health:
        try:
            async with asyncio.timeout(DATABASE_WITHIN_S):
                return await asyncio.to_thread(self._check.find)
        except TimeoutError:
            return self._check.without_database(f"It has not answered within {DATABASE_WITHIN_S:g} s.")


def _find_host(scope: _Message) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")


async def _answer(send: Send, status: int, content: object, *, has_body: bool = True) -> None:
    body = msgspec.json.encode(content)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body if has_body else b""})
