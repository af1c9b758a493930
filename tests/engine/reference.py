"""A slow evaluator of runs that is meant to be obviously right: no counters, no columns, no increments.

It is given what happened, in order, and says of every context what had to be decided and at which end. To do so it
walks through time: at each end, in order, it looks at all instances anew and asks the rules as SEMANTICS words them.
What the machine decided is then compared with it, one by one, together with the moment of each decision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from fanjet.model.lengths import (
    LengthSpec,
    LiteralLength,
    LongestLength,
    MeasuredLength,
    ProductLength,
    ResultLength,
    ShortestLength,
    SumLength,
    ValuesLength,
    find_sources,
)
from fanjet.model.paths import Path
from fanjet.model.rules import TriggerRule
from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.model.states import State

RUN = "run"
START = -1


class End(NamedTuple):
    state: State
    #: The position in the order of everything that happened.
    rank: int


class Skip(NamedTuple):
    """A branch's instance left tasks out; with the first end of its column."""

    rank: int
    branch: int
    path: Path
    tasks: tuple[int, ...]


class Decision(NamedTuple):
    """RUN, or the state in which the instance ends without a try; and the rank at which that was decided."""

    what: str | State
    rank: int


class Expansion(NamedTuple):
    count: int
    rank: int


@dataclass
class Facts:
    """What happened, as the changes of the machine and the answers of the world say."""

    ends: dict[tuple[int, Path], End] = field(default_factory=dict)
    items: dict[tuple[int, Path], int] = field(default_factory=dict)
    valued: set[tuple[int, Path]] = field(default_factory=set)
    #: By map and context: the answer (-1 for none) and its rank.
    measured: dict[tuple[int, Path], tuple[int, int]] = field(default_factory=dict)
    skips: list[Skip] = field(default_factory=list)
    #: The first end of the column in which something failed for good; None while nothing did.
    failed_at: int | None = None
    #: How many ranks there are.
    now: int = 0


class Reference:
    """Decides everything about one run."""

    def __init__(self, spec: DagSpec, facts: Facts) -> None:
        self.spec = spec
        self.facts = facts
        self._expansions: dict[tuple[int, Path], Expansion | Decision | None] = {}
        self._own: dict[tuple[int, Path], Decision | None] = {}
        self._ends_of: list[list[tuple[Path, End]]] = [[] for _ in spec.tasks]
        for (task, path), end in facts.ends.items():
            self._ends_of[task].append((path, end))
        self._gates: dict[object, object] = {}

    # --- everything that should exist ---

    def decisions(self, task: TaskSpec) -> dict[Path, Decision | None]:
        """By path: what was decided; None for what still waits."""
        found: dict[Path, Decision | None] = {}
        self._walk(task, (), found)
        return found

    def _walk(self, task: TaskSpec, path: Path, found: dict[Path, Decision | None]) -> None:
        if len(path) == len(task.scope):
            self._decide_context(task, path, found)
            return
        expansion = self.expansion(task.scope[len(path)], path)
        closing = self._closing(task, path)
        at = expansion.rank if expansion else self.facts.now
        if closing is not None and closing <= at:
            found[path] = Decision(State.SKIPPED, closing)
        elif isinstance(expansion, Decision):
            found[path] = expansion
        elif expansion is not None:
            for position in range(expansion.count):
                self._walk(task, (*path, position), found)

    def _decide_context(self, task: TaskSpec, context: Path, found: dict[Path, Decision | None]) -> None:
        decision = self.decision(task, context)
        if task.map is None:
            found[context] = decision
            return
        length = self.spec.maps[task.map].length
        if isinstance(length, LiteralLength) and length.count:
            for position in range(length.count):
                found[*context, position] = self._unless_left_out(task, (*context, position), decision)
            return
        expansion = self.own_expansion(task, context)
        if isinstance(expansion, Decision):
            found[context] = expansion
        elif expansion is not None:
            for position in range(expansion.count):
                at = Decision(RUN, expansion.rank)
                found[*context, position] = self._unless_left_out(task, (*context, position), at)

    def _unless_left_out(self, task: TaskSpec, path: Path, decision: Decision | None) -> Decision | None:
        """An index of its own may be left out before the whole is decided."""
        marks = [skip.rank for skip in self._skips(task) if skip.path == path]
        if marks and (decision is None or min(marks) <= decision.rank):
            # Before a map over task output expands there is nothing to skip.
            literal = isinstance(self.spec.maps[task.map or 0].length, LiteralLength)
            return Decision(State.SKIPPED, min(marks) if literal or decision is None else decision.rank)
        return decision

    # --- skips ---

    def _skips(self, task: TaskSpec) -> list[Skip]:
        """Those whose scope the task lies in."""
        depth = len(task.scope) + (task.map is not None)
        return [
            skip
            for skip in self.facts.skips
            if task.number in skip.tasks
            and depth >= len(skip.path)
            and task.scope[: len(self.spec.tasks[skip.branch].scope)] == self.spec.tasks[skip.branch].scope
        ]

    def _closing(self, task: TaskSpec, path: Path) -> int | None:
        """When everything of the task at and below a path was left out, if ever."""
        born = self.born(task.scope[: len(path)], path)
        assert born is not None
        ranks = [skip.rank for skip in self._skips(task) if path[: len(skip.path)] == skip.path]
        if self.spec.fail_fast and self.facts.failed_at is not None and not task.is_teardown:
            ranks.append(self.facts.failed_at)
        return max(born, min(ranks)) if ranks else None

    # --- contexts ---

    def born(self, scope: tuple[int, ...], context: Path) -> int | None:
        """The rank at which a context came into being."""
        if not context:
            return START
        expansion = self.expansion(scope[len(context) - 1], context[:-1])
        return expansion.rank if isinstance(expansion, Expansion) and context[-1] < expansion.count else None

    def expansion(self, number: int, context: Path) -> Expansion | Decision | None:
        """What became of a group's map."""
        key = (number, context)
        if key not in self._expansions:
            self._expansions[key] = self._expand_group(number, context)
        return self._expansions[key]

    def _expand_group(self, number: int, context: Path) -> Expansion | Decision | None:
        spec = self.spec.maps[number]
        born = self.born(spec.scope, context)
        if born is None:
            return None
        if isinstance(spec.length, LiteralLength):
            return Expansion(spec.length.count, born) if spec.length.count else Decision(State.SKIPPED, born)
        guards = self._guards(number)
        for rank in range(born, self.facts.now):
            verdict = self._sources(spec.length, spec.scope, context, rank)
            if verdict is None:
                continue
            if verdict != RUN:
                return Decision(verdict, rank)
            if all(self._complete(task, self._prefix(task, spec.scope, context), rank) for task in guards):
                return self._grow(number, context, rank)
        return None

    def _grow(self, number: int, context: Path, rank: int) -> Expansion | Decision | None:
        spec = self.spec.maps[number]
        if _is_measured(spec.length):
            if (number, context) not in self.facts.measured:
                return None
            count, rank = self.facts.measured[number, context]
            if count < 0:
                return Decision(State.FAILED, rank)
        else:
            length = self._length(spec.length, spec.scope, context)
            if length is None:
                return Decision(State.UPSTREAM_FAILED, rank)
            count = length
        return Expansion(count, rank) if count else Decision(State.SKIPPED, rank)

    def own_expansion(self, task: TaskSpec, context: Path) -> Expansion | Decision | None:
        """What became of a task's own map."""
        decision = self.decision(task, context)
        if decision is None or task.map is None:
            return None
        length = self.spec.maps[task.map].length
        if isinstance(length, LiteralLength) and length.count:
            born = self.born(task.scope, context)
            assert born is not None
            return Expansion(length.count, born)
        if decision.what != RUN:
            return decision
        grown = self._grow(task.map, context, decision.rank)
        closing = self._closing(task, context)
        at = grown.rank if grown else self.facts.now
        if closing is not None and decision.rank < closing <= at:
            return Decision(State.SKIPPED, closing)
        return grown

    def decision(self, task: TaskSpec, context: Path) -> Decision | None:
        """What the gates of a task say at a context, when they first say it."""
        key = (task.number, context)
        if key not in self._own:
            self._own[key] = self._decide(task, context)
        return self._own[key]

    def _decide(self, task: TaskSpec, context: Path) -> Decision | None:
        born = self.born(task.scope, context)
        if born is None:
            return None
        closing = self._closing(task, context)
        for rank in range(born, self.facts.now):
            if closing is not None and closing <= rank:
                return Decision(State.SKIPPED, closing)
            verdict = self._verdict(task, context, rank)
            if verdict is not None:
                return Decision(verdict, rank)
        return None

    # --- gates ---

    def _verdict(self, task: TaskSpec, context: Path, rank: int) -> str | State | None:
        """All gates at one moment; a skip or failure of the first that has one goes first."""
        said = []
        rule = self._rule(task.trigger_rule, task.upstream, task.scope, context, rank)
        if task.trigger_rule is TriggerRule.ALL_DONE_SETUP_SUCCESS:
            setups = [number for number in task.upstream if self.spec.tasks[number].is_setup]
            if rule == RUN and setups:
                kinds = [self._kinds(number, self._prefix(number, task.scope, context), rank) for number in setups]
                seen = set().union(*kinds)
                if State.SUCCESS not in seen:
                    rule = State.SKIPPED if seen == {State.SKIPPED} else State.UPSTREAM_FAILED
            said.append(rule)
        else:
            said += [self._rule(TriggerRule.ALL_SUCCESS, task.setups, task.scope, context, rank), rule]
        if task.map is not None:
            said.append(self._sources(self.spec.maps[task.map].length, task.scope, context, rank))
        for verdict in said:
            if verdict is not None and verdict != RUN:
                return verdict
        return RUN if all(verdict == RUN for verdict in said) else None

    def _rule(
        self, rule: TriggerRule, upstream: tuple[int, ...], scope: tuple[int, ...], context: Path, rank: int
    ) -> str | State | None:
        if not upstream:
            return RUN
        seen: set[State] = set()
        ended = True
        for number in dict.fromkeys(upstream):
            prefix = self._prefix(number, scope, context)
            seen |= self._kinds(number, prefix, rank)
            ended = ended and self._complete(number, prefix, rank)
        return rule_says(rule, seen, ended=ended)

    def _sources(self, length: LengthSpec, scope: tuple[int, ...], context: Path, rank: int) -> str | State | None:
        """SEMANTICS 8.2 and 8.3: a source that is not expanded decides by its state."""
        seen: set[State] = set()
        ended = True
        for number in find_sources(length):
            prefix = self._prefix(number, scope, context)
            for path in [prefix[:level] for level in range(len(prefix) + 1)]:
                end = self.facts.ends.get((number, path))
                if end is not None and end.rank <= rank:
                    seen.add(end.state)
            ended = ended and self._complete(number, prefix, rank)
        if seen & {State.FAILED, State.UPSTREAM_FAILED}:
            return State.UPSTREAM_FAILED
        if State.SKIPPED in seen:
            return State.SKIPPED
        return RUN if ended else None

    def _prefix(self, number: int, scope: tuple[int, ...], context: Path) -> Path:
        common = 0
        for one, other in zip(self.spec.tasks[number].scope, scope, strict=False):
            if one != other:
                break
            common += 1
        return context[:common]

    def _kinds(self, number: int, prefix: Path, rank: int) -> set[State]:
        """The end states of all instances below a prefix, and of what stands for them."""
        return {
            end.state
            for path, end in self._ends_of[number]
            if end.rank <= rank
            and (path[: len(prefix)] == prefix or (prefix[: len(path)] == path and self._stands_in(number, path)))
        }

    def _stands_in(self, number: int, path: Path) -> bool:
        return len(path) < len(self.spec.tasks[number].scope)

    def _complete(self, number: int, path: Path, rank: int) -> bool:
        """Whether all instances at and below a path exist and have ended."""
        at = self._complete_at(number, path)
        return at is not None and at <= rank

    def _complete_at(self, number: int, path: Path) -> int | None:
        key = ("complete", number, path)
        if key not in self._gates:
            self._gates[key] = self._find_complete_at(number, path)
        return self._gates[key]  # type: ignore[return-value]

    def _find_complete_at(self, number: int, path: Path) -> int | None:
        task = self.spec.tasks[number]
        for level in range(len(path) + 1):
            end = self.facts.ends.get((number, path[:level]))
            if end is not None:
                return end.rank
        if len(path) == len(task.scope) + (task.map is not None):
            return None
        if len(path) < len(task.scope):
            expansion = self.expansion(task.scope[len(path)], path)
        else:
            expansion = self.own_expansion(task, path)
        if not isinstance(expansion, Expansion):
            return None
        ranks = [expansion.rank]
        for position in range(expansion.count):
            rank = self._complete_at(number, (*path, position))
            if rank is None:
                return None
            ranks.append(rank)
        return max(ranks)

    # --- lengths ---

    def _length(self, length: LengthSpec, scope: tuple[int, ...], context: Path) -> int | None:
        match length:
            case LiteralLength(count):
                return count
            case ResultLength(task):
                count = self.facts.items.get((task, self._prefix(task, scope, context)), -1)
                return None if count < 0 else count
            case ValuesLength(task):
                return self._values(task, self._prefix(task, scope, context))
            case ProductLength(parts) | SumLength(parts) | ShortestLength(parts) | LongestLength(parts):
                counts = [self._length(part, scope, context) for part in parts]
                known = [count for count in counts if count is not None]
                if len(known) < len(counts):
                    return None
                if isinstance(length, ProductLength):
                    product = 1
                    for count in known:
                        product *= count
                    return product
                if isinstance(length, SumLength):
                    return sum(known)
                return min(known) if isinstance(length, ShortestLength) else max(known)
        raise AssertionError(length)

    def _values(self, number: int, prefix: Path) -> int:
        task = self.spec.tasks[number]
        chain = task.scope + (() if task.map is None else (task.map,))
        if len(chain) - len(prefix) == 1:
            return sum(1 for (of, path) in self.facts.valued if of == number and path[: len(prefix)] == prefix)
        expansion = self.expansion(chain[len(prefix)], prefix)
        assert isinstance(expansion, Expansion)
        return expansion.count

    # --- guards of groups ---

    def _guards(self, number: int) -> list[int]:
        """The branches without which no task of the group can begin."""
        spec = self.spec.maps[number]
        members = [task for task in self.spec.tasks if number in task.scope]
        inside = {task.number for task in members}
        firsts = [task for task in members if not inside & set(task.upstream)]
        return [
            task.number
            for task in self.spec.tasks
            if task.kind in {"branch", "short_circuit"}
            and task.map is None
            and task.number not in inside
            and task.scope == spec.scope[: len(task.scope)]
            and firsts
            and all(task.number in self._before(first.number) for first in firsts)
            and not inside & self._before(task.number)
        ]

    def _before(self, number: int) -> set[int]:
        found: set[int] = set()
        for upstream in self.spec.tasks[number].upstream:
            found |= {upstream} | self._before(upstream)
        return found


def rule_says(rule: TriggerRule, seen: set[State], *, ended: bool) -> str | State | None:
    """The table of SEMANTICS 9, column by column: skipped when, upstream_failed when, runs when."""
    ok, failed, skipped = State.SUCCESS in seen, State.FAILED in seen, State.SKIPPED in seen
    handed_on = State.UPSTREAM_FAILED in seen
    bad = failed or handed_on
    skip_when = {
        TriggerRule.ALL_SUCCESS: skipped and not bad,
        TriggerRule.ALL_FAILED: ok or skipped,
        TriggerRule.ONE_SUCCESS: ended and not ok and not bad,
        TriggerRule.ONE_FAILED: ended and not bad,
        TriggerRule.ONE_DONE: ended and not ok and not failed,
        TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS: ended and not ok and not bad,
        TriggerRule.ALL_DONE_MIN_ONE_SUCCESS: skipped,
        TriggerRule.NONE_SKIPPED: skipped,
        TriggerRule.ALL_SKIPPED: ok or bad,
    }
    fail_when = {
        TriggerRule.ALL_SUCCESS: bad,
        TriggerRule.ONE_SUCCESS: ended and not ok and bad,
        TriggerRule.NONE_FAILED: bad,
        TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS: bad,
        TriggerRule.ALL_DONE_MIN_ONE_SUCCESS: ended and not skipped and not ok,
    }
    run_when = {
        TriggerRule.ONE_SUCCESS: ok,
        TriggerRule.ONE_FAILED: bad,
        TriggerRule.ONE_DONE: ok or failed,
        TriggerRule.ALWAYS: True,
    }
    if skip_when.get(rule):
        return State.SKIPPED
    if fail_when.get(rule):
        return State.UPSTREAM_FAILED
    return RUN if run_when.get(rule, ended) else None


def _is_measured(length: LengthSpec) -> bool:
    match length:
        case MeasuredLength():
            return True
        case ProductLength(parts) | SumLength(parts) | ShortestLength(parts) | LongestLength(parts):
            return any(_is_measured(part) for part in parts)
    return False
