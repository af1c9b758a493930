"""Mail that providers send themselves."""

from __future__ import annotations

from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate
from pathlib import Path
from typing import Any

from fanjet.runtime.mail import split_addresses


def build_mime_message(
    mail_from: str | None,
    to: Any,
    subject: str,
    html_content: str,
    files: list[str] | None = None,
    cc: Any = None,
    bcc: Any = None,
    mime_subtype: str = "mixed",
    mime_charset: str = "utf-8",
    custom_headers: dict[str, Any] | None = None,
) -> tuple[MIMEMultipart, list[str]]:
    """A mail, and the addresses that get it.

    Args:
        mail_from: The sender.
        to: Addresses, as a list or as one text.
        subject: The subject.
        html_content: The content.
        files: Files to attach.
        cc: More addresses.
        bcc: More addresses, which the mail does not show.
        mime_subtype: How its parts go together.
        mime_charset: The encoding of the content.
        custom_headers: More headers.
    """
    lists = {name: split_addresses(each) if each else [] for name, each in (("To", to), ("CC", cc), ("BCC", bcc))}
    message = MIMEMultipart(mime_subtype)
    headers = {"Subject": subject, "From": mail_from, "To": ", ".join(lists["To"]), "CC": ", ".join(lists["CC"])}
    for name, value in headers.items():
        if value:
            message[name] = value
    message["Date"] = formatdate(localtime=True)
    message.attach(MIMEText(html_content, "html", mime_charset))
    for file in files or ():
        part = MIMEApplication(Path(file).read_bytes(), Name=Path(file).name)
        part["Content-Disposition"] = f'attachment; filename="{Path(file).name}"'
        message.attach(part)
    for name, value in (custom_headers or {}).items():
        message.add_header(name, str(value))
    return message, [address for some in lists.values() for address in some]
