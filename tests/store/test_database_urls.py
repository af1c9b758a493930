"""URLs of databases are shown without their passwords, whatever these are made of; half a password is not tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from fanjet.errors import OperationError
from fanjet.store.database.database import Database, mask_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:pass@h/x", "postgresql://ann:***@h/x"),
        ("postgresql://ann:pa#ss@h/x", "postgresql://ann:***@h/x"),
        ("postgresql://ann:pa?ss@h/x?a=1", "postgresql://ann:***@h/x?a=1"),
        ("postgresql://ann:pa/ss@h/x", "postgresql://ann:***@h/x"),
        ("postgresql://ann:pa@ss@h/x", "postgresql://ann:***@h/x"),
        ("postgresql://ann:pa[ss@h/x", "postgresql://ann:***@h/x"),
        ("postgresql://ann:pass@[::1]:5432,h2:1/x", "postgresql://ann:***@[::1]:5432,h2:1/x"),
        ("postgresql://ann:pass@/x?host=/run/pg", "postgresql://ann:***@/x?host=/run/pg"),
        ("postgresql:///x?password=pass&application_name=a@b", "postgresql:///x?password=***&application_name=a%40b"),
        ("postgresql://ann@h:5432/x", "postgresql://ann@h:5432/x"),
        ("postgresql://h:5432/x@y", "postgresql://h:5432/x@y"),
        ("host=h password='pa ss' user=ann", "host=h password=*** user=ann"),
    ],
)
def test_passwords_are_masked(url: str, shown: str) -> None:
    assert mask_url(url) == shown


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://ann:pa@ss@h/x", "has @ in its user or password. Fix: write it as %40"),
        ("postgresql://ann:pa/ss@h/x", "has / in its user or password. Fix: write it as %2F"),
        ("host=h password=pass", "is no URL of PostgreSQL"),
        ("postgresql://ann:pa[ss@h/x", "is no URL of PostgreSQL"),
    ],
)
def test_what_would_be_tried_in_part_is_refused(url: str, words: str) -> None:
    with pytest.raises(OperationError, match=words) as caught:
        Database.at(Path("home"), url)
    assert "pass" not in str(caught.value).replace("password", "")
