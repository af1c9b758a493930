"""What a running try may ask for; the whole of its way to the world besides its result.

Every request is answered with the type its docstring names. Tasks are given by number.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from fanjet.model.paths import Path
from fanjet.model.values import RETURN_VALUE


class GetValues(msgspec.Struct, frozen=True, tag="get_values"):
    """Values of a task's instances whose path starts with `prefix`, in the order of their paths: `Values`.

    Instances without a value do not count, unless `with_empty` says so. A single instance is its own whole path as
    prefix and `limit` 1.
    """

    task: int
    prefix: Path
    offset: int = 0
    #: At most so many; the server may give fewer only at the end.
    limit: int = 1000
    key: str = RETURN_VALUE
    #: A path that starts with `prefix`: only values from this path on, and `offset` counts from there. Empty for all.
    first: Path = ()
    #: Instances that ended without a value count too, with empty bytes as theirs, and those that have not ended do not:
    #: so a reader learns from one page about all instances in it. For reading on from `first`; far offsets are slow.
    with_empty: bool = False


class Values(msgspec.Struct, frozen=True, tag="values"):
    """One page of values."""

    paths: list[Path]
    #: In the formats of `fanjet.model.values`; empty where there is none (`GetValues.with_empty`).
    values: list[bytes]


class CountValues(msgspec.Struct, frozen=True, tag="count_values"):
    """How many instances under `prefix` have a value: `Count`."""

    task: int
    prefix: Path
    key: str = RETURN_VALUE


class GetMapLength(msgspec.Struct, frozen=True, tag="get_map_length"):
    """How many positions a map has at `parent`; 0 when it never expanded there: `Count`."""

    map: int
    parent: Path


class FindVariable(msgspec.Struct, frozen=True, tag="find_variable"):
    """A variable of the store: `Found`."""

    name: str
    #: Name near ones if there is none.
    suggest: bool = False


class FindConnection(msgspec.Struct, frozen=True, tag="find_connection"):
    """A connection of the store, as JSON: `Found`."""

    name: str
    #: Name near ones if there is none.
    suggest: bool = False


class Found(msgspec.Struct, frozen=True, tag="found"):
    """What the store has under a name. It travels in clear, to a process of the same user."""

    #: None where there is nothing.
    value: str | None
    #: It is masked whatever its name is.
    secret: bool = False
    #: Names that are like the one that was asked for.
    near: tuple[str, ...] = ()


class SetVariable(msgspec.Struct, frozen=True, tag="set_variable"):
    """Write a variable into the store; whether it is secret stays: `Count` 1."""

    name: str
    value: str
    #: None leaves it as it is.
    description: str | None = None


class DeleteVariable(msgspec.Struct, frozen=True, tag="delete_variable"):
    """Remove a variable from the store: `Count` of those that were there, 0 or 1."""

    name: str


class FindKept(msgspec.Struct, frozen=True, tag="find_kept"):
    """What is kept under a key, as JSON: `Found`."""

    #: Whose it is: ``asset:`` and a name, or ``task:`` and what identifies an instance in its run.
    owner: str
    key: str


class Keep(msgspec.Struct, frozen=True, tag="keep"):
    """Keep JSON under a key: `Count` 1."""

    owner: str
    key: str
    value: str
    #: For so long; None for ever.
    keep_s: float | None = None


class Forget(msgspec.Struct, frozen=True, tag="forget"):
    """Keep it no longer: `Count` of the keys that were there."""

    owner: str
    #: None for all keys of the owner.
    key: str | None


class AssetEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An asset was made or changed by a try that succeeded."""

    name: str
    uri: str
    #: JSON of what the task said about it; an object.
    extra: str
    #: The aliases under which the task reported it.
    aliases: tuple[str, ...] = ()
    dag_id: str
    run_id: str
    task_id: str
    path: Path
    at: float


class RecordAssetEvents(msgspec.Struct, frozen=True, tag="record_asset_events"):
    """Record the events of one try, in the place of those that its instance had recorded before: `Count` of them."""

    events: tuple[AssetEvent, ...]


class FindAssetEvents(msgspec.Struct, frozen=True, tag="find_asset_events"):
    """The events of one asset, of one alias or with these numbers, the oldest first: `AssetEvents`."""

    name: str | None = None
    uri: str | None = None
    alias: str | None = None
    numbers: tuple[int, ...] | None = None


class AssetEvents(msgspec.Struct, frozen=True, tag="asset_events"):
    """Events of assets."""

    events: tuple[AssetEvent, ...]


class FindRuns(msgspec.Struct, frozen=True, tag="find_runs"):
    """Runs of one DAG in this home, the latest logical date first: `Runs`. What is None restricts nothing."""

    dag_id: str
    run_id: str | None = None
    #: Only these logical dates, as seconds since the epoch.
    logical_dates: tuple[float, ...] | None = None
    #: Only logical dates before this instant.
    before: float | None = None
    #: ``success``, ``failed``, ``running`` ...
    state: str | None = None
    limit: int = 1


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What other runs may know of a run. Instants are seconds since the epoch."""

    number: int
    run_id: str
    state: str
    logical_date: float | None
    data_interval_start: float | None
    data_interval_end: float | None
    started_at: float
    ended_at: float | None


class Runs(msgspec.Struct, frozen=True, tag="runs"):
    """Runs."""

    runs: tuple[RunFacts, ...]


class FindDag(msgspec.Struct, frozen=True, tag="find_dag"):
    """Whether this home knows a DAG, and which of some tasks and groups it has: `DagFacts`."""

    dag_id: str
    names: tuple[str, ...] = ()


class DagFacts(msgspec.Struct, frozen=True, kw_only=True, tag="dag_facts"):
    """What others may know of a DAG, as its newest version is."""

    is_known: bool
    #: False once no file of the DAG folder has it any more.
    is_present: bool = True
    #: Those of the names in `FindDag` that are neither a task nor a group of it.
    missing: tuple[str, ...] = ()


class FindXComs(msgspec.Struct, frozen=True, kw_only=True, tag="find_xcoms"):
    """What a task pushed in another run, of any DAG in this home, in the order of the paths: `Values`."""

    dag_id: str
    task_id: str
    key: str = RETURN_VALUE
    #: In this run; None for the latest that has a value.
    run_id: str | None = None
    #: Only runs whose logical date is not after this one, in seconds since the epoch.
    until: float | None = None
    offset: int = 0
    #: At most so many; fewer only at the end.
    limit: int = 1000


class CountStates(msgspec.Struct, frozen=True, tag="count_states"):
    """How many ended instances of a task are in each state, or of all tasks of a group: `StateCounts`."""

    #: The number of the run.
    run: int
    task_id: str


class StateCounts(msgspec.Struct, frozen=True, tag="state_counts"):
    """By task, by state; tasks without an ended instance have an empty dict. None where there is no such task."""

    tasks: dict[str, dict[str, int]] | None


class StartRun(msgspec.Struct, frozen=True, kw_only=True, tag="start_run"):
    """Start a run of another DAG of the same file, carried out by the same scheduler: `Runs` with the one."""

    dag_id: str
    run_id: str
    #: Seconds since the epoch.
    logical_date: float | None = None
    #: JSON, an object.
    conf: str = "{}"
    #: Where there is a run of this id that has ended, run it again instead.
    reset: bool = False
    #: Kept with the run.
    note: str | None = None
    #: Whether a paused DAG is a failure; else its run waits.
    fail_when_paused: bool = False


class Count(msgspec.Struct, frozen=True, tag="count"):
    """A number."""

    count: int


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """The request could not be answered; raised as an `ExecutionError` in the try."""

    message: str


#: What needs no run, so that a DAG file may ask it while it is loaded.
Lookup: TypeAlias = FindVariable | FindConnection
#: What runs leave for each other.
Shared: TypeAlias = (
    FindKept
    | Keep
    | Forget
    | RecordAssetEvents
    | FindAssetEvents
    | FindRuns
    | FindDag
    | FindXComs
    | CountStates
    | StartRun
)
Request: TypeAlias = GetValues | CountValues | GetMapLength | Lookup | SetVariable | DeleteVariable | Shared
Response: TypeAlias = Values | Count | Found | AssetEvents | Runs | DagFacts | StateCounts | Failure
