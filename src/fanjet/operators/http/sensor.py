"""Sensors that look at an HTTP service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fanjet.authoring.exceptions import AirflowException
from fanjet.operators.deferrable import choose_deferrable
from fanjet.operators.http.hook import HttpHook
from fanjet.operators.http.operator import call_with_context
from fanjet.operators.http.triggers import HttpSensorTrigger
from fanjet.operators.sensor import BaseSensorOperator


class HttpSensor(BaseSensorOperator):
    """Waits until a request is answered with a status below 400, and a function holds for the response.

    Args:
        endpoint: What follows the host of the connection; a template.
        http_conn_id: The connection; a template.
        method: The method.
        request_params: For GET, what stands behind the question mark, else the body; a template.
        request_kwargs: More arguments for `requests.Request`.
        headers: More headers; templates.
        response_error_codes_allowlist: The statuses, as text, that mean "not yet"; by default 404. Others fail.
        response_check: Says of the response, and of what it asks of the context, whether the wait is over.
        extra_options: Options of the request, such as ``timeout``; ``check_response=False`` takes any status.
        tcp_keep_alive: As in `HttpHook`.
        tcp_keep_alive_idle: As in `HttpHook`.
        tcp_keep_alive_count: As in `HttpHook`.
        tcp_keep_alive_interval: As in `HttpHook`.
        deferrable: Whether it waits without a slot. With `response_check` it pokes all the same, as the function is
            known to the task only.
        options: As in `BaseSensorOperator`.
    """

    template_fields = ("endpoint", "request_params", "headers", "http_conn_id")

    def __init__(
        self,
        *,
        endpoint: str,
        http_conn_id: str = "http_default",
        method: str = "GET",
        request_params: Any = None,
        request_kwargs: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
        response_error_codes_allowlist: Sequence[str] | None = None,
        response_check: Callable[..., Any] | None = None,
        extra_options: Mapping[str, Any] | None = None,
        tcp_keep_alive: bool = True,
        tcp_keep_alive_idle: int = 120,
        tcp_keep_alive_count: int = 20,
        tcp_keep_alive_interval: int = 30,
        deferrable: bool | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.endpoint = endpoint
        self.http_conn_id = http_conn_id
        self.method = method
        self.request_params = request_params or {}
        self.request_kwargs = request_kwargs or {}
        self.headers = headers or {}
        allowed = ("404",) if response_error_codes_allowlist is None else response_error_codes_allowlist
        self.response_error_codes_allowlist = tuple(str(status) for status in allowed)
        self.response_check = response_check
        self.extra_options = extra_options or {}
        self.tcp_keep_alive = tcp_keep_alive
        self.tcp_keep_alive_idle = tcp_keep_alive_idle
        self.tcp_keep_alive_count = tcp_keep_alive_count
        self.tcp_keep_alive_interval = tcp_keep_alive_interval
        self.deferrable = choose_deferrable(deferrable)

    def poke(self, context: Any) -> Any:
        """Send one request.

        Raises:
            AirflowException: It was answered with a status that does not mean "not yet".
        """
        hook = HttpHook(
            self.method,
            self.http_conn_id,
            None,
            self.tcp_keep_alive,
            self.tcp_keep_alive_idle,
            self.tcp_keep_alive_count,
            self.tcp_keep_alive_interval,
        )
        try:
            response = hook.run(
                self.endpoint, self.request_params, self.headers, self.extra_options, **self.request_kwargs
            )
            return call_with_context(self.response_check, response, context) if self.response_check else True
        except AirflowException as error:
            if str(error).startswith(self.response_error_codes_allowlist):
                return False
            raise

    def execute(self, context: Any) -> Any:
        """Wait, in the slot or without it."""
        if not self.deferrable or self.response_check:
            return super().execute(context)
        if not self.poke(context):
            trigger = HttpSensorTrigger(
                endpoint=self.endpoint,
                http_conn_id=self.http_conn_id,
                method=self.method,
                data=self.request_params,
                headers=self.headers,
                extra_options=self.extra_options,
                request_kwargs=self.request_kwargs,
                poke_interval=self.poke_interval,
                response_error_codes_allowlist=self.response_error_codes_allowlist,
            )
            self.defer(trigger=trigger, method_name="execute_complete", timeout=self.timeout)
        return None

    def execute_complete(self, context: Any, event: Any = None) -> None:  # noqa: ARG002 - as all such methods
        """The service has answered."""
        self.log.info("%s was answered.", self.endpoint)
