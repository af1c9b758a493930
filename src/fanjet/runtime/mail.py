"""Sends mail through an SMTP server.

The server is the connection ``smtp_default`` (``FANJET_CONN_SMTP_DEFAULT=smtp://user:password@host:587?from_email=...``)
or what Airflow's variables ``AIRFLOW__SMTP__SMTP_HOST`` and their like say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fanjet.errors import ExecutionError, OperationError
from fanjet.runtime.connections import Connection, ConnectionNotFoundError
from fanjet.runtime.secrets import SECRETS

if TYPE_CHECKING:
    from email.message import EmailMessage

_DEFAULT_CONNECTION = "smtp_default"


class MailServer(NamedTuple):
    """An SMTP server, and how it is talked to."""

    host: str
    port: int
    login: str | None
    password: str | None
    sender: str
    starttls: bool
    ssl: bool
    timeout_s: float
    #: Whether its certificate must be one that this machine trusts.
    is_verified: bool = True
    #: In place of a password, where the server wants OAuth 2.
    access_token: str | None = None
    #: Files with templates for mails that have no subject or content of their own.
    subject_template: str | None = None
    html_content_template: str | None = None


def send_email(
    to: str | Iterable[str],
    subject: str,
    html_content: str,
    files: Collection[str] | None = None,
    cc: str | Iterable[str] | None = None,
    bcc: str | Iterable[str] | None = None,
    conn_id: str | None = None,
    from_email: str | None = None,
    custom_headers: Mapping[str, Any] | None = None,
    mime_charset: str = "utf-8",
    mime_subtype: str = "mixed",
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
        mime_subtype: How content and files go together.

    Raises:
        OperationError: No server is configured, or an argument is unknown.
        ExecutionError: The server does not take the mail.
    """
    if _others:
        raise OperationError(f"send_email() takes no argument {next(iter(_others))!r}. Fix: leave it out.")
    server = find_server(conn_id)
    message = make_message(
        from_email or server.sender,
        to,
        subject,
        html_content,
        files=files,
        cc=cc,
        custom_headers=custom_headers,
        mime_charset=mime_charset,
        mime_subtype=mime_subtype,
    )
    with open_server(server) as smtp:
        send_message(smtp, server, message, list_receivers(to, cc, bcc))


def make_message(
    sender: str,
    to: str | Iterable[str],
    subject: str,
    html_content: str,
    *,
    files: Collection[str] | None = None,
    cc: str | Iterable[str] | None = None,
    custom_headers: Mapping[str, Any] | None = None,
    mime_charset: str = "utf-8",
    mime_subtype: str = "mixed",
) -> EmailMessage:
    """A mail; arguments as in `send_email`."""
    message: EmailMessage = import_module("email.message").EmailMessage()  # late: few tries send mail
    message["Subject"] = subject
    message["From"] = sender
    message["To"] = ", ".join(split_addresses(to))
    if cc:
        message["Cc"] = ", ".join(split_addresses(cc))
    message["Date"] = import_module("email.utils").localtime()
    for name, value in (custom_headers or {}).items():
        message[name] = str(value)
    message.set_content(html_content, subtype="html", charset=mime_charset)
    for file in files or ():
        _attach(message, Path(file))
    if message.is_multipart() and mime_subtype != "mixed":
        message.set_type(f"multipart/{mime_subtype}")
    return message


def list_receivers(*addresses: str | Iterable[str] | None) -> list[str]:
    """All addresses that a mail goes to."""
    return [address for some in addresses if some for address in split_addresses(some)]


def split_addresses(addresses: str | Iterable[str]) -> list[str]:
    """The addresses in a text, or in a list."""
    texts = [addresses] if isinstance(addresses, str) else addresses
    return [part.strip() for text in texts for part in re.split(r"[,;]", text) if part.strip()]


def _attach(message: Any, file: Path) -> None:
    guessed, _ = import_module("mimetypes").guess_type(file.name)
    kind, _, subtype = (guessed or "application/octet-stream").partition("/")
    message.add_attachment(file.read_bytes(), maintype=kind, subtype=subtype, filename=file.name)


@contextmanager
def open_server(server: MailServer) -> Iterator[Any]:
    """A connection to a server, logged in: a `smtplib.SMTP`.

    Raises:
        ExecutionError: The server cannot be reached, or does not take the login.
    """
    smtplib = import_module("smtplib")
    with _speaking_of(server):
        if server.ssl:
            smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=_make_context(server))
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
    with smtp:
        with _speaking_of(server):
            if server.starttls and not server.ssl:
                smtp.starttls(context=_make_context(server))
            _log_in(smtp, server)
        yield smtp


def send_message(smtp: Any, server: MailServer, message: EmailMessage, receivers: list[str]) -> None:
    """Give a mail to a server.

    Raises:
        ExecutionError: It does not take it.
    """
    with _speaking_of(server):
        smtp.send_message(message, to_addrs=receivers)


def _log_in(smtp: Any, server: MailServer) -> None:
    if server.access_token:
        words = f"user={server.login or server.sender}\x01auth=Bearer {server.access_token}\x01\x01"
        smtp.auth("XOAUTH2", lambda _=None: words)
    elif server.login:
        smtp.login(server.login, server.password or "")


def _make_context(server: MailServer) -> Any:
    """Whom to believe: None for anybody."""
    return import_module("ssl").create_default_context() if server.is_verified else None


@contextmanager
def _speaking_of(server: MailServer) -> Iterator[None]:
    smtplib = import_module("smtplib")
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        raise ExecutionError(
            f"The mail server {server.host}:{server.port} did not take the mail: {error}.", temporary=True
        ) from error


def find_server(conn_id: str | None = None) -> MailServer:
    """The server of a connection; by default that of ``smtp_default``, or of Airflow's variables.

    Raises:
        OperationError: There is none.
    """
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
    return MailServer(
        host=_variable("SMTP_HOST") or "localhost",
        port=int(_variable("SMTP_PORT") or 25),
        login=_variable("SMTP_USER"),
        password=password,
        sender=_variable("SMTP_MAIL_FROM") or "fanjet@localhost",
        starttls=_is_true(_variable("SMTP_STARTTLS"), default=True),
        ssl=_is_true(_variable("SMTP_SSL"), default=False),
        timeout_s=float(_variable("SMTP_TIMEOUT") or 30),
    )


def _of_connection(connection: Connection) -> MailServer:
    extra = connection.extra_dejson
    ssl = not _is_true(extra.get("disable_ssl", connection.port != 465), default=True)
    return MailServer(
        host=connection.host or "localhost",
        port=connection.port or (465 if ssl else 587),
        login=connection.login,
        password=connection.password,
        sender=str(extra.get("from_email") or connection.login or "fanjet@localhost"),
        starttls=not _is_true(extra.get("disable_tls"), default=connection.port == 25),
        ssl=ssl,
        timeout_s=float(extra.get("timeout") or 30),
        is_verified=extra.get("ssl_context") != "none",
        access_token=extra.get("access_token"),
        subject_template=extra.get("subject_template"),
        html_content_template=extra.get("html_content_template"),
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
