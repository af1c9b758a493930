"""Libraries that some operators need and that do not come with Fanjet: imported when first used."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fanjet.authoring.exceptions import FailException


class LibraryNotInstalled(FailException):
    """A task uses what a library does that is not installed."""


def import_library(module: str, requirement: str, who: str) -> Any:
    """Import a module of a library.

    Args:
        module: The module.
        requirement: What to give to pip to have it.
        who: Words for what needs it.

    Raises:
        LibraryNotInstalled: It is not there.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] != module.partition(".")[0]:
            raise  # it is there, and something that it needs is not: its own error says what
        raise explain_missing(requirement, who) from error


def explain_missing(requirement: str, who: str) -> LibraryNotInstalled:
    """The error for a library that is not installed; arguments as in `import_library`."""
    return LibraryNotInstalled(f"{who} needs a package that is not installed. Fix: pip install '{requirement}'")


def has_module(name: str) -> bool:
    """Whether a module is installed; it is not imported, only the packages around it are."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # a package around it
        return False
