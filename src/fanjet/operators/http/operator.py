"""Tasks that send HTTP requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn

from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.exceptions import AirflowException
from fanjet.authoring.operator import BaseOperator
from fanjet.operators.deferrable import choose_deferrable
from fanjet.operators.http.hook import HttpHook
from fanjet.operators.http.responses import pack_response, unpack_response
from fanjet.operators.http.triggers import HttpTrigger

#: Methods that may be sent twice without harm.
_IDEMPOTENT = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"})


class HttpOperator(BaseOperator):
    """Sends a request; the text of the response is the task's result.

    Args:
        endpoint: What follows the host of the connection; a template.
        method: The method.
        data: The body; for GET, what stands behind the question mark. A template.
        headers: More headers; templates.
        pagination_function: Says of a response what the next request has in place of the arguments here, as a dict with
            ``endpoint``, ``data``, ``headers`` or ``extra_options``; None after the last page. The functions below
            then get a list of responses.
        response_check: Says of the response, and of what it asks of the context, whether it is good.
        response_filter: Makes the task's result of the response, and of what it asks of the context.
        extra_options: Options of the request, such as ``timeout``; ``check_response=False`` takes any status.
        request_kwargs: More arguments for `requests.Request`, such as ``json``.
        http_conn_id: The connection; a template.
        log_response: Whether the text of the response is logged.
        auth_type: As in `HttpHook`.
        tcp_keep_alive: As in `HttpHook`.
        tcp_keep_alive_idle: As in `HttpHook`.
        tcp_keep_alive_count: As in `HttpHook`.
        tcp_keep_alive_interval: As in `HttpHook`.
        deferrable: Whether it waits for the response without a slot (`HttpTrigger`); None: as `choose_deferrable`
            has it.
        warn_on_non_idempotent: Whether the log then warns of a method that may be sent twice after a crash.
        retry_args: For `tenacity.Retrying`, to send a request again within the try.
        options: As in `BaseOperator`.
    """

    #: The attribute with the connection's id.
    conn_id_field: ClassVar[str] = "http_conn_id"
    template_fields = ("endpoint", "data", "headers", "http_conn_id")
    template_fields_renderers = {"headers": "json", "data": "py"}  # noqa: RUF012
    ui_color = "#f4a460"

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        method: str = "POST",
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        pagination_function: Callable[[Any], Mapping[str, Any] | None] | None = None,
        response_check: Callable[..., Any] | None = None,
        response_filter: Callable[..., Any] | None = None,
        extra_options: Mapping[str, Any] | None = None,
        request_kwargs: Mapping[str, Any] | None = None,
        http_conn_id: str = "http_default",
        log_response: bool = False,
        auth_type: Any = None,
        tcp_keep_alive: bool = True,
        tcp_keep_alive_idle: int = 120,
        tcp_keep_alive_count: int = 20,
        tcp_keep_alive_interval: int = 30,
        deferrable: bool | None = None,
        warn_on_non_idempotent: bool = True,
        retry_args: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.endpoint = endpoint
        self.method = method
        self.data = {} if data is None else data
        self.headers = headers or {}
        self.pagination_function = pagination_function
        self.response_check = response_check
        self.response_filter = response_filter
        self.extra_options = extra_options or {}
        self.request_kwargs = request_kwargs or {}
        self.http_conn_id = http_conn_id
        self.log_response = log_response
        self.auth_type = auth_type
        self.tcp_keep_alive = tcp_keep_alive
        self.tcp_keep_alive_idle = tcp_keep_alive_idle
        self.tcp_keep_alive_count = tcp_keep_alive_count
        self.tcp_keep_alive_interval = tcp_keep_alive_interval
        self.deferrable = choose_deferrable(deferrable)
        self.warn_on_non_idempotent = warn_on_non_idempotent
        self.retry_args = retry_args

    @property
    def hook(self) -> HttpHook:
        """The hook for the connection."""
        return HttpHook(
            self.method,
            getattr(self, self.conn_id_field),
            self.auth_type,
            self.tcp_keep_alive,
            self.tcp_keep_alive_idle,
            self.tcp_keep_alive_count,
            self.tcp_keep_alive_interval,
        )

    def execute(self, context: Any) -> Any:
        """Send the request, and those for more pages."""
        if self.deferrable:
            if self.warn_on_non_idempotent and self.method.upper() not in _IDEMPOTENT:
                self.log.warning(
                    "With deferrable=True a %s may be sent twice if the process that waits is killed. "
                    "warn_on_non_idempotent=False takes note of that.",
                    self.method,
                )
            self._wait({}, [])
        responses = [self._send({})]
        while (page := self._find_next_page(responses[-1])) is not None:
            responses.append(self._send(page))
        return self.process_response(context, responses if self.pagination_function else responses[0])

    def execute_complete(self, context: Any, event: Any, pages: list[Any] | None = None) -> Any:
        """Go on with a response that a trigger has waited for.

        Raises:
            AirflowException: There is none.
        """
        if event["status"] != "success":
            raise AirflowException(f"Task '{self.task_id}': the request failed: {event['message']}")
        responses = [unpack_response(each) for each in (*(pages or ()), event["response"])]
        page = self._find_next_page(responses[-1])
        if page is not None:
            self._wait(page, responses)
        return self.process_response(context, responses if self.pagination_function else responses[0])

    def process_response(self, context: Any, response: Any) -> Any:
        """Check the response, or the list of them, and make the task's result of it.

        Raises:
            AirflowException: `response_check` does not hold.
        """
        if self.log_response:
            self.log.info("%s", _read_text(response))
        if self.response_check and not call_with_context(self.response_check, response, context):
            raise AirflowException(f"Task '{self.task_id}': response_check does not hold for the response.")
        if self.response_filter:
            return call_with_context(self.response_filter, response, context)
        return _read_text(response)

    def _find_next_page(self, response: Any) -> Mapping[str, Any] | None:
        return (self.pagination_function(response) or None) if self.pagination_function else None

    def _merge(self, page: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a request, those of a page before the task's."""
        data = page.get("data")
        both = isinstance(data, Mapping) and isinstance(self.data, Mapping)
        return {
            "endpoint": page.get("endpoint") or self.endpoint,
            "data": {**self.data, **data} if both and data else data or self.data,
            "headers": {**self.headers, **page.get("headers", {})},
            "extra_options": {**self.extra_options, **page.get("extra_options", {})},
        }

    def _send(self, page: Mapping[str, Any]) -> Any:
        arguments = {**self._merge(page), **self.request_kwargs}
        if self.retry_args:
            return self.hook.run_with_advanced_retry(self.retry_args, **arguments)
        return self.hook.run(**arguments)

    def _wait(self, page: Mapping[str, Any], responses: list[Any]) -> NoReturn:
        trigger = HttpTrigger(
            http_conn_id=getattr(self, self.conn_id_field),
            auth_type=self.auth_type,
            method=self.method,
            request_kwargs=self.request_kwargs,
            **self._merge(page),
        )
        pages = [pack_response(each) for each in responses]
        self.defer(trigger=trigger, method_name="execute_complete", kwargs={"pages": pages})


def call_with_context(function: Callable[..., Any], response: Any, context: Any) -> Any:
    """Call a function with a response, and with what it asks of the context."""
    return function(response, **read_signature(function).add_context((response,), {}, context))


def _read_text(response: Any) -> Any:
    return [each.text for each in response] if isinstance(response, list) else response.text
