"""Where the value of a setting comes from, and what happens to wrong ones."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest

from fanjet.errors import OperationError
from fanjet.settings import Settings, load_settings
from fanjet.settings.load import find_stray_variables
from fanjet.settings.table import SETTINGS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the current one, away from any real home."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    return folder


def load(environ: dict[str, str] | None = None, flags: dict[str, object] | None = None, **more: Path) -> Settings:
    return load_settings(flags, environ=environ or {}, **more)


def test_the_table_names_each_field_of_the_settings() -> None:
    assert [setting.name for setting in SETTINGS] + ["origins"] == list(Settings.__struct_fields__)
    assert all(typing.get_type_hints(Settings)[setting.name] for setting in SETTINGS)
    assert all(setting.help.endswith(".") for setting in SETTINGS)


def test_defaults_hold_without_any_file(project: Path, tmp_path: Path) -> None:
    settings = load()
    assert settings.home == tmp_path / "user" / ".fanjet"
    assert settings.workers is None
    assert settings.max_map_length == 1_000_000
    assert settings.values_root == str(settings.home / "values")
    assert set(settings.origins.values()) == {"default"}


def test_each_layer_gives_way_to_the_one_above(project: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "fanjet.toml").write_text("workers = 1\nmax_workers = 1\nmax_map_length = 1\nparse_timeout_s = 1\n")
    (project / "fanjet.toml").write_text(f'home = "{home}"\nworkers = 2\nmax_workers = 2\nmax_map_length = 2\n')
    environ = {"FANJET_WORKERS": "3", "FANJET_MAX_WORKERS": "3"}
    settings = load(environ, {"workers": 4, "home": None})
    assert (settings.workers, settings.max_workers, settings.max_map_length, settings.parse_timeout_s) == (4, 3, 2, 1.0)
    assert settings.home == home
    origins = [settings.origins[name] for name in ("workers", "max_workers", "max_map_length", "parse_timeout_s")]
    assert origins == ["--workers", "FANJET_MAX_WORKERS", str(project / "fanjet.toml"), str(home / "fanjet.toml")]
    assert settings.origins["kill_grace_s"] == "default"


def test_the_nearest_file_above_the_dag_file_wins_over_that_of_the_current_folder(
    project: Path, tmp_path: Path
) -> None:
    (project / "fanjet.toml").write_text("workers = 2\n")
    dags = tmp_path / "elsewhere" / "dags"
    dags.mkdir(parents=True)
    assert load(start=dags / "a.py").workers == 2
    (tmp_path / "elsewhere" / "fanjet.toml").write_text("workers = 7\n")
    assert load(start=dags / "a.py").workers == 7
    assert load().workers == 2


def test_a_relative_home_counts_from_where_it_is_written(project: Path) -> None:
    (project / "fanjet.toml").write_text('home = "state"\n')
    inner = project / "inner"
    inner.mkdir()
    assert load(start=inner).home == project / "state"
    assert load({"FANJET_HOME": "other"}).home == project / "other"


def test_amounts_are_written_with_or_without_units(project: Path) -> None:
    (project / "fanjet.toml").write_text('log_cap_bytes = "2MB"\nkill_grace_s = 5\n[pools]\ngpu = 2\n')
    settings = load({"FANJET_PARSE_TIMEOUT_S": "1.5m", "FANJET_INLINE_VALUE_BYTES": "4 KiB"})
    assert settings.log_cap_bytes == 2_000_000
    assert settings.parse_timeout_s == 90.0
    assert settings.inline_value_bytes == 4096
    assert settings.kill_grace_s == 5.0
    assert settings.pools["gpu"] == 2
    assert "default_pool" in settings.pools
    assert load({"FANJET_POOLS": "gpu=3, default_pool=1"}).pools == {"gpu": 3, "default_pool": 1}


def test_an_empty_variable_is_none_and_auto_takes_a_number_back(project: Path) -> None:
    (project / "fanjet.toml").write_text("workers = 2\n")
    assert load({"FANJET_WORKERS": ""}).workers == 2
    assert load({"FANJET_WORKERS": "auto"}).workers is None


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("wrokers = 2", ["'wrokers'", "Did you mean 'workers'"]),
        ("colour = 2", ["'colour'", "`fanjet settings`"]),
        ("workers = 0", ["workers = 0", "the least is 1"]),
        ('workers = "many"', ['workers = "many"', "a whole number such as 4"]),
        ("workers = true", ["workers = True", "a whole number"]),
        ("kill_grace_s = -1", ["kill_grace_s", "the least is 0"]),
        ("parse_timeout_s = nan", ["parse_timeout_s", "seconds"]),
        ('log_cap_bytes = "5 parsecs"', ["log_cap_bytes", "100MB"]),
        ("home = 3", ["home = 3", "a folder"]),
        ("pools = 3", ["pools = 3", "[pools]"]),
        ('[pools]\ngpu = "two"', ["'gpu'", "whole number of slots"]),
        ("workers = = 2", ["not valid TOML"]),
    ],
)
def test_a_wrong_line_is_an_error_that_names_file_key_and_fix(project: Path, line: str, parts: list[str]) -> None:
    (project / "fanjet.toml").write_text(line + "\n")
    with pytest.raises(OperationError) as caught:
        load()
    for part in [str(project / "fanjet.toml"), *parts]:
        assert part in str(caught.value)


def test_a_wrong_variable_or_flag_is_named(project: Path) -> None:
    with pytest.raises(OperationError, match="FANJET_WORKERS=x cannot be used: expected a whole number"):
        load({"FANJET_WORKERS": "x"})
    with pytest.raises(OperationError, match="--workers 0 cannot be used: 0 is too small"):
        load(flags={"workers": 0})


def test_a_variable_that_nearly_names_a_setting_is_refused_and_others_are_listed(project: Path) -> None:
    with pytest.raises(OperationError, match="Did you mean FANJET_WORKERS"):
        load({"FANJET_WORKRES": "2"})
    assert find_stray_variables({"FANJET_API_TOKEN_OF_MINE": "x", "FANJET_WORKERS": "2", "PATH": ""}) == [
        "FANJET_API_TOKEN_OF_MINE"
    ]
    assert load({"FANJET_API_TOKEN_OF_MINE": "x"}).workers is None


def test_the_home_cannot_move_itself(project: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "fanjet.toml").write_text('home = "/somewhere"\n')
    with pytest.raises(OperationError, match="'home' cannot be set in the home's own file"):
        load({"FANJET_HOME": str(home)})


@pytest.mark.parametrize(
    ("name", "written", "part"),
    [
        ("schedulers", "65", "65 is too large; the most is 64"),
        ("workers", "1000000", "the most is 1024"),
        ("workers", "9" * 5000, "the most is 1024"),
        ("workers", "-" + "9" * 400, "the least is 1"),
        ("workers", 10**400, "the most is 1024"),
        ("workers", "nan", "expected a whole number"),
        ("stop_grace_s", "1e308w", "the most is 1000000000"),
        ("stop_grace_s", "inf", "expected a number of seconds"),
        ("pools", "gpu=" + "9" * 5000, "0 to 1,000,000,000"),
        ("pools", "gpu=²", "0 to 1,000,000,000"),
    ],
)
def test_numbers_have_bounds(project: Path, name: str, written: object, part: str) -> None:
    with pytest.raises(OperationError) as caught:
        load(flags={name: written})
    assert part in str(caught.value)
    assert len(str(caught.value)) < 400


def test_every_number_has_a_largest_one() -> None:
    assert all(setting.minimum < setting.most < 1e16 for setting in SETTINGS if setting.kind not in ("text", "folder"))
