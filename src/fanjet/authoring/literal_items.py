"""A collection in the DAG file with the algebra of outputs: ``items([1, 2]).map(f)``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.literals import find_lazy, resolve
from fanjet.authoring.sources import check_source
from fanjet.authoring.value_algebra import Mappable
from fanjet.errors import DagValueError

if TYPE_CHECKING:
    from fanjet.authoring.scope import Scope


class LiteralItems(Mappable):
    """What `items` gives."""

    def __init__(self, collection: Sequence[Any] | Mapping[Any, Any]) -> None:
        self.collection = collection

    def resolve(self, scope: Scope) -> Any:
        return resolve(self.collection, scope)

    def origins(self) -> Iterator[LazyValue]:
        for lazy in find_lazy(self.collection):
            yield from lazy.origins()

    def describe(self) -> str:
        return f"a {'dict' if isinstance(self.collection, Mapping) else type(self.collection).__name__} in the DAG file"


def items(collection: Sequence[Any] | Mapping[Any, Any]) -> Mappable:
    """The items of a list, tuple or dict in the DAG file, with ``.map()``, ``.zip()`` and ``.concat()``.

    Args:
        collection: May hold outputs of tasks. A dict gives (key, value) pairs. An output is given back as it is.

    Raises:
        DagValueError: It cannot be mapped over.
    """
    source = check_source(collection, "items()")
    if isinstance(source, Mappable):
        return source
    if isinstance(source, LazyValue):
        raise DagValueError(f"items() cannot take {source.describe()}.", fix="give a list, tuple, dict or output")
    return LiteralItems(source)
