"""When assets start a run: which of them there must be something new of."""

from __future__ import annotations

import pytest

from fanjet.model.schedules import AliasNeed, AllAssets, AnyAsset, AssetCondition, AssetName, AssetNeed

A, B, C = AssetNeed(name="a", uri="s3://a"), AssetNeed(name="b", uri="s3://b"), AssetNeed(name="c", uri="s3://c")
ALIAS = AliasNeed("daily")


def seen(*names: str) -> list[AssetName]:
    """Assets of which there is something new; ``a@x`` came under the alias x."""
    pairs = [name.partition("@") for name in names]
    return [AssetName(name, f"s3://{name}", frozenset({alias} if alias else ())) for name, _, alias in pairs]


@pytest.mark.parametrize(
    ("condition", "met", "not_met"),
    [
        (A, ["a", "a b", "a@daily"], ["", "b"]),
        (AssetNeed(name="a"), ["a"], ["", "b"]),
        (AssetNeed(uri="s3://b"), ["b"], ["", "a"]),
        (AssetNeed(name="a", uri="s3://other"), [], ["", "a"]),
        (AllAssets((A, B)), ["a b", "a b c"], ["", "a", "b", "c"]),
        (AnyAsset((A, B)), ["a", "b", "a b"], ["", "c"]),
        (ALIAS, ["a@daily", "z@daily", "a z@daily"], ["", "a", "a@weekly"]),
        (AllAssets((A, ALIAS)), ["a z@daily", "a@daily"], ["a", "z@daily"]),
        (AnyAsset((A, AllAssets((B, C)))), ["a", "b c"], ["b", "c"]),
        (AllAssets((AnyAsset((A, B)), AnyAsset((C, ALIAS)))), ["a c", "b z@daily"], ["a b", "c", "c z@daily"]),
    ],
)
def test_conditions(condition: AssetCondition, met: list[str], not_met: list[str]) -> None:
    assert [text for text in met if not condition.is_met(seen(*text.split()))] == []
    assert [text for text in not_met if condition.is_met(seen(*text.split()))] == []


def test_what_a_condition_waits_for() -> None:
    condition = AllAssets((AnyAsset((A, B)), ALIAS))
    assert list(condition.leaves()) == [A, B, ALIAS]
    assert [leaf.fits(seen("b@daily")[0]) for leaf in condition.leaves()] == [False, True, True]
