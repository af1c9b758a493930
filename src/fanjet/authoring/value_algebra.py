"""``.map()``, ``.zip()`` and ``.concat()`` of values that are known only while a run is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fanjet.authoring.lazy_sequences import ConcatSequence, MappedSequence, ZipSequence, items_of, keys_of
from fanjet.authoring.lazy_value import NOT_GIVEN, LazyValue
from fanjet.authoring.literals import find_lazy, resolve
from fanjet.authoring.sources import Source, check_source
from fanjet.errors import DagTypeError, DagValueError

if TYPE_CHECKING:
    from fanjet.authoring.scope import Scope


class Mappable(LazyValue):
    """A lazy value that other values can be made of."""

    def map(self, f: Callable[[Any], Any]) -> Mappable:
        """Apply `f` to each item, in the instance that uses the item.

        If `f` raises `SkipException`, that instance is skipped. If `f` makes an operator of each item, this is a mapped
        task named after `f` that runs them (`fanjet.authoring.operator_factory`).

        Raises:
            DagTypeError: `f` cannot be called.
            DagValueError: `f` is a task, or this is one key of a task's output.
        """
        mapped = MapXComArg(self, f)
        from fanjet.authoring.operator_factory import find_maker, map_operators  # noqa: PLC0415 - it makes tasks of this

        maker = find_maker(f)
        return mapped if maker is None else map_operators(self, f, maker)

    def zip(self, *others: Any, fillvalue: Any = NOT_GIVEN) -> ZipXComArg:
        """Tuples of the items at the same position, as many as the shortest has.

        Args:
            others: Outputs, operators, lists, tuples or dicts.
            fillvalue: Stands in where one is shorter; makes the result as long as the longest.

        Raises:
            DagTypeError: One of them cannot be mapped over.
            DagValueError: One of them is one key of a task's output.
        """
        return ZipXComArg((self, *others), fillvalue)

    def concat(self, *others: Any) -> ConcatXComArg:
        """All items of this, then all of each of the others. A dict gives its keys.

        Args:
            others: Outputs, operators, lists, tuples or dicts.

        Raises:
            DagTypeError: One of them cannot be mapped over.
            DagValueError: One of them is one key of a task's output.
        """
        return ConcatXComArg((self, *others))


class MapXComArg(Mappable):
    """``.map(f)``: the items of `source` with `f` applied when one is read."""

    def __init__(self, source: LazyValue, f: Callable[[Any], Any]) -> None:
        check_source(source, ".map()")
        if getattr(f, "is_task_decorator", False):
            raise DagValueError(
                f".map() of {source.describe()} cannot run a task: it needs a plain function.",
                fix="write .expand(...) to run a task for each item, or pass the function without @task",
            )
        if not callable(f) or isinstance(f, LazyValue):
            raise DagTypeError(f".map() of {source.describe()} needs a function, not {type(f).__name__}.")
        self.source = source
        self.f = f

    def resolve(self, scope: Scope) -> MappedSequence:
        return MappedSequence(items_of(self.source.resolve(scope), self.source.describe()), self.f)

    def origins(self) -> Iterator[LazyValue]:
        return self.source.origins()

    def describe(self) -> str:
        return f".map() of {self.source.describe()}"


class _Joined(Mappable):
    """Several sources side by side; literal ones may hold lazy values."""

    method: str

    def __init__(self, sources: Sequence[Any]) -> None:
        self.sources: tuple[Source, ...] = tuple(check_source(source, self.method) for source in sources)

    def origins(self) -> Iterator[LazyValue]:
        for source in self.sources:
            for lazy in find_lazy(source):
                yield from lazy.origins()

    def describe(self) -> str:
        return f"{self.method} of {', '.join(map(_describe, self.sources))}"


class ZipXComArg(_Joined):
    """``.zip(...)``: tuples of the items at one position."""

    method = ".zip()"

    def __init__(self, sources: Sequence[Any], fillvalue: Any) -> None:
        super().__init__(sources)
        self.fillvalue = fillvalue

    @property
    def is_longest(self) -> bool:
        """Whether the longest source decides about the length, not the shortest."""
        return self.fillvalue is not NOT_GIVEN

    def resolve(self, scope: Scope) -> ZipSequence:
        parts = [items_of(resolve(source, scope), _describe(source)) for source in self.sources]
        return ZipSequence(parts, longest=self.is_longest, fillvalue=self.fillvalue)


class ConcatXComArg(_Joined):
    """``.concat(...)``: the items of each source, one source after the other."""

    method = ".concat()"

    def resolve(self, scope: Scope) -> ConcatSequence:
        return ConcatSequence([keys_of(resolve(source, scope), _describe(source)) for source in self.sources])


def _describe(source: Source) -> str:
    if isinstance(source, LazyValue):
        return source.describe()
    return f"a {'dict' if isinstance(source, Mapping) else type(source).__name__} in the DAG file"
