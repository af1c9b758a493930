"""Which value each setting has: the first of flag, variable, project's file, home's file and default that gives one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from fanjet.errors import OperationError
from fanjet.model.texts import find_path_fault
from fanjet.settings.convert import RefusedValueError, convert
from fanjet.settings.files import FILE_NAME, find_file, read_file
from fanjet.settings.table import SETTING_OF_NAME, SETTINGS, Value
from fanjet.settings.values import Settings

_PREFIX = "FANJET_"
#: Of a wrong value, in characters.
_MOST_SHOWN = 200


class _Layer(msgspec.Struct, frozen=True):
    """The values of one origin, strongest layers first in a list."""

    values: dict[str, Value]
    #: By name: what people call the origin.
    origin: dict[str, str]
    #: What a relative home counts from.
    base: Path


def load_settings(
    flags: Mapping[str, object] | None = None,
    *,
    start: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Find the value of every setting.

    Args:
        flags: Values given on the command line by name of the setting; None values count as not given.
        start: The DAG file or folder from which the project's `fanjet.toml` is searched upwards, before the
            current folder.
        environ: The environment, by default that of the process.

    Raises:
        OperationError: A value or key is wrong; the text names where it stands and what is right.
    """
    layers = [_from_flags(flags or {}), _from_environment(os.environ if environ is None else environ)]
    project = _find_project_file(start)
    if project is not None:
        layers.append(_from_file(project))
    home, _ = _find_value("home", layers)
    home_file = Path(str(home)) / FILE_NAME
    if project is not None:
        _refuse_secrets(project, home_file)
    if home_file.is_file() and not (project is not None and project.samefile(home_file)):
        layers.append(_from_home_file(home_file))
    found = {setting.name: _find_value(setting.name, layers) for setting in SETTINGS}
    values: dict[str, object] = {name: value for name, (value, _) in found.items()}
    if fault := find_path_fault(str(home)):
        raise OperationError(f"{fault} Or set FANJET_HOME to another folder.")
    for name, value in values.items():
        if SETTING_OF_NAME[name].kind == "folder" and value is not None:
            values[name] = Path(str(value))
    origins = {name: origin for name, (_, origin) in found.items()}
    return msgspec.convert({**values, "origins": origins}, Settings)


def find_stray_variables(environ: Mapping[str, str] | None = None) -> list[str]:
    """Variables that are named like settings and are none; some belong to tasks, some may be mistakes."""
    known = {setting.variable for setting in SETTINGS}
    names = os.environ if environ is None else environ
    return sorted(name for name in names if name.startswith(_PREFIX) and name not in known)


def _find_project_file(start: Path | None) -> Path | None:
    found = None
    if start is not None:
        found = find_file(start if start.is_dir() else start.absolute().parent)
    return found or find_file(Path.cwd())


def _find_value(name: str, layers: list[_Layer]) -> tuple[Value, str]:
    """The value of one setting and where it comes from; a folder comes absolute."""
    is_folder = SETTING_OF_NAME[name].kind == "folder"
    for layer in layers:
        if name in layer.values:
            value = layer.values[name]
            if is_folder and value is not None:
                value = _absolute(name, str(value), layer.base)
            return value, layer.origin[name]
    default = SETTING_OF_NAME[name].default
    return (_absolute(name, str(default), Path.cwd()) if is_folder and default is not None else default), "default"


def _absolute(name: str, folder: str, base: Path) -> str:
    try:
        return os.path.normpath(base.absolute() / Path(folder).expanduser())
    except RuntimeError as error:
        variable = SETTING_OF_NAME[name].variable
        raise OperationError(f"The {name} {folder!r} cannot be found: {error} Set {variable} to a folder.") from error


def _from_flags(flags: Mapping[str, object]) -> _Layer:
    values: dict[str, Value] = {}
    for name, written in flags.items():
        if written is None:
            continue
        try:
            values[name] = convert(SETTING_OF_NAME[name], written)
        except RefusedValueError as error:
            raise OperationError(f"{_flag(name)} {_cut(written)} cannot be used: {error}.") from error
    return _Layer(values, {name: _flag(name) for name in values}, Path.cwd())


def _cut(written: object) -> str:
    return str(written)[:_MOST_SHOWN]


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _from_environment(environ: Mapping[str, str]) -> _Layer:
    values: dict[str, Value] = {}
    for setting in SETTINGS:
        written = environ.get(setting.variable)
        if not written:
            # An empty variable counts as unset: that is how shells and CI systems take one away.
            continue
        try:
            values[setting.name] = convert(setting, written)
        except RefusedValueError as error:
            raise OperationError(f"{setting.variable}={_cut(written)} cannot be used: {error}.") from error
    _refuse_misspelt(environ)
    return _Layer(values, {name: SETTING_OF_NAME[name].variable for name in values}, Path.cwd())


def _refuse_misspelt(environ: Mapping[str, str]) -> None:
    """A variable that nearly names a setting is a mistake that would otherwise pass in silence."""
    for variable in find_stray_variables(environ):
        near = get_close_matches(variable.removeprefix(_PREFIX).lower(), SETTING_OF_NAME, n=1, cutoff=0.8)
        if near:
            raise OperationError(
                f"There is no setting for the environment variable {variable}. "
                f"Did you mean {SETTING_OF_NAME[near[0]].variable}?"
            )


def _refuse_secrets(project: Path, home_file: Path) -> None:
    """Runs keep a copy of their project's files, this one among them, and the database lies beside the copies."""
    for name, value in read_file(project).items():
        if SETTING_OF_NAME[name].secret or (name == "database" and _has_password(str(value))):
            raise OperationError(
                f"{project}: {name!r} cannot be set in the file of a project, of which runs keep a copy. "
                f"Set {SETTING_OF_NAME[name].variable}, or put it into {home_file}."
            )


def _has_password(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # nobody knows what is in it
        return True
    return parts.password is not None or "password" in parts.query


def _from_file(file: Path) -> _Layer:
    values = read_file(file)
    return _Layer(values, dict.fromkeys(values, str(file)), file.parent)


def _from_home_file(file: Path) -> _Layer:
    layer = _from_file(file)
    if "home" in layer.values:
        raise OperationError(
            f"{file}: 'home' cannot be set in the home's own file. "
            f"Set FANJET_HOME, or put it into the {FILE_NAME} of the project."
        )
    return layer
