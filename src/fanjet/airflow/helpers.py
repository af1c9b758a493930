"""Small functions of `airflow.utils`."""

from __future__ import annotations

import random
import re
import socket
import string
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from importlib import import_module
from itertools import filterfalse, tee
from typing import Any

from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.exceptions import AirflowException
from fanjet.operators.bash import make_environment

_KEY = re.compile(r"[\w.-]+")


def apply_defaults(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function itself: default arguments reach all operators."""
    return function


def validate_key(k: str, max_length: int = 250) -> None:
    """Check an id.

    Raises:
        AirflowException: It is too long or has other characters than letters, digits, dashes, dots and underscores.
    """
    if not isinstance(k, str):
        raise TypeError(f"The key has to be a str, not {type(k).__name__}.")
    if len(k) > max_length or not _KEY.fullmatch(k):
        raise AirflowException(f"{k!r} is no key of up to {max_length} letters, digits, dashes, dots and underscores.")


def is_container(obj: Any) -> bool:
    """Whether it can be iterated over and is no text."""
    return hasattr(obj, "__iter__") and not isinstance(obj, str)


def as_tuple(obj: Any) -> tuple[Any, ...]:
    """The items of a container, or the value alone."""
    return tuple(obj) if is_container(obj) else (obj,)


def as_flattened_list(iterable: Iterable[Any]) -> list[Any]:
    """All items, also those of containers inside."""
    return [
        item for part in iterable for item in (as_flattened_list(part) if is_container(part) else [part])
    ]  # fmt: skip


def chunks(items: list[Any], chunk_size: int) -> Generator[list[Any], None, None]:
    """The items in lists of at most `chunk_size`."""
    if chunk_size <= 0:
        raise ValueError("The size of a chunk must be greater than 0.")
    for start in range(0, len(items), chunk_size):
        yield items[start : start + chunk_size]


def reduce_in_chunks(fn: Callable[[Any, Any], Any], iterable: list[Any], initializer: Any, chunk_size: int = 0) -> Any:
    """Reduce a list, a chunk at a time; 0 takes all at once."""
    if not iterable:
        return initializer
    result = initializer
    for chunk in chunks(iterable, chunk_size or len(iterable)):
        result = fn(result, chunk)
    return result


def merge_dicts(dict1: Mapping[Any, Any], dict2: Mapping[Any, Any]) -> dict[Any, Any]:
    """Both, also the dicts inside; the second wins."""
    merged = dict(dict1)
    for key, value in dict2.items():
        both = isinstance(merged.get(key), Mapping) and isinstance(value, Mapping)
        merged[key] = merge_dicts(merged[key], value) if both else value
    return merged


def partition(pred: Callable[[Any], bool], iterable: Iterable[Any]) -> tuple[Iterable[Any], Iterable[Any]]:
    """The items for which it does not hold, and those for which it does."""
    first, second = tee(iterable)
    return filterfalse(pred, first), filter(pred, second)


def convert_camel_to_snake(camel_str: str) -> str:
    """``CamelCase`` as ``camel_case``."""
    return re.sub(r"(?!^)([A-Z]+)", r"_\1", camel_str).lower()


def exactly_one(*args: Any) -> bool:
    """Whether one argument, and no other, is true."""
    if is_container(args[0]):
        raise ValueError("Give the values themselves, not a container of them.")
    return sum(map(bool, args)) == 1


def at_most_one(*args: Any) -> bool:
    """Whether no more than one argument is true."""
    return sum(bool(arg) for arg in args) <= 1


def prune_dict(val: Any, mode: str = "strict") -> Any:
    """A copy without what is None; in mode ``truthy`` without all that is false. Also inside."""
    if mode not in {"strict", "truthy"}:
        raise ValueError("mode must be 'strict' or 'truthy'.")

    def is_kept(value: Any) -> bool:
        return value is not None if mode == "strict" else bool(value)

    if isinstance(val, Mapping):
        pruned = {key: prune_dict(value, mode) for key, value in val.items() if is_kept(value)}
        return {key: value for key, value in pruned.items() if is_kept(value)}
    if isinstance(val, list):
        return [item for value in val if is_kept(value) and is_kept(item := prune_dict(value, mode))]
    return val


def context_merge(context: Any, *args: Any, **kwargs: Any) -> None:
    """Put entries into a context."""
    context.update(*args, **kwargs)


def import_string(dotted_path: str) -> Any:
    """What a dotted name names.

    Raises:
        ImportError: There is no such thing.
    """
    module, _, name = dotted_path.rpartition(".")
    if not module:
        raise ImportError(f"{dotted_path!r} is no dotted name of something in a module.")
    try:
        return getattr(import_module(module), name)
    except AttributeError as error:
        raise ImportError(f"Module {module!r} has no {name!r}.") from error


def qualname(o: Any) -> str:
    """The dotted name of a class, a function or of the class of an object."""
    named = o if hasattr(o, "__qualname__") else type(o)
    return f"{named.__module__}.{named.__qualname__}"


def to_boolean(astring: str | None) -> bool:
    """Whether a text means yes."""
    return (astring or "").lower() in {"on", "t", "true", "y", "yes", "1"}


def get_random_string(length: int = 8, choices: str = string.ascii_letters + string.digits) -> str:
    """A random text that is no secret."""
    return "".join(random.choice(choices) for _ in range(length))  # noqa: S311 - no secret, as it says


def get_hostname() -> str:
    """The name of this machine."""
    return socket.getfqdn()


def context_to_airflow_vars(context: Any, in_env_var_format: bool = False) -> dict[str, str]:
    """Who it is that runs, as ``airflow.ctx.dag_id`` or, for an environment, ``AIRFLOW_CTX_DAG_ID`` and the like."""
    found = {name: value for name, value in make_environment(context, {}, append=False).items() if "AIRFLOW" in name}
    if in_env_var_format:
        return found
    return {name.lower().replace("_", ".", 2): value for name, value in found.items()}


def determine_kwargs(func: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `kwargs` that a function takes besides `args`."""
    signature = read_signature(func)
    taken = signature.positional[: len(args)]
    return {name: value for name, value in kwargs.items() if name not in taken and signature.takes(name)}


def make_kwargs_callable(func: Callable[..., Any]) -> Callable[..., Any]:
    """A function that takes any argument by name and gives `func` those that it takes."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **determine_kwargs(func, args, kwargs))

    return call
