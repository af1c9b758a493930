"""A task that sends a mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fanjet.authoring.operator import BaseOperator
from fanjet.errors import OperationError
from fanjet.operators.smtp import read_template
from fanjet.runtime.mail import find_server, send_email


class EmailOperator(BaseOperator):
    """Sends a mail; see `fanjet.runtime.mail` for how the server is found.

    Args:
        to: Addresses, as a list or in one text with commas or semicolons between them; a template.
        subject: The subject; a template. By default that of the file which the connection's extra field
            ``subject_template`` names.
        html_content: The content as HTML, or the name of a ``.html`` file with it; a template. By default that of the
            file which ``html_content_template`` names.
        files: Files that are attached; templates.
        cc: More addresses; a template.
        bcc: More addresses that the others do not see; a template.
        conn_id: The connection of the server; ``smtp_default`` if left out. A template.
        from_email: The sender; by default what the connection says. A template.
        mime_subtype: How content and files go together; a template.
        mime_charset: The encoding of the content; a template.
        custom_headers: More headers; templates.
        options: As in `BaseOperator`.
    """

    template_fields = (
        "to",
        "subject",
        "html_content",
        "from_email",
        "files",
        "cc",
        "bcc",
        "mime_subtype",
        "mime_charset",
        "conn_id",
        "custom_headers",
    )
    template_ext = (".html",)
    template_fields_renderers = {"html_content": "html"}  # noqa: RUF012
    ui_color = "#e6faf9"

    def __init__(
        self,
        *,
        to: str | Iterable[str],
        subject: str | None = None,
        html_content: str | None = None,
        files: list[str] | None = None,
        cc: str | Iterable[str] | None = None,
        bcc: str | Iterable[str] | None = None,
        conn_id: str | None = None,
        from_email: str | None = None,
        mime_subtype: str = "mixed",
        mime_charset: str = "utf-8",
        custom_headers: Mapping[str, Any] | None = None,
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
        self.mime_subtype = mime_subtype
        self.mime_charset = mime_charset
        self.custom_headers = custom_headers

    def execute(self, context: Any) -> None:
        """Send it."""
        send_email(
            self.to,
            self._find_text("subject", context),
            self._find_text("html_content", context),
            files=self.files,
            cc=self.cc,
            bcc=self.bcc,
            conn_id=self.conn_id,
            from_email=self.from_email,
            custom_headers=self.custom_headers,
            mime_charset=self.mime_charset,
            mime_subtype=self.mime_subtype,
        )

    def _find_text(self, field: str, context: Any) -> str:
        """A field, or else the connection's template for it, rendered.

        Raises:
            OperationError: There is neither.
        """
        text: str | None = getattr(self, field)
        if text is not None:
            return text
        template = read_template(getattr(find_server(self.conn_id), f"{field}_template"))
        if template is None:
            raise OperationError(
                f"Task '{self.task_id}' has no {field}. "
                f"Fix: give one, or name a file with it in the connection's extra field {field}_template"
            )
        return str(context["ti"].render_template(template, field, ()))
