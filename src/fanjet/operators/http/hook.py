"""The hook for HTTP services, on the library requests."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from fanjet.authoring.exceptions import AirflowException
from fanjet.errors import DagTypeError
from fanjet.operators.libraries import import_library
from fanjet.runtime.connections import BaseHook, Connection
from fanjet.runtime.secrets import SECRETS

#: Extra fields of connections, and members of `extra_options`, that are options of the request. Other extra fields are
#: headers.
_OPTIONS = (
    "allow_redirects",
    "cert",
    "check_response",
    "max_redirects",
    "proxies",
    "stream",
    "timeout",
    "trust_env",
    "verify",
)
_SWITCHES = frozenset({"allow_redirects", "check_response", "stream", "trust_env", "verify"})
#: Other names for them.
_OTHER_NAMES = {"proxy": "proxies", "verify_ssl": "verify"}
_MOST_QUOTED_CHARS = 500


class HttpHook(BaseHook):
    """Sends requests to the service of a connection: its host and port, with its login and password.

    Extra fields of the connection are headers, but for options such as ``timeout`` and ``verify``. A connection whose
    schema is ``https``, or whose type is, is talked to in HTTPS.

    Args:
        method: The method of the requests.
        http_conn_id: The connection.
        auth_type: What makes ``auth`` for requests of login and password; by default HTTPBasicAuth.
        tcp_keep_alive: Whether connections that are silent are kept open.
        tcp_keep_alive_idle: After how many seconds of silence that begins.
        tcp_keep_alive_count: How many probes may stay without an answer.
        tcp_keep_alive_interval: The seconds between two probes.
        adapter: The adapter of requests, in place of that.
    """

    conn_name_attr: ClassVar[str] = "http_conn_id"
    default_conn_name: ClassVar[str] = "http_default"
    conn_type: ClassVar[str] = "http"
    hook_name: ClassVar[str] = "HTTP"
    #: The host of connections that name none.
    default_host: ClassVar[str] = ""
    default_headers: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        method: str = "POST",
        http_conn_id: str = "http_default",
        auth_type: Any = None,
        tcp_keep_alive: bool = True,
        tcp_keep_alive_idle: int = 120,
        tcp_keep_alive_count: int = 20,
        tcp_keep_alive_interval: int = 30,
        adapter: Any = None,
    ) -> None:
        self.method = method.upper()
        self.http_conn_id = http_conn_id
        self.auth_type = auth_type
        self.adapter = adapter
        self.base_url = ""
        self._keep_alive = (
            (tcp_keep_alive_idle, tcp_keep_alive_interval, tcp_keep_alive_count) if tcp_keep_alive else None
        )
        self._options: dict[str, Any] = {}

    def get_conn(self, headers: Mapping[str, Any] | None = None, extra_options: Mapping[str, Any] | None = None) -> Any:
        """A session of requests.

        Args:
            headers: More headers.
            extra_options: Options of the requests.

        Raises:
            LibraryNotInstalled: The library is missing.
        """
        requests = _import_requests()
        connection = self.get_connection(self.http_conn_id)
        self.base_url = self._find_base_url(connection)
        session = requests.Session()
        session.auth = self._make_auth(connection)
        self._configure(session, connection, extra_options or {})
        adapter = self.adapter or (_make_adapter(*self._keep_alive) if self._keep_alive else None)
        if adapter is not None:
            session.mount("http://", adapter)
            session.mount("https://", adapter)
        session.headers.update({**self.default_headers, **(headers or {})})
        return session

    def _find_base_url(self, connection: Connection) -> str:
        host = connection.host or self.default_host
        if "://" not in host:
            kind = "https" if connection.conn_type == "https" else "http"
            host = f"{connection.schema or kind}://{host}"
        return f"{host}:{connection.port}" if connection.port else host

    def _make_auth(self, connection: Connection) -> Any:
        kind = self.auth_type
        if connection.login:
            kind = kind or _import_requests().auth.HTTPBasicAuth
            return kind(connection.login, connection.password)
        return kind() if kind else None

    def _configure(self, session: Any, connection: Connection, given: Mapping[str, Any]) -> None:
        extra = {
            (known := _OTHER_NAMES.get(name, name)): _read_option(known, value)
            for name, value in connection.extra_dejson.items()
        }
        headers = {name: str(value) for name, value in extra.items() if name not in _OPTIONS}
        session.headers.update(headers)
        for name, value in headers.items():
            if name.lower() in {"authorization", "cookie"} or "key" in name.lower() or "token" in name.lower():
                SECRETS.add(value)
        options = {_OTHER_NAMES.get(name, name): value for name, value in given.items()}
        unknown = [name for name in options if name not in _OPTIONS]
        if unknown:
            raise DagTypeError(
                f"extra_options has {unknown[0]!r}, which is no option of a request.",
                fix=f"give some of {', '.join(_OPTIONS)}",
            )
        self._options = {name: extra[name] for name in _OPTIONS if name in extra} | options
        for name in ("proxies", "stream", "verify", "cert", "max_redirects", "trust_env"):
            if self._options.get(name) is not None:
                setattr(session, name, self._options[name])

    def url_from_endpoint(self, endpoint: str | None) -> str:
        """The address of an endpoint; one that begins with ``http://`` or ``https://`` is an address itself."""
        if endpoint and endpoint.startswith(("http://", "https://")):
            return endpoint
        base = self.base_url or self._find_base_url(self.get_connection(self.http_conn_id))
        slash = "/" if base and endpoint and not base.endswith("/") and not endpoint.startswith("/") else ""
        return f"{base}{slash}{endpoint or ''}"

    def run(
        self,
        endpoint: str | None = None,
        data: Any = None,
        headers: Mapping[str, Any] | None = None,
        extra_options: Mapping[str, Any] | None = None,
        **request_kwargs: Any,
    ) -> Any:
        """Send a request.

        Args:
            endpoint: What follows the host.
            data: The body; for GET, what stands behind the question mark.
            headers: More headers.
            extra_options: Options of the request, such as ``timeout``; ``check_response=False`` takes any status.
            request_kwargs: More arguments for `requests.Request`, such as ``json``.

        Returns:
            The response, a `requests.Response`.

        Raises:
            AirflowException: The status says that something went wrong.
        """
        with self.get_conn(headers, extra_options) as session:
            argument = {"GET": "params", "HEAD": None}.get(self.method, "data")
            body = {argument: data} if argument and data else {}
            url = self.url_from_endpoint(endpoint)
            request = _import_requests().Request(self.method, url, **body, **request_kwargs)
            return self.run_and_check(session, session.prepare_request(request), self._options)

    def run_and_check(self, session: Any, prepped_request: Any, extra_options: Mapping[str, Any]) -> Any:
        """Send what is prepared, and check the status.

        Args:
            session: The session.
            prepped_request: The request.
            extra_options: Options of the request.
        """
        self.log.info("%s %s", prepped_request.method, prepped_request.url)
        settings = session.merge_environment_settings(
            prepped_request.url, session.proxies, session.stream, session.verify, session.cert
        )
        response = session.send(
            prepped_request,
            timeout=extra_options.get("timeout"),
            allow_redirects=extra_options.get("allow_redirects", True),
            **settings,
        )
        if extra_options.get("check_response", True):
            self.check_response(response)
        return response

    def check_response(self, response: Any) -> None:
        """Check the status of a response.

        Raises:
            AirflowException: It is 400 or above; the text begins with it.
        """
        if response.status_code >= 400:
            self.log.error("%s %s: %s", response.status_code, response.reason, response.text[:_MOST_QUOTED_CHARS])
            raise AirflowException(f"{response.status_code}:{response.reason}")

    def run_with_advanced_retry(self, _retry_args: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Send a request, and again where it fails.

        Args:
            _retry_args: For `tenacity.Retrying`.
            args: For `run`.
            kwargs: For `run`.
        """
        tenacity = import_library("tenacity", "tenacity", "run_with_advanced_retry()")
        run: Callable[..., Any] = tenacity.Retrying(**_retry_args).wraps(self.run)
        return run(*args, **kwargs)

    def test_connection(self) -> tuple[bool, str]:
        """Whether the service answers, and what went wrong otherwise."""
        try:
            self.run()
        except Exception as error:  # noqa: BLE001 - the answer is about all that can go wrong
            return False, str(error)
        return True, "The service answers."


def _read_option(name: str, value: Any) -> Any:
    """An option as requests wants it: in a connection that is written as a URI, all of them are texts."""
    if not isinstance(value, str):
        return value
    if name in _SWITCHES and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if name == "timeout":
        return float(value)
    if name == "max_redirects":
        return int(value)
    if name == "proxies":
        return json.loads(value) if value.startswith("{") else {"http": value, "https": value}
    return value


def _import_requests() -> Any:
    return import_library("requests", "fanjet[http]", "HTTP")


def _make_adapter(idle_s: int, interval_s: int, count: int) -> Any:
    """An adapter whose connections are kept open; where the system has no such option, it is left out."""
    adapters = import_library("requests.adapters", "fanjet[http]", "HTTP")
    wanted = {"TCP_KEEPIDLE": idle_s, "TCP_KEEPINTVL": interval_s, "TCP_KEEPCNT": count}
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    options += [
        (socket.IPPROTO_TCP, getattr(socket, name), value) for name, value in wanted.items() if hasattr(socket, name)
    ]

    class KeepAliveAdapter(adapters.HTTPAdapter):  # type: ignore[misc, name-defined] # of a library that is late
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, socket_options=options, **kwargs)

    return KeepAliveAdapter()
