"""The hook and the notifier for mail servers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar, Self

from fanjet.errors import DagTypeError, ExecutionError, OperationError
from fanjet.runtime.connections import BaseHook
from fanjet.runtime.mail import MailServer, find_server, list_receivers, make_message, open_server, send_message
from fanjet.runtime.notifier import BaseNotifier

Addresses = str | Iterable[str]
_SUBJECT = "DAG {{ dag.dag_id }}, run {{ run_id }}{% if ti is defined %}: task {{ ti.task_id }}{% endif %}"
_CONTENT = (
    "<p>DAG <b>{{ dag.dag_id }}</b>, run {{ run_id }}"
    "{% if ti is defined %}, task <b>{{ ti.task_id }}</b>, try {{ ti.try_number }}{% endif %}.</p>"
    "{% if exception is defined and exception %}<pre>{{ exception | e }}</pre>{% endif %}"
)


class SmtpHook(BaseHook):
    """The mail server of a connection; use it in a ``with`` block.

    Extra fields of the connection: ``from_email``; ``disable_ssl`` and ``disable_tls``, of which the port decides by
    default (465 is SSL, 25 is neither, others are STARTTLS); ``timeout``; ``ssl_context=none`` to take any certificate;
    ``access_token`` for OAuth 2; and files with templates, ``subject_template`` and ``html_content_template``.

    Args:
        smtp_conn_id: The connection.
        auth_type: ``basic`` for login and password, ``oauth2`` for ``access_token``.
    """

    conn_name_attr: ClassVar[str] = "smtp_conn_id"
    default_conn_name: ClassVar[str] = "smtp_default"
    conn_type: ClassVar[str] = "smtp"
    hook_name: ClassVar[str] = "SMTP"

    def __init__(self, smtp_conn_id: str = "smtp_default", auth_type: str = "basic") -> None:
        self.smtp_conn_id = smtp_conn_id
        self.auth_type = auth_type
        self._stack = ExitStack()
        self._found: MailServer | None = None
        self._client: Any = None

    def __enter__(self) -> Self:
        return self.get_conn()

    def __exit__(self, *_: object) -> None:
        self._client = None
        self._stack.close()

    def get_conn(self) -> Self:
        """Log in to the server.

        Raises:
            OperationError: There is no such connection, or it has no token for OAuth 2.
            ExecutionError: The server cannot be reached, or does not take the login.
        """
        if self._client is None:
            server = self._server
            if self.auth_type == "oauth2" and not server.access_token:
                raise OperationError(
                    f"Connection '{self.smtp_conn_id}' has no token. Fix: give it the extra field access_token"
                )
            self._client = self._stack.enter_context(open_server(server))
        return self

    @property
    def _server(self) -> MailServer:
        if self._found is None:
            self._found = find_server(self.smtp_conn_id)
        return self._found

    @property
    def host(self) -> str:
        """The server's name."""
        return self._server.host

    @property
    def port(self) -> int:
        """The server's port."""
        return self._server.port

    @property
    def smtp_user(self) -> str | None:
        """The login."""
        return self._server.login

    @property
    def from_email(self) -> str | None:
        """The sender of mails that name none."""
        return self._server.sender

    @property
    def subject_template(self) -> str | None:
        """The file with a template for the subject of mails that have none."""
        return self._server.subject_template

    @property
    def html_content_template(self) -> str | None:
        """The file with a template for the content of mails that have none."""
        return self._server.html_content_template

    def send_email_smtp(
        self,
        *,
        to: Addresses,
        subject: str,
        html_content: str,
        from_email: str | None = None,
        files: Collection[str] | None = None,
        dryrun: bool = False,
        cc: Addresses | None = None,
        bcc: Addresses | None = None,
        mime_subtype: str = "mixed",
        mime_charset: str = "utf-8",
        custom_headers: Mapping[str, Any] | None = None,
    ) -> None:
        """Send a mail.

        Args:
            to: Addresses, as a list or in one text with commas or semicolons between them.
            subject: The subject.
            html_content: The content, as HTML.
            from_email: The sender; by default what the connection says.
            files: Files that are attached.
            dryrun: Whether the mail is made and not sent.
            cc: More addresses.
            bcc: More addresses that the others do not see.
            mime_subtype: How content and files go together.
            mime_charset: The encoding of the content.
            custom_headers: More headers.

        Raises:
            ExecutionError: The server does not take it.
        """
        message = make_message(
            from_email or self._server.sender,
            to,
            subject,
            html_content,
            files=files,
            cc=cc,
            custom_headers=custom_headers,
            mime_charset=mime_charset,
            mime_subtype=mime_subtype,
        )
        if not dryrun:
            self.get_conn()
            send_message(self._client, self._server, message, list_receivers(to, cc, bcc))

    def test_connection(self) -> tuple[bool, str]:
        """Whether the server lets us in, and what went wrong otherwise."""
        try:
            with self:
                return True, "The server answers."
        except (ExecutionError, OperationError) as error:
            return False, str(error)


class SmtpNotifier(BaseNotifier):
    """Sends a mail when it is called: give it as a callback. All arguments are templates.

    Args:
        to: Addresses, as a list or in one text.
        from_email: The sender; by default what the connection says.
        subject: The subject; by default the connection's template for it, else what the mail is about.
        html_content: The content; by default as the subject.
        files: Files that are attached.
        cc: More addresses.
        bcc: More addresses that the others do not see.
        mime_subtype: How content and files go together.
        mime_charset: The encoding of the content.
        custom_headers: More headers.
        smtp_conn_id: The connection.
        auth_type: As in `SmtpHook`.
        template: A file with a template for the content, in place of `html_content`.
        options: As in `BaseNotifier`.

    Raises:
        DagTypeError: Both `html_content` and `template` are given.
    """

    template_fields = (
        "from_email",
        "to",
        "subject",
        "html_content",
        "files",
        "cc",
        "bcc",
        "mime_subtype",
        "mime_charset",
        "custom_headers",
        "smtp_conn_id",
    )

    def __init__(
        self,
        to: Addresses,
        from_email: str | None = None,
        subject: str | None = None,
        html_content: str | None = None,
        files: list[str] | None = None,
        cc: Addresses | None = None,
        bcc: Addresses | None = None,
        mime_subtype: str = "mixed",
        mime_charset: str = "utf-8",
        custom_headers: Mapping[str, Any] | None = None,
        smtp_conn_id: str | None = None,
        auth_type: str = "basic",
        *,
        template: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if template is not None and html_content is not None:
            raise DagTypeError("SmtpNotifier has both html_content and template.", fix="give one of them")
        self.to = to
        self.from_email = from_email
        self.subject = subject
        self.html_content = html_content if template is None else read_template(template)
        self.files = files
        self.cc = cc
        self.bcc = bcc
        self.mime_subtype = mime_subtype
        self.mime_charset = mime_charset
        self.custom_headers = custom_headers
        self.smtp_conn_id = smtp_conn_id or SmtpHook.default_conn_name
        self.auth_type = auth_type

    def render_template_fields(self, context: MutableMapping[str, Any], jinja_env: Any = None) -> None:
        """Render the fields, with those of the connection in place of what was not given."""
        if self.subject is None or self.html_content is None:
            server = find_server(self.smtp_conn_id)
            self.subject = self.subject or read_template(server.subject_template) or _SUBJECT
            self.html_content = self.html_content or read_template(server.html_content_template) or _CONTENT
        super().render_template_fields(context, jinja_env)

    def notify(self, context: MutableMapping[str, Any]) -> None:
        """Send it."""
        del context
        with SmtpHook(self.smtp_conn_id, self.auth_type) as hook:
            hook.send_email_smtp(
                to=self.to,
                subject=str(self.subject),
                html_content=str(self.html_content),
                from_email=self.from_email,
                files=self.files,
                cc=self.cc,
                bcc=self.bcc,
                mime_subtype=self.mime_subtype,
                mime_charset=self.mime_charset,
                custom_headers=self.custom_headers,
            )


def read_template(file: str | None) -> str | None:
    """The text of a file with a template, as one line; None without a file."""
    return None if file is None else " ".join(Path(file).read_text(encoding="utf-8").split())
