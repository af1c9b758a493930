"""Threads may decode at the same moment: no type of a message is looked at for the first time while they do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import fanjet

_SOURCES = Path(fanjet.__file__).parent


def test_typed_decoders_are_made_when_a_module_is_imported():
    """What a decoder knows of a class is kept with the class, and is there before it is complete.

    A second thread that decodes meanwhile takes half of it and the process dies of a segmentation fault. Imports have
    locks, so a decoder that a module makes is complete before anybody can call it; `decode(..., type=)` makes one on
    its first call.
    """
    found = [place for file in sorted(_SOURCES.rglob("*.py")) for place in _list_late_decoders(file)]
    assert not found, "make these when the module is imported, as `_decode = msgspec.json.Decoder(KIND).decode`"


def _list_late_decoders(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "decode" and any(keyword.arg == "type" for keyword in node.keywords):
            yield f"{file.relative_to(_SOURCES)}:{node.lineno}"
