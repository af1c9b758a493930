"""Variables and connections at rest: what is written comes back, unreadable without its key, never lost."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from fanjet.errors import ExecutionError, OperationError
from fanjet.store.database.database import DATABASE_NAME, Database
from fanjet.store.secrets.key_file import KEY_FILE_NAME, KeyFile, new_key
from fanjet.store.secrets.statements_vault import DELETE, FIND, KINDS, LIST, LIST_NAMES, PUT, REWRITE, Kind
from fanjet.store.secrets.vault import MAX_NAME_CHARS, NewEntry, Vault


def put(vault: Vault, kind: Kind = "variable", /, **values: str) -> None:
    vault.put(kind, [NewEntry(name=name, value=value) for name, value in values.items()])


def values(vault: Vault, kind: Kind = "variable") -> dict[str, str]:
    return {entry.name: entry.value for entry in vault.get_entries(kind)}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_comes_back(database: Database, kind: Kind) -> None:
    with Vault(database) as vault:
        assert vault.find(kind, "a") is None
        assert database.url is not None or not database.home.exists()  # reading makes nothing
        put(vault, kind, a="ä\n𝄞", b="", c="x" * 100_000)
        vault.put(kind, [NewEntry(name="b", value="2", description="why", secret=True)])
        put(vault, kind, b="3")
        assert values(vault, kind) == {"a": "ä\n𝄞", "b": "3", "c": "x" * 100_000}
        found = vault.get(kind, "b")
        assert (found.description, found.secret) == ("why", True)  # what is not said again stays
        assert vault.get(kind, "a").secret is (kind == "connection")
        assert found.created_at < found.updated_at
    with Vault(database) as again:
        assert again.list_names(kind) == ["a", "b", "c"]
        assert again.delete(kind, ["a", "nope", "c"]) == 2
        assert values(again, kind) == {"b": "3"}
        assert again.list_names("connection" if kind == "variable" else "variable") == []


def test_every_kind_has_every_statement() -> None:
    assert get_args(Kind) == KINDS
    assert all(table.keys() == set(KINDS) for table in (FIND, LIST, LIST_NAMES, PUT, DELETE, REWRITE))


def test_nothing_is_readable_in_the_database_and_the_key_only_for_its_owner(home: Path) -> None:
    before = os.umask(0)
    try:
        with Vault(home) as vault:
            put(vault, password="open sesame")
            put(vault, "connection", db='{"password": "open sesame"}')
    finally:
        os.umask(before)
    assert not any(b"sesame" in file.read_bytes() for file in home.iterdir())
    assert stat.S_IMODE((home / KEY_FILE_NAME).stat().st_mode) == 0o600
    assert sorted(file.name for file in home.iterdir()) == [DATABASE_NAME, KEY_FILE_NAME]


def test_a_lost_key_is_told_and_no_new_one_is_made_beside_what_it_cannot_read(database: Database) -> None:
    with Vault(database) as vault:
        put(vault, region="eu", zone="1")
        key = KeyFile(database.home).read()
        (database.home / KEY_FILE_NAME).unlink()
        with pytest.raises(OperationError, match=r"Variable 'region' cannot be decrypted.*fernet.key is gone.*backup"):
            vault.get("variable", "region")
        with pytest.raises(OperationError, match=r"is gone.*Nothing was written"):
            put(vault, other="x")
        with pytest.raises(OperationError, match="cannot be decrypted"):
            vault.rotate_key()
        assert not (database.home / KEY_FILE_NAME).exists()
        assert all(isinstance(entry, OperationError) for entry in vault.list_entries("variable").values())
        KeyFile(database.home).write(key)
        assert values(vault) == {"region": "eu", "zone": "1"}  # in the same process: the file is looked at again
        (database.home / KEY_FILE_NAME).unlink()
        vault.delete("variable", ["region", "zone"])
        put(vault, region="us")  # nothing is left that the old key is needed for
        assert values(vault) == {"region": "us"}


def test_another_key_is_told(database: Database) -> None:
    with Vault(database) as vault:
        put(vault, "connection", db="{}")
        KeyFile(database.home).write([new_key()])
        with pytest.raises(
            OperationError, match=r"Connection 'db' .* written with another key .*bring the old key back"
        ):
            vault.get("connection", "db")


@pytest.mark.parametrize("key", ["short", "é" * 44, "x" * 44])
def test_a_malformed_key_is_told_and_not_shown(home: Path, key: str) -> None:
    with Vault(home, key) as vault, pytest.raises(OperationError, match="none of Fernet's") as caught:
        put(vault, a="b")
    assert key not in str(caught.value)


def test_keys_of_the_setting_go_first_and_are_rotated(database: Database) -> None:
    old, new = new_key(), new_key()
    with Vault(database) as vault:
        put(vault, a="1")
    with Vault(database, old) as vault:
        put(vault, b="2")
        assert values(vault) == {"a": "1", "b": "2"}  # the key file still counts
        assert vault.rotate_key() == 2
    (database.home / KEY_FILE_NAME).unlink()
    with Vault(database, f"{new}, {old}") as vault:
        put(vault, c="3")
        assert vault.rotate_key() == 3
    with Vault(database, new) as vault:
        assert values(vault) == {"a": "1", "b": "2", "c": "3"}
        assert not (database.home / KEY_FILE_NAME).exists()
    with Vault(database, old) as vault, pytest.raises(OperationError, match="another key than the setting fernet_key"):
        vault.get("variable", "a")


def test_rotation_of_the_key_file_leaves_one_new_key(database: Database) -> None:
    with Vault(database) as vault, Vault(database) as other:
        put(vault, a="1")
        assert values(other) == {"a": "1"}
        before = KeyFile(database.home).read()
        assert vault.rotate_key() == 1
        after = KeyFile(database.home).read()
        assert len(after) == 1
        assert after != before
        assert values(other) == {"a": "1"}  # a run that goes on
        put(other, b="2")
        assert values(vault) == {"a": "1", "b": "2"}


def test_an_interrupted_rotation_can_be_read_and_done_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has both keys until what the new one wrote is committed."""
    with Vault(home) as vault:
        put(vault, a="1", b="2")
        written: list[list[str]] = []
        write = KeyFile.write

        def fail_at_second(file: KeyFile, keys: list[str]) -> None:
            written.append(keys)
            if len(written) == 2:
                raise ExecutionError("the disk is full")
            write(file, keys)

        monkeypatch.setattr(KeyFile, "write", fail_at_second)
        with pytest.raises(ExecutionError):
            vault.rotate_key()
        monkeypatch.undo()
        assert len(KeyFile(home).read()) == 2
        assert values(vault) == {"a": "1", "b": "2"}
        vault.rotate_key()
        assert values(vault) == {"a": "1", "b": "2"}
        assert len(KeyFile(home).read()) == 1


def test_many_processes_make_one_key(home: Path) -> None:
    script = (
        "import sys, pathlib; from fanjet.store.secrets.vault import NewEntry, Vault\n"
        "Vault(pathlib.Path(sys.argv[1])).put('variable', [NewEntry(name=sys.argv[2], value=sys.argv[2])])"
    )
    command = [sys.executable, "-c", script, str(home)]
    for child in [subprocess.Popen([*command, f"v{number}"]) for number in range(4)]:
        assert child.wait(30) == 0
    with Vault(home) as vault:
        assert values(vault) == {f"v{number}": f"v{number}" for number in range(4)}
    assert len(KeyFile(home).read()) == 1


@pytest.mark.parametrize("name", ["", " a", "a\n", "a\tb", "x" * (MAX_NAME_CHARS + 1)])
def test_odd_names_are_refused_and_nothing_of_the_rest_is_written(database: Database, name: str) -> None:
    with Vault(database) as vault:
        with pytest.raises(OperationError, match="cannot be the name of a variable"):
            vault.put("variable", [NewEntry(name="fine", value="1"), NewEntry(name=name, value="2")])
        assert values(vault) == {}


def test_texts_that_are_none_are_refused(home: Path) -> None:
    with Vault(home) as vault, pytest.raises(OperationError, match="UTF-8"):
        put(vault, a="\ud800")


def test_near_names_are_suggested(database: Database) -> None:
    with Vault(database) as vault:
        put(vault, region="eu")
        with pytest.raises(OperationError, match=r"no variable 'regoin' .* Did you mean 'region'"):
            vault.get("variable", "regoin")


def test_without_the_library_the_extra_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.fernet", None)
    with Vault(home) as vault:
        assert vault.find("variable", "a") is None  # nothing to decrypt
        with pytest.raises(OperationError, match=r"pip install 'fanjet\[secrets\]'"):
            put(vault, a="1")
    assert not (home / KEY_FILE_NAME).exists()


def test_a_key_file_that_cannot_be_written_is_told(home: Path) -> None:
    home.mkdir()
    (home / KEY_FILE_NAME).mkdir()
    with Vault(home) as vault, pytest.raises(ExecutionError, match=r"key file .* cannot be read"):
        put(vault, a="1")
    with Vault(home) as vault:
        assert vault.list_names("variable") == []
