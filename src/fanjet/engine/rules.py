"""What every trigger rule decides, as tables.

A rule depends on five bits alone: which of the four kinds of ends it has seen upstream, and whether all of upstream has
ended. One readable function per rule says what it decides; `table` turns it into 32 bytes, once. Source: SEMANTICS 9.

A rule looks at what is there when it is asked. It is asked after every end, so with ``all_success`` the first of a skip
and a failure decides; where both are there at the first look, the failure does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import cache
from typing import NamedTuple, TypeAlias

from fanjet.model.rules import TriggerRule
from fanjet.model.states import Seen


class Verdict(IntEnum):
    """What a rule says of one context. The numbers are what columns of verdicts hold."""

    WAIT = 0
    RUN = 1
    SKIP = 2
    UPSTREAM_FAILED = 3


#: The bit of a signature that says that everything upstream has ended; the others are those of `Seen`.
COMPLETE = 16
SIGNATURES = 32


class Upstream(NamedTuple):
    """A signature, spelt out."""

    success: bool
    failed: bool
    upstream_failed: bool
    skipped: bool
    #: All of it has ended.
    complete: bool

    @property
    def bad(self) -> bool:
        """Something failed, or could not run because something before it failed."""
        return self.failed or self.upstream_failed


def spell_out(signature: int) -> Upstream:
    """The named bits of a signature."""
    return Upstream(
        success=bool(signature & Seen.SUCCESS),
        failed=bool(signature & Seen.FAILED),
        upstream_failed=bool(signature & Seen.UPSTREAM_FAILED),
        skipped=bool(signature & Seen.SKIPPED),
        complete=bool(signature & COMPLETE),
    )


def all_success(seen: Upstream) -> Verdict:
    """Everything succeeded; the first end that is none decides. Also the rule by which setups hold back their work."""
    if seen.bad:
        return Verdict.UPSTREAM_FAILED
    if seen.skipped:
        return Verdict.SKIP
    return Verdict.RUN if seen.complete else Verdict.WAIT


def all_failed(seen: Upstream) -> Verdict:
    """Everything failed."""
    if seen.success or seen.skipped:
        return Verdict.SKIP
    return Verdict.RUN if seen.complete else Verdict.WAIT


def all_done(seen: Upstream) -> Verdict:
    """Everything has ended, no matter how."""
    return Verdict.RUN if seen.complete else Verdict.WAIT


def all_done_min_one_success(seen: Upstream) -> Verdict:
    """Everything has ended, nothing was skipped and something succeeded."""
    if seen.skipped:
        return Verdict.SKIP
    if not seen.complete:
        return Verdict.WAIT
    return Verdict.RUN if seen.success else Verdict.UPSTREAM_FAILED


def one_success(seen: Upstream) -> Verdict:
    """Something succeeded; at once."""
    if seen.success:
        return Verdict.RUN
    if not seen.complete:
        return Verdict.WAIT
    return Verdict.UPSTREAM_FAILED if seen.bad else Verdict.SKIP


def one_failed(seen: Upstream) -> Verdict:
    """Something failed; at once."""
    if seen.bad:
        return Verdict.RUN
    return Verdict.SKIP if seen.complete else Verdict.WAIT


def one_done(seen: Upstream) -> Verdict:
    """Something succeeded or failed by itself; at once. Skips and failures that were handed on do not count."""
    if seen.success or seen.failed:
        return Verdict.RUN
    return Verdict.SKIP if seen.complete else Verdict.WAIT


def none_failed(seen: Upstream) -> Verdict:
    """Everything has ended and nothing failed."""
    if seen.bad:
        return Verdict.UPSTREAM_FAILED
    return Verdict.RUN if seen.complete else Verdict.WAIT


def none_failed_min_one_success(seen: Upstream) -> Verdict:
    """Everything has ended, nothing failed and something succeeded."""
    if seen.bad:
        return Verdict.UPSTREAM_FAILED
    if not seen.complete:
        return Verdict.WAIT
    return Verdict.RUN if seen.success else Verdict.SKIP


def none_skipped(seen: Upstream) -> Verdict:
    """Everything has ended and nothing was skipped."""
    if seen.skipped:
        return Verdict.SKIP
    return Verdict.RUN if seen.complete else Verdict.WAIT


def all_skipped(seen: Upstream) -> Verdict:
    """Everything was skipped."""
    if seen.success or seen.bad:
        return Verdict.SKIP
    return Verdict.RUN if seen.complete else Verdict.WAIT


def always(_seen: Upstream) -> Verdict:
    """At once."""
    return Verdict.RUN


def some_setup_succeeded(seen: Upstream) -> Verdict:
    """What a teardown makes of the setups directly before it, once all before it has ended (SEMANTICS 12.2)."""
    if seen.success:
        return Verdict.RUN
    return Verdict.UPSTREAM_FAILED if seen.bad else Verdict.SKIP


Rule: TypeAlias = Callable[[Upstream], Verdict]

#: `ALL_DONE_SETUP_SUCCESS` waits like ``all_done``; `some_setup_succeeded` then looks at the setups, where there are
#: any.
RULES: Mapping[TriggerRule, Rule] = {
    TriggerRule.ALL_SUCCESS: all_success,
    TriggerRule.ALL_FAILED: all_failed,
    TriggerRule.ALL_DONE: all_done,
    TriggerRule.ALL_DONE_MIN_ONE_SUCCESS: all_done_min_one_success,
    TriggerRule.ALL_DONE_SETUP_SUCCESS: all_done,
    TriggerRule.ONE_SUCCESS: one_success,
    TriggerRule.ONE_FAILED: one_failed,
    TriggerRule.ONE_DONE: one_done,
    TriggerRule.NONE_FAILED: none_failed,
    TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS: none_failed_min_one_success,
    TriggerRule.NONE_SKIPPED: none_skipped,
    TriggerRule.ALL_SKIPPED: all_skipped,
    TriggerRule.ALWAYS: always,
}


def table(rule: Rule) -> bytes:
    """The verdicts of a rule by signature."""
    return bytes(rule(spell_out(signature)) for signature in range(SIGNATURES))


@cache
def joint_tables(rule: Rule) -> tuple[bytes, ...]:
    """Translate tables for columns of signatures, one for each signature of what lies outside the column.

    What a context depends on may lie at several levels: some of it is the same for all contexts of a column (outside
    the mapped group), the rest differs by index. Seen bits add up, complete is what is complete at both.
    """
    verdicts = table(rule)
    return tuple(
        bytes(verdicts[_join(outer, inner)] for inner in range(SIGNATURES)).ljust(256, b"\0")
        for outer in range(SIGNATURES)
    )


def _join(outer: int, inner: int) -> int:
    return (outer | inner) if outer & inner & COMPLETE else (outer | inner) & ~COMPLETE
