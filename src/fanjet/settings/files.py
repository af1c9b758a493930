"""`fanjet.toml`: finding it and reading it."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from fanjet.errors import OperationError
from fanjet.settings.convert import RefusedValueError, convert
from fanjet.settings.table import SETTING_OF_NAME, Value

FILE_NAME = "fanjet.toml"


def find_file(start: Path) -> Path | None:
    """The nearest `fanjet.toml` in the folder `start` or above it."""
    folder = start.absolute()
    for place in (folder, *folder.parents):
        if (place / FILE_NAME).is_file():
            return place / FILE_NAME
    return None


def read_file(file: Path) -> dict[str, Value]:
    """The settings of one file, by name.

    Raises:
        OperationError: It cannot be read, is no TOML, or has a wrong key or value; the text names it and the fix.
    """
    import tomllib  # noqa: PLC0415 - late: most commands find no file

    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise OperationError(f"{file} is not valid TOML: {error}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise OperationError(f"{file} cannot be read: {error}.") from error
    return {name: _value(file, name, value) for name, value in written.items()}


def _value(file: Path, name: str, written: object) -> Value:
    setting = SETTING_OF_NAME.get(name)
    if setting is None:
        raise OperationError(f"{file}: there is no setting {name!r}. {suggest(name)}")
    try:
        return convert(setting, written)
    except RefusedValueError as error:
        raise OperationError(f"{file}: {name} = {_show(written)} cannot be used: {error}.") from error


def suggest(name: str) -> str:
    """A sentence that helps with a misspelt name."""
    near = get_close_matches(name.lower(), SETTING_OF_NAME, n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else "`fanjet settings` lists all settings."


def _show(written: object) -> str:
    return f'"{written}"' if isinstance(written, str) else str(written)
