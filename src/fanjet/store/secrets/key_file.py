"""The file that holds the key of a home's secrets: one key a line, the first for what is written from now on."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from fanjet.errors import ExecutionError

KEY_FILE_NAME = "fernet.key"
_KEY_BYTES = 32


def new_key() -> str:
    """A fresh key for Fernet: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode()


def split_keys(text: str) -> list[str]:
    """The keys in a text: between commas, blanks or line ends."""
    return text.replace(",", " ").split()


class KeyFile:
    """``<home>/fernet.key``. Whoever writes it holds the write lock of the database, so there is one writer at a time.

    Args:
        home: Its folder.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / KEY_FILE_NAME

    def read(self) -> list[str]:
        """Its keys; none where there is no file.

        Raises:
            ExecutionError: It cannot be read.
        """
        try:
            return split_keys(self.path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise ExecutionError(
                f"The key file {self.path} cannot be read: {reason}. Fix: look at its owner and permissions, restore "
                "it from a backup, or set FANJET_FERNET_KEY."
            ) from error

    def write(self, keys: list[str]) -> None:
        """Replace the file; there is always a whole one, readable by its owner alone. On the disk when this returns.

        Raises:
            ExecutionError: It cannot be written.
        """
        draft = self.path.with_name(f".{KEY_FILE_NAME}.{os.getpid()}")
        try:
            draft.unlink(missing_ok=True)
            fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(fd, "w", encoding="ascii") as file:
                os.fchmod(fd, 0o600)  # whatever the umask left of it
                file.writelines(f"{key}\n" for key in keys)
                file.flush()
                os.fsync(fd)
            draft.replace(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise ExecutionError(
                f"The key file {self.path} cannot be written: {error.strerror}. Fix: make room or look at the "
                "permissions of the folder, or set FANJET_FERNET_KEY (fanjet secrets new-key makes one)."
            ) from error


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
