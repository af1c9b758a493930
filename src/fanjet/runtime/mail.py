"""Sends mail through an SMTP server.

The server is the connection ``smtp_default`` (``FANJET_CONN_SMTP_DEFAULT=smtp://user:password@host:587?from_email=...``)
or what Airflow's variables ``AIRFLOW__SMTP__SMTP_HOST`` and their like say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from fanjet.errors import ExecutionError, OperationError
from fanjet.runtime.connections import Connection, ConnectionNotFoundError
from fanjet.runtime.secrets import SECRETS

_DEFAULT_CONNECTION = "smtp_default"


class _Server(NamedTuple):
    host: str
    port: int
    login: str | None
    password: str | None
    sender: str
    starttls: bool
    ssl: bool
    timeout_s: float


def send_email(
    to: str | Iterable[str],
    subject: str,
    html_content: str,
    files: Collection[str] | None = None,
    cc: str | Iterable[str] | None = None,
    bcc: str | Iterable[str] | None = None,
    conn_id: str | None = None,
    from_email: str | None = None,
    custom_headers: dict[str, Any] | None = None,
    mime_charset: str = "utf-8",
    **_others: Any,
) -> None:
    """Send a mail.

    Args:
        to: Addresses, as a list or in one text with commas or semicolons between them.
        subject: The subject.
        html_content: The content, as HTML.
        files: Files that are attached.
        cc: More addresses.
        bcc: More addresses that the others do not see.
        conn_id: The connection of the server; ``smtp_default`` by default.
        from_email: The sender; by default what the server's connection says.
        custom_headers: More headers.
        mime_charset: The encoding of the content.

    Raises:
        OperationError: No server is configured, or an argument is unknown.
        ExecutionError: The server does not take the mail.
    """
    if _others:
        raise OperationError(f"send_email() takes no argument {next(iter(_others))!r}. Fix: leave it out.")
    server = _find_server(conn_id)
    message = import_module("email.message").EmailMessage()  # late: few tries send mail
    message["Subject"] = subject
    message["From"] = from_email or server.sender
    message["To"] = ", ".join(split_addresses(to))
    if cc:
        message["Cc"] = ", ".join(split_addresses(cc))
    for name, value in (custom_headers or {}).items():
        message[name] = str(value)
    message.set_content(html_content, subtype="html", charset=mime_charset)
    for file in files or ():
        _attach(message, Path(file))
    receivers = [address for some in (to, cc, bcc) if some for address in split_addresses(some)]
    _send(server, message, receivers)


def split_addresses(addresses: str | Iterable[str]) -> list[str]:
    """The addresses in a text, or in a list."""
    texts = [addresses] if isinstance(addresses, str) else addresses
    return [part.strip() for text in texts for part in re.split(r"[,;]", text) if part.strip()]


def _attach(message: Any, file: Path) -> None:
    guessed, _ = import_module("mimetypes").guess_type(file.name)
    kind, _, subtype = (guessed or "application/octet-stream").partition("/")
    message.add_attachment(file.read_bytes(), maintype=kind, subtype=subtype, filename=file.name)


def _send(server: _Server, message: Any, receivers: list[str]) -> None:
    smtplib = import_module("smtplib")
    kind = smtplib.SMTP_SSL if server.ssl else smtplib.SMTP
    try:
        with kind(server.host, server.port, timeout=server.timeout_s) as smtp:
            if server.starttls and not server.ssl:
                smtp.starttls()
            if server.login:
                smtp.login(server.login, server.password or "")
            smtp.send_message(message, to_addrs=receivers)
    except (smtplib.SMTPException, OSError) as error:
        raise ExecutionError(
            f"The mail server {server.host}:{server.port} did not take the mail: {error}.", temporary=True
        ) from error


def _find_server(conn_id: str | None) -> _Server:
    try:
        return _of_connection(Connection.get(conn_id or _DEFAULT_CONNECTION))
    except ConnectionNotFoundError:
        if conn_id not in (None, _DEFAULT_CONNECTION) or _variable("SMTP_HOST") is None:
            raise OperationError(
                "No mail server is known. Fix: set FANJET_CONN_SMTP_DEFAULT to "
                "smtp://user:password@host:587?from_email=..."
            ) from None
    password = _variable("SMTP_PASSWORD")
    SECRETS.add(password)
    return _Server(
        host=_variable("SMTP_HOST") or "localhost",
        port=int(_variable("SMTP_PORT") or 25),
        login=_variable("SMTP_USER"),
        password=password,
        sender=_variable("SMTP_MAIL_FROM") or "fanjet@localhost",
        starttls=_is_true(_variable("SMTP_STARTTLS"), default=True),
        ssl=_is_true(_variable("SMTP_SSL"), default=False),
        timeout_s=float(_variable("SMTP_TIMEOUT") or 30),
    )


def _of_connection(connection: Connection) -> _Server:
    extra = connection.extra_dejson
    ssl = not _is_true(extra.get("disable_ssl", connection.port != 465), default=True)
    return _Server(
        host=connection.host or "localhost",
        port=connection.port or (465 if ssl else 587),
        login=connection.login,
        password=connection.password,
        sender=str(extra.get("from_email") or connection.login or "fanjet@localhost"),
        starttls=not _is_true(extra.get("disable_tls"), default=connection.port == 25),
        ssl=ssl,
        timeout_s=float(extra.get("timeout") or 30),
    )


def _variable(name: str) -> str | None:
    return os.environ.get(f"AIRFLOW__SMTP__{name}") or None


def _is_true(value: Any, *, default: bool) -> bool:
    return default if value is None else str(value).strip().lower() in {"1", "true", "yes", "on", "t"}


def tell_of_end(context: Any, addresses: tuple[str, ...], kind: str) -> None:
    """Mail how a try ended, with the reason.

    Args:
        context: That of the try.
        addresses: To whom.
        kind: ``failure`` or ``retry``.
    """
    html = import_module("html")
    ti = context["ti"]
    what = "failed" if kind == "failure" else f"failed in try {ti.try_number} and is tried again"
    reason = SECRETS.mask(str(context.get("reason") or context.get("exception") or "unknown"))
    task_id, dag_id, run_id, log = (html.escape(text) for text in (ti.task_id, ti.dag_id, ti.run_id, ti.log_url))
    send_email(
        list(addresses),
        f"Fanjet: task {ti.task_id} of DAG {ti.dag_id} {what}",
        f"<p>Task <b>{task_id}</b> of DAG <b>{dag_id}</b>, run {run_id}, {what}.</p>"
        f"<pre>{html.escape(reason)}</pre><p>Its log: <code>{log}</code></p>",
    )
