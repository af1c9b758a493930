"""What must not be read in logs, rendered fields, previews and errors, and how it is masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module

#: What stands in place of a secret.
MASK = "***"

#: Shorter ones are not masked: the texts around them would become unreadable and hide nothing.
MIN_SECRET_CHARS = 3

_SECRET_NAMES = (
    "access_token",
    "api_key",
    "apikey",
    "authorization",
    "credential",
    "keyfile_dict",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "secret",
    "service_account",
    "token",
)


def looks_secret(name: str) -> bool:
    """Whether a variable, or a field of a connection, of this name holds a secret."""
    plain = name.strip().lower().replace("-", "_")
    return any(part in plain for part in _SECRET_NAMES)


class SecretMask:
    """The secrets that this process has read, and their masking."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._bytes_pattern: re.Pattern[bytes] | None = None
        #: Called with what is new, as another process may have to mask it.
        self.on_new: Callable[[Iterable[str]], None] | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to mask."""
        return bool(self._secrets)

    def add(self, secret: object) -> None:
        """Mask a text from now on; in a list or dict, every text inside."""
        if isinstance(secret, dict):
            for item in secret.values():
                self.add(item)
        elif isinstance(secret, list | tuple | set):
            for item in secret:
                self.add(item)
        elif isinstance(secret, str) and len(secret.strip()) >= MIN_SECRET_CHARS:
            new = set(_forms(secret)) - self._secrets
            if new:
                self.learn(new)
                if self.on_new is not None:
                    self.on_new(new)

    def learn(self, texts: Iterable[str]) -> None:
        """Mask exactly these, which another process has added."""
        self._secrets.update(texts)
        self._pattern = self._bytes_pattern = None

    def add_fields(self, fields: dict[str, object]) -> None:
        """Mask those values whose names look secret, at any depth."""
        for name, value in fields.items():
            if looks_secret(name):
                self.add(value)
            elif isinstance(value, dict):
                self.add_fields(value)

    def mask(self, text: str) -> str:
        """`text` with every secret replaced."""
        if not self._secrets:
            return text
        if self._pattern is None:
            self._pattern = re.compile(_alternatives(self._secrets))
        return self._pattern.sub(MASK, text)

    def mask_bytes(self, data: bytes) -> bytes:
        """As `mask`, for a piece of a log in UTF-8; bytes that are no text stay as they are."""
        if not self._secrets:
            return data
        if self._bytes_pattern is None:
            self._bytes_pattern = re.compile(_alternatives(self._secrets).encode())
        return self._bytes_pattern.sub(MASK.encode(), data)

    def list_texts(self) -> list[str]:
        """All that is masked."""
        return list(self._secrets)

    def clear(self) -> None:
        """Forget all secrets."""
        self._secrets.clear()
        self._pattern = self._bytes_pattern = None


def _forms(secret: str) -> Iterable[str]:
    """The secret as such and as JSON, `repr`, URLs and lines of a log would show it."""
    json, urls = import_module("json"), import_module("urllib.parse")  # late: few tries read secrets
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield repr(secret.encode(errors="replace"))[2:-1]
    yield urls.quote(secret, safe="")
    yield urls.quote_plus(secret)
    for line in secret.splitlines():
        if len(line.strip()) > 2 * MIN_SECRET_CHARS:  # a private key is printed line by line
            yield line.strip()


def _alternatives(secrets: set[str]) -> str:
    """Longer ones first, so that no half of a secret stays behind."""
    return "|".join(re.escape(secret) for secret in sorted(secrets, key=len, reverse=True))


#: The secrets of this process.
SECRETS = SecretMask()
