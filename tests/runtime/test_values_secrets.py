"""What a task returns reaches the next task as it is; who only looks sees no secret that was known when it was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from fanjet.model.values import PLAIN, SECRET
from fanjet.runtime.secrets import MASK, SECRETS
from fanjet.runtime.value_store import ValueOwner, ValueStore
from fanjet.runtime.values import decode, encode, find_table, to_json

Place = tuple[ValueStore, ValueOwner]
PASSWORD = 'correct "horse" é'


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    SECRETS.add(PASSWORD)
    yield ValueStore(tmp_path), ValueOwner(1, "task", (), 1, "return_value")
    SECRETS.clear()


@pytest.mark.parametrize(
    "value",
    [
        PASSWORD,
        f"user:{PASSWORD}@host",
        {"login": "me", "password": PASSWORD, "port": 5},
        [1, (PASSWORD, 2)],
        {PASSWORD: 1},
        PASSWORD.encode(),
        {"sets": {PASSWORD}},
        [PASSWORD] * 10_000,
        {"rows": [{"key": PASSWORD + str(i)} for i in range(10_000)]},
        pd.DataFrame({"key": [PASSWORD] * 3}),
        pd.DataFrame({"key": [PASSWORD] * 50_000}),
    ],
    ids=range(11),
)
def test_the_next_task_gets_it_and_the_screen_a_mask(value: object, place: Place) -> None:
    data = encode(value, *place)
    shown = repr(to_json(data, load=True)) + repr(find_table(data))
    assert "horse" not in shown
    assert MASK in shown
    SECRETS.clear()
    assert "horse" not in repr(to_json(data, load=True)), "a process that knows no secrets shows none"
    back = decode(data)
    assert back.equals(value) if isinstance(value, pd.DataFrame) else back == value


def test_a_number_that_is_a_secret_is_masked(place: Place) -> None:
    SECRETS.add("271828")
    assert to_json(encode({"pin": 271828, "n": 1}, *place)) == {"pin": MASK, "n": 1}


def test_who_reads_a_secret_masks_it_too(place: Place) -> None:
    whole, inside = encode(PASSWORD, *place), encode({"a": [PASSWORD]}, *place)
    for data in (whole, inside):
        SECRETS.clear()
        decode(data)
        assert SECRETS.mask(f"printed {PASSWORD}") == f"printed {MASK}"


def test_values_without_secrets_stay_as_they_are(place: Place) -> None:
    assert encode({"a": [1, "b"]}, *place)[:1] == PLAIN
    assert encode({"a": PASSWORD}, *place)[:1] == SECRET
    SECRETS.clear()
    assert encode({"a": PASSWORD}, *place)[:1] == PLAIN
