"""What a map runs over: a cross product of arguments, or a list of dicts of arguments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from operator import is_
from typing import TYPE_CHECKING, Any, NamedTuple

from fanjet.authoring.exceptions import NotMappable
from fanjet.authoring.lazy_sequences import items_of
from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.literals import find_lazy, resolve
from fanjet.authoring.sources import Source
from fanjet.errors import DagTypeError, InvariantError

if TYPE_CHECKING:
    from fanjet.authoring.operator import Operator
    from fanjet.authoring.scope import Scope

_NO_DATA: dict[str, Any] = {}


class ExpandInput(ABC):
    """The base of both forms. Positions are 0-based.

    Reading one position costs the same wherever it is: what depends on the run's values alone is made once and kept
    until those values change.
    """

    #: Words for error messages, such as ``Task 'm'``.
    owner: str

    @abstractmethod
    def length(self, scope: Scope) -> int:
        """The number of positions at a place in a run.

        Raises:
            NotMappable: A value is no collection.
        """

    @abstractmethod
    def split_at(self, scope: Scope, index: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """The arguments at a position.

        Returns:
            Those that stand in the DAG file, not yet resolved, which may be templates; and those that come from
            upstream, which are data and final. No name is in both.

        Raises:
            NotMappable: A value is no collection.
            DagTypeError: `expand_kwargs` has something else than a dict of arguments there.
            IndexError: There is no such position.
        """

    def kwargs_at(self, scope: Scope, index: int) -> dict[str, Any]:
        """All arguments at a position, resolved but not rendered; errors as in `split_at`."""
        authored, data = self.split_at(scope, index)
        return {**resolve(authored, scope), **data} if authored else data

    def value_at(self, scope: Scope, index: int, name: str) -> Any:
        """One of the arguments at a position.

        Raises:
            DagTypeError: There is no such argument at this position, or as in `split_at`.
        """
        authored, data = self.split_at(scope, index)
        if name in data:
            return data[name]
        if name in authored:
            return resolve(authored[name], scope)
        raise DagTypeError(
            f"{self.owner}: argument '{name}' is missing at position {index}.", fix=f"give '{name}' in each dict"
        )

    def origins(self) -> Iterator[LazyValue]:
        """The task outputs and group arguments that the input is made of, also inside literals."""
        for source in self.sources():
            for lazy in find_lazy(source):
                yield from lazy.origins()

    @abstractmethod
    def sources(self) -> Iterator[Source]:
        """The collections and lazy values that the author gave."""

    @abstractmethod
    def authored(self) -> Iterator[tuple[str, Any]]:
        """All values in the DAG file, with the names of the arguments that they are given to."""

    def references(self) -> Iterator[Operator]:
        """The tasks whose results are needed, repeated if used repeatedly."""
        for origin in self.origins():
            yield from origin.references()

    @property
    def is_literal(self) -> bool:
        """Whether the length is known from the DAG file alone."""
        return not any(isinstance(source, LazyValue) for source in self.sources())


class _Factor(NamedTuple):
    """One argument of a cross product."""

    name: str
    items: Sequence[Any]
    length: int
    #: Whether the items come from upstream, and are data.
    is_data: bool


class ProductInput(ExpandInput):
    """``expand(a=..., b=...)``: the cross product; the last keyword of the call varies fastest.

    Args:
        arguments: What was given for each keyword, in the order of the call; at least one.
        owner: Words for error messages, such as ``Task 'm'``.
    """

    def __init__(self, arguments: Mapping[str, Source], owner: str) -> None:
        self.owner = owner
        self.arguments = dict(arguments)
        self._literal = {
            name: items_of(source, name) for name, source in arguments.items() if not isinstance(source, LazyValue)
        }
        self._origins = _origins_of(self.arguments.values())
        self._is_lazy = len(self._literal) < len(self.arguments)
        #: What the factors were made of, None when they must be made anew.
        self._made_of: list[Any] | None = None
        #: The last argument first.
        self._factors: tuple[_Factor, ...] = ()
        self._length = 0
        if not self._is_lazy:
            self._set_factors(self._literal)

    def sources(self) -> Iterator[Source]:
        yield from self.arguments.values()

    def authored(self) -> Iterator[tuple[str, Any]]:
        yield from self._literal.items()

    def length(self, scope: Scope) -> int:
        self._bind(scope)
        return self._length

    def split_at(self, scope: Scope, index: int) -> tuple[dict[str, Any], dict[str, Any]]:
        self._bind(scope)
        self._check_index(index)
        authored: dict[str, Any] = {}
        data: dict[str, Any] = {}
        for name, items, length, is_data in self._factors:
            index, position = divmod(index, length)
            (data if is_data else authored)[name] = items[position]
        return authored, data

    def value_at(self, scope: Scope, index: int, name: str) -> Any:
        # Only the wanted factor is read: a function given to .map() runs for the tasks that use its argument.
        self._bind(scope)
        self._check_index(index)
        for factor in self._factors:
            index, position = divmod(index, factor.length)
            if factor.name == name:
                item = factor.items[position]
                return item if factor.is_data else resolve(item, scope)
        raise InvariantError(f"{self.owner} has no argument {name}")

    def _check_index(self, index: int) -> None:
        if not 0 <= index < self._length:
            raise IndexError(f"{self.owner} has no position {index}")

    def _bind(self, scope: Scope) -> None:
        """Have the factors ready for the values that `scope` gives; nothing to do while those stay the same."""
        if not self._is_lazy:
            return
        values = [origin.resolve(scope) for origin in self._origins]
        if self._made_of is not None and all(map(is_, values, self._made_of)):
            return
        self._made_of = None
        self._set_factors(
            {
                name: _items(source, scope, f"{self.owner}, argument '{name}'")
                if isinstance(source, LazyValue)
                else self._literal[name]
                for name, source in self.arguments.items()
            }
        )
        self._made_of = values

    def _set_factors(self, items: Mapping[str, Sequence[Any]]) -> None:
        factors = [_Factor(name, each, len(each), name not in self._literal) for name, each in items.items()]
        self._factors = tuple(reversed(factors))
        self._length = prod(factor.length for factor in factors)


class KwargsInput(ExpandInput):
    """``expand_kwargs(...)``: one dict of arguments for each instance.

    Args:
        source: A list whose elements are dicts or outputs of tasks, or a value that a run will provide.
        owner: Words for error messages, such as ``Task 'm'``.
        taken: The names of the arguments in `partial()`.
        strict: Whether an argument that is in `partial()` too is an error; otherwise the dict's wins.
        refused: Names that cannot be mapped.
    """

    def __init__(
        self,
        source: Source,
        owner: str,
        *,
        taken: frozenset[str] = frozenset(),
        strict: bool = True,
        refused: frozenset[str] = frozenset(),
    ) -> None:
        self.owner = owner
        self.source = source
        self.taken = taken
        self.strict = strict
        self.refused = refused
        self._origins = _origins_of([source])
        self._items: Sequence[Any] = () if isinstance(source, LazyValue) else items_of(source, "the list")
        self._made_of: list[Any] | None = None

    def sources(self) -> Iterator[Source]:
        yield self.source

    def authored(self) -> Iterator[tuple[str, Any]]:
        for element in () if isinstance(self.source, LazyValue) else self._items:
            if isinstance(element, Mapping):
                yield from element.items()

    def length(self, scope: Scope) -> int:
        self._bind(scope)
        return len(self._items)

    def split_at(self, scope: Scope, index: int) -> tuple[dict[str, Any], dict[str, Any]]:
        self._bind(scope)
        if not 0 <= index < len(self._items):
            raise IndexError(f"{self.owner} has no position {index}")
        element = self._items[index]
        is_data = isinstance(self.source, LazyValue)
        if isinstance(element, LazyValue):
            element, is_data = element.resolve(scope), True
        arguments = self._check(element, index)
        return ({}, arguments) if is_data else (arguments, {})

    def _bind(self, scope: Scope) -> None:
        if not isinstance(self.source, LazyValue):
            return
        values = [origin.resolve(scope) for origin in self._origins]
        if self._made_of is not None and all(map(is_, values, self._made_of)):
            return
        self._made_of = None
        self._items = _items(self.source, scope, f"{self.owner}, expand_kwargs()")
        self._made_of = values

    def _check(self, element: Any, index: int) -> dict[str, Any]:
        """The element as a dict of arguments, if it is one that may be used here."""
        where = f"{self.owner}, expand_kwargs(), element {index}"
        if not isinstance(element, Mapping):
            raise DagTypeError(
                f"{where} is of type {type(element).__name__}.", fix="give one dict of arguments for each instance"
            )
        for name in element:
            if not isinstance(name, str):
                raise DagTypeError(f"{where} has the key {name!r}, which is no str.", fix="use argument names as keys")
            if name in self.refused:
                raise DagTypeError(f"{where} has the argument '{name}', which cannot be mapped.", fix="use partial()")
            if self.strict and name in self.taken:
                raise DagTypeError(
                    f"{where} has the argument '{name}', which is in partial() too.",
                    fix="give it in one place, or write strict=False so that the dict's value wins",
                )
        return dict(element)


def _origins_of(sources: Iterable[Source]) -> tuple[LazyValue, ...]:
    """What the items of lazy sources are made of."""
    return tuple(origin for source in sources if isinstance(source, LazyValue) for origin in source.origins())


def _items(source: LazyValue, scope: Scope, where: str) -> Sequence[Any]:
    try:
        return items_of(source.resolve(scope), source.describe())
    except NotMappable as error:
        raise NotMappable(f"{where}: {error.message}", fix=error.fix) from None
