"""Random DAGs: nested mapped groups, own maps inside and outside, all rules, branches, setups, teardowns."""

from __future__ import annotations

from random import Random

from engine.graphs import Graph
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
from fanjet.model.rules import TriggerRule
from fanjet.model.spec import DagSpec, TaskSpec

_RULES = [rule for rule in TriggerRule if rule is not TriggerRule.ALL_DONE_SETUP_SUCCESS]
_DEEPEST = 3


def random_spec(random: Random) -> DagSpec:
    """A DAG of a few tasks and maps."""
    graph = Graph()
    scopes: list[tuple[int, ...]] = [()]
    sources: dict[tuple[int, ...], tuple[int, ...]] = {(): ()}
    for _ in range(random.randint(2, 10)):
        inside = max(random.sample(scopes, min(2, len(scopes))), key=len)
        if len(inside) < _DEEPEST and len(scopes) < 5 and random.random() < 0.35:
            length = _random_length(random, graph, inside)
            scopes.append(graph.group(length, inside=inside))
            sources[scopes[-1]] = find_sources(length)
            inside = scopes[-1]
        _add_task(random, graph, inside, sources[inside])
    fed = {number for each in graph.maps for number in find_sources(each.length)}
    graph.tasks = [_fed(task) if task.number in fed else task for task in graph.tasks]
    return graph.build(fail_fast=random.random() < 0.1)


def _fed(task: TaskSpec) -> TaskSpec:
    import msgspec

    return msgspec.structs.replace(task, feeds_map=True)


def _add_task(random: Random, graph: Graph, inside: tuple[int, ...], sources: tuple[int, ...]) -> None:
    earlier = range(len(graph.tasks))
    after = [number for number in earlier if random.random() < 2.0 / (1 + len(earlier))]
    if not any(graph.tasks[number].scope[: len(inside)] == inside for number in after) and random.random() < 0.7:
        after += sources
    over = _random_length(random, graph, inside) if random.random() < 0.4 else None
    setups = [number for number in earlier if graph.tasks[number].is_setup and random.random() < 0.5]
    is_teardown = bool(setups) and random.random() < 0.3
    is_plain = random.random() < 0.6
    rule = TriggerRule.ALL_SUCCESS if is_plain else random.choice(_RULES)
    graph.task(
        [*after, *setups] if is_teardown else after,
        inside=inside,
        over=over,
        rule=TriggerRule.ALL_DONE_SETUP_SUCCESS if is_teardown else rule,
        kind=random.choice(["task"] * 6 + ["branch", "branch", "short_circuit", "empty"]),
        retries=random.choice([0, 0, 0, 1, 2]),
        retry_delay_s=float(random.randint(0, 3)),
        setups=() if is_teardown else tuple(setups),
        is_setup=not is_teardown and random.random() < 0.25,
        is_teardown=is_teardown,
        pool_slots=random.choice([1, 1, 2]),
        priority=random.choice([1, 1, 1, 2]),
        max_active_per_run=random.choice([None, None, 2]),
    )


def _random_length(random: Random, graph: Graph, inside: tuple[int, ...]) -> LengthSpec:
    parts = [_random_part(random, graph, inside) for _ in range(random.choice([1, 1, 1, 2]))]
    if len(parts) == 1 and random.random() < 0.8:
        return parts[0]
    kind = random.choice([ProductLength, SumLength, ShortestLength, LongestLength])
    return kind(tuple(parts))


def _random_part(random: Random, graph: Graph, inside: tuple[int, ...]) -> LengthSpec:
    if not graph.tasks or random.random() < 0.3:
        return LiteralLength(random.choice([0, 1, 2, 2, 2, 3, 5]))
    if random.random() < 0.2:
        # The argument of a mapped group is known inside it, unless parts of it come from elsewhere.
        is_plain = bool(inside) and random.random() < 0.5
        return MeasuredLength(() if is_plain else (random.randrange(len(graph.tasks)),))
    task = random.choice(graph.tasks)
    if task.map is None and task.scope == inside[: len(task.scope)]:
        return ResultLength(task.number)
    return ValuesLength(task.number)
