"""What a function takes, read without the `inspect` module where possible, as that is slow to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any, NamedTuple

from fanjet.authoring.context_names import ABSENT_NAMES, CONTEXT_NAMES, OLDER_NAMES
from fanjet.authoring.task_options import unknown_argument
from fanjet.errors import DagTypeError, DagValueError

_VAR_POSITIONAL = 0x04
_VAR_KEYWORD = 0x08


class CallSignature(NamedTuple):
    """The parameters of a function, without those that stand for ``*args`` and ``**kwargs``."""

    #: Those that can be given by position, in order.
    positional: tuple[str, ...]
    #: How many of `positional`, from the first, can be given by position only.
    positional_only: int
    keyword_only: tuple[str, ...]
    #: By name; a parameter that is not here has none.
    defaults: Mapping[str, Any]
    has_args: bool
    has_kwargs: bool

    @property
    def names(self) -> tuple[str, ...]:
        """All parameters that can be given by name."""
        return (*self.positional[self.positional_only :], *self.keyword_only)

    @property
    def context_names(self) -> tuple[str, ...]:
        """The parameters that the context provides where the caller gives nothing."""
        return tuple(name for name in self.names if name in CONTEXT_NAMES)

    @property
    def provided_names(self) -> tuple[str, ...]:
        """As `context_names`, with those of older contexts, which authors may also use for values of their own."""
        return tuple(name for name in self.names if name in CONTEXT_NAMES or name in OLDER_NAMES)

    def takes(self, name: str) -> bool:
        """Whether an argument can be given by this name."""
        return self.has_kwargs or name in self.names

    def check_names(self, names: Sequence[str], where: str) -> None:
        """Check that arguments can be given by these names.

        Raises:
            DagTypeError: One cannot.
        """
        for name in names:
            if not self.takes(name):
                raise unknown_argument(name, where, frozenset(self.names))

    def check_complete(self, count: int, names: Sequence[str], where: str) -> None:
        """Check that `count` arguments by position and those of `names` are all that a call needs.

        The context provides parameters of its names.

        Raises:
            DagTypeError: An argument is missing, given twice, or too many are given by position.
        """
        if count > len(self.positional) and not self.has_args:
            raise DagTypeError(
                f"{where} takes {len(self.positional)} arguments by position, {count} were given.",
                fix="give the others by name",
            )
        for name in self.positional[:count]:
            if name in names:
                raise DagTypeError(f"{where} got argument '{name}' twice.", fix="give it by position or by name")
        for name in (*self.positional[count:], *self.keyword_only):
            if name not in names and name not in self.defaults and not _is_provided(name):
                raise DagTypeError(f"{where} is missing the argument '{name}'.", fix=f"give '{name}' or a default")
            if name not in names and name in ABSENT_NAMES:
                raise DagTypeError(f"{where} asks for '{name}', which the context does not have.", fix="leave it out")

    def check_context_defaults(self, where: str) -> None:
        """Check that parameters which the context provides have no default but None.

        Raises:
            DagValueError: One has.
        """
        for name in self.context_names:
            if self.defaults.get(name) is not None:
                raise DagValueError(
                    f"{where}: parameter '{name}' is provided by the context and its default would never be used.",
                    fix=f"write {name}=None, or give the parameter another name",
                )

    def add_context(self, args: Sequence[Any], kwargs: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
        """`kwargs` and what the context provides in addition.

        A function with ``**kwargs`` gets the whole context; what the caller gives wins. A parameter with a default
        keeps it where the context has no such entry.

        Raises:
            KeyError: The function needs an entry that the context does not have.
        """
        wanted = (*self.provided_names, *context) if self.has_kwargs else self.provided_names
        taken = {*self.positional[: len(args)], *kwargs}
        provided = {
            name: context[name]
            for name in wanted
            if name not in taken and (name in context or name not in self.defaults)
        }
        return {**provided, **kwargs}


def _is_provided(name: str) -> bool:
    return name in CONTEXT_NAMES or name in OLDER_NAMES


#: Of a function that does not say what it takes: anything by position.
_UNKNOWN = CallSignature((), 0, (), {}, has_args=True, has_kwargs=False)


def read_signature(function: Callable[..., Any]) -> CallSignature:
    """The signature of `function`; of what it wraps, if it wraps something."""
    plain = getattr(function, "__wrapped__", function)
    while hasattr(plain, "__wrapped__"):
        plain = plain.__wrapped__
    bound = isinstance(plain, MethodType)
    target = plain.__func__ if isinstance(plain, MethodType) else plain
    if not isinstance(target, FunctionType):
        return _inspect(plain)
    code = target.__code__
    positional = code.co_varnames[: code.co_argcount]
    keyword_only = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    given = target.__defaults__ or ()
    defaults = dict(zip(positional[len(positional) - len(given) :], given, strict=True))
    return CallSignature(
        positional=positional[1:] if bound else positional,
        positional_only=max(code.co_posonlyargcount - bound, 0),
        keyword_only=keyword_only,
        defaults=defaults | (target.__kwdefaults__ or {}),
        has_args=bool(code.co_flags & _VAR_POSITIONAL),
        has_kwargs=bool(code.co_flags & _VAR_KEYWORD),
    )


def _inspect(function: Callable[..., Any]) -> CallSignature:
    """The signature of a callable object, partial function or class."""
    import inspect  # noqa: PLC0415 - slow to import, needed for unusual callables only

    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # builtins such as `bool` do not say; none of them asks for the context
        return _UNKNOWN
    kinds = inspect.Parameter
    only = [p.name for p in parameters if p.kind is kinds.POSITIONAL_ONLY]
    return CallSignature(
        positional=(*only, *(p.name for p in parameters if p.kind is kinds.POSITIONAL_OR_KEYWORD)),
        positional_only=len(only),
        keyword_only=tuple(p.name for p in parameters if p.kind is kinds.KEYWORD_ONLY),
        defaults={p.name: p.default for p in parameters if p.default is not kinds.empty},
        has_args=any(p.kind is kinds.VAR_POSITIONAL for p in parameters),
        has_kwargs=any(p.kind is kinds.VAR_KEYWORD for p in parameters),
    )
