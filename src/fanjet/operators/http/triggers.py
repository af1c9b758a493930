"""Triggers that send HTTP requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from typing import Any

from fanjet.authoring.exceptions import AirflowException
from fanjet.authoring.triggers import BaseTrigger, TriggerEvent
from fanjet.operators.http.hook import HttpHook
from fanjet.operators.http.responses import pack_response

_MODULE = __name__
#: How many requests of triggers are under way at once; the others wait.
_MOST_REQUESTS = 64


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_MOST_REQUESTS, thread_name_prefix="http")


class HttpTrigger(BaseTrigger):
    """Sends one request; the event's payload has the response, or what went wrong.

    Args:
        http_conn_id: The connection.
        auth_type: As in `HttpHook`, or its path as text.
        method: The method.
        endpoint: What follows the host.
        headers: More headers.
        data: The body; for GET, what stands behind the question mark.
        extra_options: Options of the request.
        request_kwargs: More arguments for `requests.Request`.
    """

    def __init__(
        self,
        http_conn_id: str = "http_default",
        auth_type: Any = None,
        method: str = "POST",
        endpoint: str | None = None,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
        extra_options: Mapping[str, Any] | None = None,
        request_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.http_conn_id = http_conn_id
        self.auth_type = _find_class(auth_type)
        self.method = method
        self.endpoint = endpoint
        self.headers = headers
        self.data = data
        self.extra_options = extra_options
        self.request_kwargs = request_kwargs

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{_MODULE}.{type(self).__name__}", {
            "http_conn_id": self.http_conn_id,
            "auth_type": _name_class(self.auth_type),
            "method": self.method,
            "endpoint": self.endpoint,
            "headers": self.headers,
            "data": self.data,
            "extra_options": self.extra_options,
            "request_kwargs": self.request_kwargs,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Send it."""
        try:
            response = await self.send()
        except Exception as error:  # noqa: BLE001 - the task says what went wrong
            yield TriggerEvent({"status": "error", "message": f"{type(error).__name__}: {error}"})
            return
        yield TriggerEvent({"status": "success", "response": pack_response(response)})

    async def send(self) -> Any:
        """Send the request in a thread, so that other triggers go on."""
        import asyncio  # noqa: PLC0415 - slow to import, and needed in the process that waits only

        return await asyncio.get_running_loop().run_in_executor(_threads(), self._send_now)

    def _send_now(self) -> Any:
        hook = HttpHook(self.method, self.http_conn_id, self.auth_type)
        return hook.run(self.endpoint, self.data, self.headers, self.extra_options, **(self.request_kwargs or {}))


class HttpSensorTrigger(HttpTrigger):
    """Sends requests until one does not fail with a status that means "not yet"; the event's payload is True.

    Args:
        poke_interval: Seconds between two requests.
        method: The method.
        response_error_codes_allowlist: The statuses, as text, that mean "not yet".
        options: As in `HttpTrigger`.
    """

    def __init__(
        self,
        *,
        poke_interval: float = 5.0,
        method: str = "GET",
        response_error_codes_allowlist: tuple[str, ...] | list[str] = ("404",),
        **options: Any,
    ) -> None:
        super().__init__(method=method, **options)
        self.poke_interval = poke_interval
        self.response_error_codes_allowlist = tuple(response_error_codes_allowlist)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path, kwargs = super().serialize()
        allowed = list(self.response_error_codes_allowlist)
        return path, {**kwargs, "poke_interval": self.poke_interval, "response_error_codes_allowlist": allowed}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look again and again."""
        import asyncio  # noqa: PLC0415 - as above

        while True:
            try:
                await self.send()
            except AirflowException as error:
                if not str(error).startswith(self.response_error_codes_allowlist):
                    raise
                await asyncio.sleep(self.poke_interval)
            else:
                break
        yield TriggerEvent(True)


def _name_class(kind: Any) -> str | None:
    return None if kind is None else f"{kind.__module__}.{kind.__qualname__}"


def _find_class(kind: Any) -> Any:
    if not isinstance(kind, str):
        return kind
    module, _, name = kind.rpartition(".")
    return getattr(import_module(module), name)
