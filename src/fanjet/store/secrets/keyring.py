"""The keys that the values of variables and connections are encrypted with, and what they do."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fanjet.errors import OperationError
from fanjet.store.secrets.key_file import KeyFile, new_key, split_keys

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class Keyring:
    """The setting's keys, then those of the key file. The first one encrypts, all decrypt.

    Args:
        file: The key file.
        setting: The value of the setting `fernet_key`.
    """

    def __init__(self, file: KeyFile, setting: str | None) -> None:
        self.file = file
        self._set_keys = split_keys(setting or "")
        self._loaded: list[str] = []
        self._cipher: MultiFernet | None = None

    @property
    def is_set(self) -> bool:
        """Whether the setting gives the key that encrypts."""
        return bool(self._set_keys)

    def encrypt(self, text: str, *, is_first: bool) -> str:
        """The token of a text.

        Args:
            text: What to encrypt.
            is_first: Nothing is encrypted yet, so a missing key file may be made.

        Raises:
            OperationError: A key is missing or malformed, or the library is not installed.
        """
        cipher = self._load()
        if cipher is None:
            if not is_first:
                raise OperationError(
                    f"{self._explain_missing()} Nothing was written: a new key would not read what is there."
                )
            _fernet()  # before there is a key that nothing uses
            self.file.write([new_key()])
            cipher = self._load()
            assert cipher is not None, "just written"
        return cipher.encrypt(_to_bytes(text)).decode()

    def decrypt(self, token: str, name: str) -> str:
        """The text of a token.

        Args:
            token: What `encrypt` gave.
            name: What it is, for people.

        Raises:
            OperationError: None of the keys is the right one.
        """
        cipher = self._load()
        if cipher is None:
            raise OperationError(f"{name} cannot be decrypted. {self._explain_missing()}")
        try:
            return cipher.decrypt(token.encode()).decode()
        except _fernet().InvalidToken:
            places = [*(["the setting fernet_key"] if self._set_keys else []), f"the key file {self.file.path}"]
            raise OperationError(
                f"{name} cannot be decrypted: it was written with another key than "
                f"{' and '.join(places)} {'have' if len(places) > 1 else 'has'}. Fix: bring the old key back, in "
                "FANJET_FERNET_KEY after the new one and a comma, or set the value again."
            ) from None

    def renew(self) -> None:
        """Put a new key in front of the key file, beside which the old ones go on for now."""
        _fernet()
        self.file.write([new_key(), *self.file.read()])

    def _load(self) -> MultiFernet | None:
        """The cipher with the keys as they are now: another process may have changed the file."""
        keys = [*self._set_keys, *self.file.read()]
        if keys != self._loaded or self._cipher is None:
            fernet = _fernet()
            try:
                self._cipher = fernet.MultiFernet([fernet.Fernet(key) for key in keys]) if keys else None
            except ValueError as error:
                place = "FANJET_FERNET_KEY" if self._set_keys else str(self.file.path)
                raise OperationError(
                    f"A key in {place} is none of Fernet's, which are 32 bytes in URL-safe base64. "
                    "Fix: `fanjet secrets new-key` makes one."
                ) from error
            self._loaded = keys
        return self._cipher

    def _explain_missing(self) -> str:
        return (
            f"The key file {self.file.path} is gone. Fix: restore it from a backup, or set FANJET_FERNET_KEY to the "
            "key that the values were written with; if it is lost, delete them and set them again."
        )


def _fernet() -> Any:
    """`cryptography.fernet`, imported late: few processes read secrets, and it is slow to import.

    Raises:
        OperationError: It is not installed.
    """
    try:
        return import_module("cryptography.fernet")
    except ModuleNotFoundError as error:
        raise OperationError(
            "Stored variables and connections are encrypted, which needs the library cryptography. "
            "Fix: pip install 'fanjet[secrets]'. Those in the environment need nothing."
        ) from error


def _to_bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise OperationError("The value holds characters that UTF-8 has not.") from None
