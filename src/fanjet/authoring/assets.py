"""Assets: data that tasks make or need, declared as their `outlets` and `inlets`, and in the schedule of DAGs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from fanjet.authoring.no_effect import tell_no_effect
from fanjet.errors import DagTypeError, DagValueError

_MAX_CHARS = 1500
_WATCHERS = "Nothing here watches for assets. Fix: use a sensor."
_ACCESS = "Who may do what is a setting of the server. Fix: leave it out."


class BaseAsset:
    """An asset, an alias of assets or a condition on assets."""

    def __or__(self, other: object) -> AssetAny:
        if not isinstance(other, BaseAsset):
            return NotImplemented
        return AssetAny(self, other)

    def __and__(self, other: object) -> AssetAll:
        if not isinstance(other, BaseAsset):
            return NotImplemented
        return AssetAll(self, other)

    def describe(self) -> str:
        """The asset, or the condition, as a line for people."""
        raise DagTypeError(f"{type(self).__name__} cannot be used as an asset.", fix="use Asset(...)")

    def iter_assets(self) -> Iterator[Asset]:
        """The assets in it."""
        yield from ()


class Asset(BaseAsset, os.PathLike[str]):
    """A piece of data by name and URI.

    Args:
        name: The name; the URI if left out.
        uri: Where it is, for people and programs; the name if left out.
        group: What kind of asset it is, for people.
        extra: More about it, as JSON.
        watchers: What watches for it, which nothing here does.
        access_control: Who may use it, which is of no effect here.

    Raises:
        DagTypeError: It has neither name nor URI.
        DagValueError: Its name cannot be used.
    """

    asset_type: ClassVar[str] = "asset"

    def __init__(
        self,
        name: str | None = None,
        uri: str | os.PathLike[str] | None = None,
        *,
        group: str | None = None,
        extra: Mapping[str, Any] | None = None,
        watchers: Sequence[Any] | None = None,
        access_control: Any = None,
    ) -> None:
        if name is None and uri is None:
            raise DagTypeError("Asset() has neither name nor uri.", fix="give one of them")
        #: Kept only.
        self.watchers = tuple(watchers or ())
        self.access_control = access_control
        for name_given, value, why in (("watchers", watchers, _WATCHERS), ("access_control", access_control, _ACCESS)):
            if value:
                tell_no_effect(name_given, f"Asset {name or uri!r}", why)
        self.uri = _check("uri", str(name if uri is None else uri))
        self.name = _check("name", self.uri if name is None else name)
        self.group = group or self.asset_type
        self.extra = dict(extra or {})
        #: By what it is told from others; None for what only its declaration elsewhere says.
        self.known_name: str | None = self.name
        self.known_uri: str | None = self.uri

    @staticmethod
    def ref(*, name: str | None = None, uri: str | None = None) -> Asset:
        """An asset that is declared elsewhere, by its name or URI."""
        if (name is None) == (uri is None):
            raise DagTypeError("Asset.ref() takes either name or uri.", fix="give one of them")
        made = Asset(name=name, uri=uri)
        made.known_name, made.known_uri = name, uri
        return made

    def describe(self) -> str:
        return self.name

    def iter_assets(self) -> Iterator[Asset]:
        yield self

    def __fspath__(self) -> str:
        return self.uri

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Asset):
            return NotImplemented
        return (self.name, self.uri, self.group, self.extra) == (other.name, other.uri, other.group, other.extra)

    def __hash__(self) -> int:
        return hash((self.name, self.uri))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, uri={self.uri!r})"


class AssetWatcher:
    """A trigger that watches for an asset; declared only.

    Args:
        name: The name.
        trigger: The trigger.
    """

    def __init__(self, name: str, trigger: Any) -> None:
        self.name = name
        self.trigger = trigger


class AssetAccessControl:
    """Who may use an asset; declared only.

    Args:
        rules: Any.
    """

    def __init__(self, *args: Any, **rules: Any) -> None:
        self.rules = (args, rules)


class Model(Asset):
    """An asset that is a model."""

    asset_type: ClassVar[str] = "model"


class AssetAlias(BaseAsset):
    """A name under which tasks find out, when they run, which assets they have made.

    Args:
        name: The name.
        group: What kind of alias it is, for people.
    """

    def __init__(self, name: str, *, group: str = "asset") -> None:
        self.name = _check("name", name)
        self.group = group

    def describe(self) -> str:
        return f"alias {self.name}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AssetAlias) and (self.name, self.group) == (other.name, other.group)

    def __hash__(self) -> int:
        return hash((self.name, self.group))

    def __repr__(self) -> str:
        return f"AssetAlias({self.name!r})"


class _Condition(BaseAsset):
    """Several assets."""

    _word: ClassVar[str]

    def __init__(self, *objects: BaseAsset) -> None:
        for item in objects:
            if not isinstance(item, BaseAsset):
                raise DagTypeError(f"{type(self).__name__}() takes assets, not {item!r}.", fix="use Asset(...)")
        self.objects: tuple[BaseAsset, ...] = objects

    def describe(self) -> str:
        return "(" + f" {self._word} ".join(item.describe() for item in self.objects) + ")"

    def iter_assets(self) -> Iterator[Asset]:
        for item in self.objects:
            yield from item.iter_assets()

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.objects!r}"


class AssetAny(_Condition):
    """At least one of several assets, also written ``a | b``."""

    _word = "or"


class AssetAll(_Condition):
    """All of several assets, also written ``a & b``."""

    _word = "and"


def to_assets(value: Any) -> tuple[BaseAsset, ...]:
    """Assets as `inlets` and `outlets` take them: one, or a list.

    Raises:
        ValueError: It is something else; says what is wanted.
    """
    if value is None:
        return ()
    items = tuple(value) if isinstance(value, list | tuple | set) else (value,)
    if not all(isinstance(item, BaseAsset) for item in items):
        raise ValueError("an Asset or a list of them")
    return items


def _check(what: str, text: Any) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > _MAX_CHARS or not text.isascii():
        raise DagValueError(
            f"Asset(): {what}={text!r} cannot be used.", fix=f"give a text of up to {_MAX_CHARS} ASCII characters"
        )
    return text
