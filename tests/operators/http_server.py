"""An HTTP server for tests, on 127.0.0.1."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Server(ThreadingHTTPServer):
    """Answers with JSON that says what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        #: Method and path of all requests.
        self.seen: list[str] = []
        #: How often ``/ready`` is answered with 404, and ``/flaky`` with 503, before it is answered with 200.
        self.not_yet = 0

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        self.server.seen.append(f"{self.command} {self.path}")
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        login = self.headers.get("Authorization", "")
        answer = {
            "method": self.command,
            "path": parts.path,
            "query": query,
            "body": body,
            "task": self.headers.get("X-Task"),
            "key": self.headers.get("X-Api-Key"),
            "login": base64.b64decode(login.removeprefix("Basic ")).decode() if login.startswith("Basic ") else None,
        }
        if parts.path == "/pages":
            page = int(query.get("page", 1))
            answer = {"items": [page * 10], "next": page + 1 if page < 3 else None}
        self.send(self.find_status(parts.path), answer)

    do_GET = do_POST = do_PUT = do_HEAD = answer  # noqa: N815 - as the server calls them

    def find_status(self, path: str) -> int:
        if path in {"/ready", "/flaky"} and self.server.not_yet:
            self.server.not_yet -= 1
            return 404 if path == "/ready" else 503
        return {"/missing": 404, "/broken": 500}.get(path, 200)

    def send(self, status: int, answer: Any) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Set-Cookie", "c=1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def http_server() -> Iterator[Server]:
    """A server for the time of the block."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
