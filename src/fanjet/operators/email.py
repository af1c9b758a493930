"""A task that sends a mail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fanjet.authoring.operator import BaseOperator
from fanjet.runtime.mail import send_email


class EmailOperator(BaseOperator):
    """Sends a mail; see `fanjet.runtime.mail` for how the server is found.

    Args:
        to: Addresses, as a list or in one text with commas or semicolons between them; a template.
        subject: The subject; a template.
        html_content: The content as HTML, or the name of a ``.html`` file with it; a template.
        files: Files that are attached; templates.
        cc: More addresses; a template.
        bcc: More addresses that the others do not see; a template.
        conn_id: The connection of the server.
        from_email: The sender; by default what the connection says. A template.
        mime_charset: The encoding of the content.
        custom_headers: More headers.
        options: As in `BaseOperator`.
    """

    template_fields = ("to", "subject", "html_content", "files", "cc", "bcc", "from_email")
    template_ext = (".html",)
    template_fields_renderers = {"html_content": "html"}  # noqa: RUF012
    ui_color = "#e6faf9"

    def __init__(
        self,
        *,
        to: str | Iterable[str],
        subject: str,
        html_content: str,
        files: list[str] | None = None,
        cc: str | Iterable[str] | None = None,
        bcc: str | Iterable[str] | None = None,
        conn_id: str | None = None,
        from_email: str | None = None,
        mime_charset: str = "utf-8",
        custom_headers: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.to = to
        self.subject = subject
        self.html_content = html_content
        self.files = files
        self.cc = cc
        self.bcc = bcc
        self.conn_id = conn_id
        self.from_email = from_email
        self.mime_charset = mime_charset
        self.custom_headers = custom_headers

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the signature that all operators have
        """Send it."""
        send_email(
            self.to,
            self.subject,
            self.html_content,
            files=self.files,
            cc=self.cc,
            bcc=self.bcc,
            conn_id=self.conn_id,
            from_email=self.from_email,
            custom_headers=self.custom_headers,
            mime_charset=self.mime_charset,
        )
