"""Mail through a server that wants STARTTLS and a login: the hook, the operator and the notifier of the provider."""

from __future__ import annotations

import email
import email.policy
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from fanjet import BaseHook
from fanjet.errors import DagTypeError, ExecutionError, OperationError
from fanjet.operators.smtp import SmtpHook, SmtpNotifier
from fanjet.testing import run_dag

controllers = pytest.importorskip("aiosmtpd.controller")
smtp = pytest.importorskip("aiosmtpd.smtp")

FILE = """
from airflow import DAG
from airflow.operators.email import EmailOperator as Old
from airflow.operators.email_operator import EmailOperator as Older
from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.smtp.notifications.smtp import SmtpNotifier, send_smtp_notification
from airflow.providers.smtp.operators.smtp import EmailOperator
from airflow.sdk import task
from airflow.utils.email import send_email, send_email_smtp

assert Old is Older is EmailOperator and send_smtp_notification is SmtpNotifier

with DAG("d", on_failure_callback=SmtpNotifier(to="boss@b.c")):
    EmailOperator(
        task_id="full", to=["a@b.c", "d@e.f"], cc="cc@b.c", bcc="bcc@b.c", subject="On {{ ds }}",
        html_content="mail.html", files=["{{ dag.dag_id }}.csv"], custom_headers={"X-Task": "{{ task.task_id }}"},
        from_email="other@b.c", mime_subtype="alternative",
    )
    EmailOperator(task_id="templates", to="a@b.c", conn_id="templates")
    EmailOperator.partial(task_id="many", subject="s{{ ti.map_index }}", html_content="x").expand(
        to=["m0@b.c", "m1@b.c"])

    @task
    def hooked():
        with SmtpHook() as hook:
            hook.send_email_smtp(to="h@b.c", subject="hook", html_content="<p>ü</p>")
        send_email("u@b.c", "function", "x")

    @task(on_failure_callback=SmtpNotifier(
        to="{{ ti.task_id }}@b.c", subject="{{ dag.dag_id }} failed", html_content="{{ exception }}"))
    def broken():
        raise ValueError("hush-hush is secret")

    hooked()
    broken()
"""


class Postbox:
    """Keeps what comes."""

    def __init__(self) -> None:
        self.mails: dict[str, EmailMessage] = {}
        self.receivers: dict[str, list[str]] = {}
        self.logins: list[tuple[str, bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails[message["Subject"]] = message
        self.receivers[message["Subject"]] = envelope.rcpt_tos
        return "250 fine"

    def check(self, server: Any, session: Any, envelope: Any, mechanism: Any, data: Any) -> Any:
        self.logins.append((data.login.decode(), data.password))
        return smtp.AuthResult(success=data.password == b"hush-hush", handled=False)


class Here(controllers.Controller):
    """A server on a port that is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def make_certificate(folder: Path) -> Path:
    """A certificate that nobody has signed, with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    certificate = builder.sign(key, hashes.SHA256())
    form = serialization.Encoding.PEM
    secret = key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(secret + certificate.public_bytes(form))
    return file


@pytest.fixture
def postbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    monkeypatch.setenv("FANJET_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(make_certificate(tmp_path))
    box = Postbox()
    controller = Here(
        box,
        "127.0.0.1",
        0,
        authenticator=box.check,
        auth_required=True,
        tls_context=context,
        require_starttls=True,
        auth_require_tls=True,
    )
    controller.start()
    port = controller.port
    uri = f"smtp://me:hush-hush@127.0.0.1:{port}?from_email=fanjet@b.c"
    monkeypatch.setenv("FANJET_CONN_SMTP_STRICT", uri)
    monkeypatch.setenv("FANJET_CONN_SMTP_DEFAULT", f"{uri}&ssl_context=none")
    (tmp_path / "subject.txt").write_text("templates of\n{{ task.task_id }}\n")
    (tmp_path / "content.html").write_text("<b>\n{{ ds }}\n</b>")
    templates = f"subject_template={tmp_path}/subject.txt&html_content_template={tmp_path}/content.html"
    monkeypatch.setenv("FANJET_CONN_TEMPLATES", f"{uri}&ssl_context=none&{templates}")
    yield box
    controller.stop()


def read(message: EmailMessage) -> str:
    body = message.get_body()
    assert body is not None
    return str(body.get_content()).strip()


def test_a_file_of_airflow_runs_without_the_provider(postbox: Postbox, tmp_path: Path) -> None:
    (tmp_path / "mail.html").write_text("<p>{{ ds }}</p>")
    (tmp_path / "d.csv").write_text("1,2\n")
    (tmp_path / "d.py").write_text(FILE)
    result = run_dag(tmp_path / "d.py", logical_date=datetime(2024, 5, 6, tzinfo=UTC))
    assert {task_id for task_id, task in result.tasks.items() if task.state != "success"} == {"broken"}
    full = postbox.mails["On 2024-05-06"]
    assert [full[name] for name in ("From", "To", "Cc", "X-Task")] == ["other@b.c", "a@b.c, d@e.f", "cc@b.c", "full"]
    assert postbox.receivers["On 2024-05-06"] == ["a@b.c", "d@e.f", "cc@b.c", "bcc@b.c"]
    assert "bcc" not in full.as_string()
    assert full.get_content_type() == "multipart/alternative"
    assert read(full) == "<p>2024-05-06</p>"
    assert [part.get_filename() for part in full.walk()][-1] == "d.csv"
    assert full["Date"]
    assert read(postbox.mails["templates of templates"]) == "<b> 2024-05-06 </b>"
    assert read(postbox.mails["hook"]) == "<p>ü</p>"
    assert (postbox.receivers["s0"], postbox.receivers["s1"]) == (["m0@b.c"], ["m1@b.c"])
    assert postbox.receivers["function"] == ["u@b.c"]
    assert postbox.receivers["d failed"] == ["broken@b.c"]
    assert f"DAG <b>d</b>, run {result.run_id}" in read(postbox.mails[f"DAG d, run {result.run_id}"])
    assert set(postbox.logins) == {("me", b"hush-hush")}


def test_a_certificate_that_nobody_trusts_is_refused(postbox: Postbox) -> None:
    ok, message = SmtpHook("smtp_strict").test_connection()
    assert not ok
    assert "CERTIFICATE_VERIFY_FAILED" in message
    assert SmtpHook().test_connection() == (True, "The server answers.")
    assert postbox.mails == {}


def test_a_wrong_password_and_a_missing_token(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    right = BaseHook.get_connection("smtp_default").get_uri()
    monkeypatch.setenv("FANJET_CONN_WRONG", right.replace("hush-hush", "pssst"))
    with pytest.raises(ExecutionError, match=r"did not take the mail: .*535") as caught:
        SmtpHook("wrong").get_conn()
    assert "pssst" not in str(caught.value)
    with pytest.raises(OperationError, match="has no token"):
        SmtpHook("smtp_default", auth_type="oauth2").get_conn()
    assert isinstance(BaseHook.get_hook("smtp_default"), SmtpHook)


def test_mistakes_in_the_file() -> None:
    with pytest.raises(DagTypeError, match="both html_content and template"):
        SmtpNotifier("a@b.c", html_content="x", template="y")
