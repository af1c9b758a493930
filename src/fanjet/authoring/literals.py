"""Walking the collections that authors write as arguments: finding and resolving what is known only in a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any, TypeAlias

from fanjet.authoring.lazy_value import LazyValue

if TYPE_CHECKING:
    from fanjet.authoring.scope import Scope

#: Makes the final text (or native value) of a string that an author wrote.
Render: TypeAlias = Callable[[str], Any]

#: Types that hold nothing to find; most elements of long literals are of these.
_PLAIN = frozenset({str, int, float, bool, type(None), bytes})


def find_lazy(value: Any) -> Iterator[LazyValue]:
    """All lazy values in `value`, also inside lists, tuples, sets and dicts at any depth."""
    kind = type(value)
    if kind in _PLAIN:
        return
    if isinstance(value, LazyValue):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if type(key) not in _PLAIN:
                yield from find_lazy(key)
            if type(item) not in _PLAIN:
                yield from find_lazy(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            if type(item) not in _PLAIN:
                yield from find_lazy(item)


def has_lazy(value: Any) -> bool:
    """Whether there is anything to resolve in `value`."""
    return next(find_lazy(value), None) is not None


def resolve(value: Any, scope: Scope, render: Render | None = None) -> Any:
    """What an argument stands for at a place in a run.

    Lazy values in it, also inside collections, become what they stand for; what comes from them is data and never
    rendered (SEMANTICS 4.2). Strings that the author wrote go through `render` if it is given.

    Args:
        value: An argument as the author wrote it.
        scope: The place.
        render: Renders templates.
    """
    kind = type(value)
    if kind is str:
        return value if render is None else render(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, LazyValue):
        return value.resolve(scope)
    if isinstance(value, dict):
        items = {resolve(key, scope, render): resolve(item, scope, render) for key, item in value.items()}
        return items if kind is dict else _like(value, items)
    if isinstance(value, list | tuple | set | frozenset):
        parts = [resolve(item, scope, render) for item in value]
        return parts if kind is list else _like(value, parts)
    return value


def _like(original: Any, content: Any) -> Any:
    """A collection of the type of `original` with the content of its resolved elements."""
    kind = type(original)
    if hasattr(original, "_fields"):  # a named tuple takes its fields one by one
        return kind(*content)
    if kind in (tuple, set, frozenset):
        return kind(content)
    made = copy(original)  # a subclass may need more than its content, such as a default factory
    made.clear()
    (made.update if isinstance(made, dict | set) else made.extend)(content)
    return made
