"""Mail goes through a real SMTP server on this machine."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from fanjet import DAG, task
from fanjet.errors import ExecutionError, OperationError
from fanjet.model.states import State
from fanjet.operators.email import EmailOperator
from fanjet.runtime.mail import send_email, split_addresses
from runtime.bench import Bench


class Postbox(socketserver.ThreadingTCPServer):
    """Takes mail and keeps it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Postman)
        self.receivers: list[str] = []
        self.messages: list[EmailMessage] = []


class Postman(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as there is to."""

    def handle(self) -> None:
        self.say("220 here")
        for line in iter(self.rfile.readline, b""):
            word = line[:4].upper()
            if word == b"DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                text = b"".join(part[1:] if part.startswith(b"..") else part for part in lines)
                self.server.messages.append(email.message_from_bytes(text, policy=email.policy.default))
            elif word == b"RCPT":
                self.server.receivers.append(line.decode().partition("<")[2].partition(">")[0])
            self.say("221 bye" if word == b"QUIT" else "250 fine")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    with Postbox() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        port = server.server_address[1]
        uri = f"smtp://127.0.0.1:{port}?from_email=fanjet@example.org&disable_tls=true"
        monkeypatch.setenv("FANJET_CONN_SMTP_DEFAULT", uri)
        yield server
        server.shutdown()


def test_a_mail_with_a_file(postbox: Postbox, tmp_path: Path) -> None:
    file = tmp_path / "numbers.csv"
    file.write_text("1,2\n")
    send_email("a@b.c; d@e.f", "Hello", "<p>ü</p>", files=[str(file)], cc=["g@h.i"], bcc="secret@h.i")
    (message,) = postbox.messages
    assert (message["Subject"], message["From"], message["To"], message["Cc"]) == (
        "Hello",
        "fanjet@example.org",
        "a@b.c, d@e.f",
        "g@h.i",
    )
    assert postbox.receivers == ["a@b.c", "d@e.f", "g@h.i", "secret@h.i"]
    assert "secret" not in message.as_string()
    assert message.get_body().get_content().strip() == "<p>ü</p>"
    assert [part.get_filename() for part in message.iter_attachments()] == ["numbers.csv"]


def test_the_operator_renders_its_fields(postbox: Postbox, tmp_path: Path) -> None:
    with DAG("d") as dag:
        EmailOperator(task_id="mail", to=["{{ ti.task_id }}@b.c"], subject="On {{ ds }}", html_content="{{ run_id }}")
    assert Bench(dag, tmp_path).result("mail").state == State.SUCCESS
    assert (postbox.receivers, postbox.messages[0]["Subject"]) == (["mail@b.c"], "On 2024-01-31")


@pytest.mark.parametrize(
    ("switches", "retries", "subjects"),
    [
        ({}, 0, ["Fanjet: task broken of DAG d failed"]),
        ({}, 1, ["Fanjet: task broken of DAG d failed in try 1 and is tried again"]),
        ({"email_on_retry": False}, 1, []),
        ({"email_on_failure": False}, 0, []),
    ],
)
def test_people_are_told_how_a_try_ended(postbox: Postbox, tmp_path: Path, switches, retries, subjects) -> None:
    with DAG("d", default_args={"email": "me@b.c", "retries": retries, **switches}) as dag:

        @task
        def broken():
            raise ValueError("with <marks>")

        broken()
    assert Bench(dag, tmp_path).result("broken").state == State.FAILED
    assert [message["Subject"] for message in postbox.messages] == subjects
    assert all("ValueError: with &lt;marks&gt;" in message.get_content() for message in postbox.messages)


def test_without_a_server_it_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FANJET_CONN_SMTP_DEFAULT", raising=False)
    with pytest.raises(OperationError, match="set FANJET_CONN_SMTP_DEFAULT"):
        send_email("a@b.c", "x", "y")
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_PORT", "1")
    with pytest.raises(ExecutionError, match=r"The mail server 127\.0\.0\.1:1 did not take the mail"):
        send_email("a@b.c", "x", "y")


def test_addresses_are_written_in_several_ways() -> None:
    assert split_addresses("a@b.c, d@e.f;g@h.i") == split_addresses(["a@b.c", "d@e.f", "g@h.i"])
