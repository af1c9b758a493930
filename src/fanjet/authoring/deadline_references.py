"""What deadlines are counted from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeAlias

from fanjet.authoring.definition import find_definition
from fanjet.errors import DagTypeError, DagValueError

#: The runs that an average is of unless the author says otherwise.
_RUNS_OF_AVERAGE = 10


class BaseDeadlineReference:
    """What a deadline is counted from: one of `DeadlineReference`."""

    @property
    def reference_name(self) -> str:
        """The name of its class."""
        return type(self).__name__


@dataclass(frozen=True)
class DagRunLogicalDateDeadline(BaseDeadlineReference):
    """The logical date of the run."""


@dataclass(frozen=True)
class DagRunQueuedAtDeadline(BaseDeadlineReference):
    """When the run was asked for."""


@dataclass(frozen=True)
class FixedDatetimeDeadline(BaseDeadlineReference):
    """One instant for all runs; aware."""

    instant: datetime


@dataclass(frozen=True)
class AverageRuntimeDeadline(BaseDeadlineReference):
    """When the run was queued, and what the latest runs that succeeded took on average.

    Attributes:
        max_runs: The most runs that count.
        min_runs: With fewer there is no deadline.
    """

    max_runs: int
    min_runs: int


#: What deadlines can be counted from.
Reference: TypeAlias = (
    DagRunLogicalDateDeadline | DagRunQueuedAtDeadline | FixedDatetimeDeadline | AverageRuntimeDeadline
)
_References: TypeAlias = tuple[type[BaseDeadlineReference], ...]


class DeadlineReference:
    """What deadlines are counted from."""

    class TYPES:
        """The classes of references, by when the deadline of a run is known."""

        #: As soon as the run is there.
        DAGRUN_CREATED: ClassVar[_References] = (
            DagRunLogicalDateDeadline,
            FixedDatetimeDeadline,
            AverageRuntimeDeadline,
        )
        #: Once it is queued.
        DAGRUN_QUEUED: ClassVar[_References] = (DagRunQueuedAtDeadline,)
        #: All of them.
        DAGRUN: ClassVar[_References] = DAGRUN_CREATED + DAGRUN_QUEUED

    #: The logical date of the run. A run without one has no such deadline.
    DAGRUN_LOGICAL_DATE: ClassVar[BaseDeadlineReference] = DagRunLogicalDateDeadline()
    #: When the run was asked for.
    DAGRUN_QUEUED_AT: ClassVar[BaseDeadlineReference] = DagRunQueuedAtDeadline()

    @classmethod
    def FIXED_DATETIME(cls, dt: datetime) -> BaseDeadlineReference:  # noqa: N802 - the name that authors know
        """One instant for all runs; UTC where it has no zone.

        Raises:
            DagTypeError: It is no datetime.
        """
        if not isinstance(dt, datetime):
            raise DagTypeError(f"DeadlineReference.FIXED_DATETIME({dt!r}) is no instant.", fix="give a datetime")
        return FixedDatetimeDeadline(dt.replace(tzinfo=UTC) if dt.tzinfo is None else dt)

    @classmethod
    def AVERAGE_RUNTIME(cls, max_runs: int = 0, min_runs: int | None = None) -> BaseDeadlineReference:  # noqa: N802 - as above
        """As long after the run was asked for as the latest runs that succeeded took on average.

        Args:
            max_runs: The most runs that count; 0 for 10.
            min_runs: With fewer there is no deadline; as many as `max_runs` if left out.

        Raises:
            DagValueError: A number makes no sense.
        """
        most = max_runs or _RUNS_OF_AVERAGE
        least = most if min_runs is None else min_runs
        if not all(isinstance(number, int) and number > 0 for number in (most, least)) or least > most:
            raise DagValueError(
                f"DeadlineReference.AVERAGE_RUNTIME(max_runs={max_runs!r}, min_runs={min_runs!r}) makes no sense.",
                fix="give whole numbers from 1, min_runs not above max_runs",
            )
        return AverageRuntimeDeadline(most, least)

    @classmethod
    def register_custom_reference(
        cls, reference_class: type[BaseDeadlineReference], deadline_reference_type: _References | None = None
    ) -> type[BaseDeadlineReference]:
        """Check a reference of the author's own, and make it an attribute of this class, as Airflow does.

        Args:
            reference_class: The class. No deadline can be counted from it; see `DeadlineAlert`.
            deadline_reference_type: One of `TYPES`: `DAGRUN_CREATED`, which is the default, or `DAGRUN_QUEUED`.

        Raises:
            DagTypeError: It is no reference, or needs arguments.
            DagValueError: It is of no such type, or has a name that is taken.
        """
        here = find_definition()
        place: dict[str, Any] = here._asdict() if here else {}
        if not isinstance(reference_class, type) or not issubclass(reference_class, BaseDeadlineReference):
            raise DagTypeError(
                f"@deadline_reference cannot decorate {getattr(reference_class, '__name__', repr(reference_class))}.",
                fix="use it on a class that derives from BaseDeadlineReference",
                **place,
            )
        name = reference_class.__name__
        types = cls.TYPES
        if deadline_reference_type not in (None, types.DAGRUN_CREATED, types.DAGRUN_QUEUED):
            raise DagValueError(
                f"@deadline_reference({deadline_reference_type!r}) of '{name}' is no type of a reference.",
                fix="give DeadlineReference.TYPES.DAGRUN_CREATED or DAGRUN_QUEUED, or leave it out",
                **place,
            )
        if name in _OWN_NAMES:
            raise DagValueError(f"DeadlineReference.{name} is there already.", fix="rename the class", **place)
        try:
            setattr(cls, name, reference_class())
        except TypeError as error:
            raise DagTypeError(
                f"Deadline reference '{name}' cannot be made without arguments: {error}.",
                fix="make it a dataclass with a default for each field",
                **place,
            ) from error
        return reference_class


_OWN_NAMES = frozenset(vars(DeadlineReference))


def deadline_reference(deadline_reference_type: Any = None) -> Any:
    """Make a class a deadline reference of the author's own: ``@deadline_reference``, with or without parentheses.

    Files that have one load. A deadline that is counted from it is refused; see `DeadlineAlert`.

    Args:
        deadline_reference_type: One of `DeadlineReference.TYPES`, or the class where it is used without parentheses.

    Raises:
        DagTypeError: It decorates something else than a reference.
        DagValueError: There is no such type.
    """
    if deadline_reference_type is None or isinstance(deadline_reference_type, tuple):
        return lambda decorated: DeadlineReference.register_custom_reference(decorated, deadline_reference_type)
    return DeadlineReference.register_custom_reference(deadline_reference_type)


def check_reference(reference: Any) -> Reference:
    """What a deadline can be counted from; all else is refused.

    A reference of the author's own computes its instant with a session of Airflow's database, and in the process of the
    scheduler, which never runs code of DAG files here.

    Raises:
        DagTypeError: It is one of the author's own, or none at all.
    """
    if isinstance(reference, Reference) and type(reference) in DeadlineReference.TYPES.DAGRUN:
        return reference
    shown, why = repr(reference), ""
    if isinstance(reference, BaseDeadlineReference):
        shown = f"{reference.reference_name}()"
        why = (
            ": a reference of one's own computes its instant with a session of Airflow's database, which does not "
            "exist here"
        )
    raise DagTypeError(
        f"DeadlineAlert(reference={shown}) cannot be used{why}.",
        fix="give DeadlineReference.DAGRUN_LOGICAL_DATE, DAGRUN_QUEUED_AT, FIXED_DATETIME(...) or AVERAGE_RUNTIME(...)",
    )
