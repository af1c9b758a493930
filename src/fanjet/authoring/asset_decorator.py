"""`@asset`: a function that makes an asset, in a DAG of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fanjet.authoring.assets import Asset, BaseAsset
from fanjet.authoring.context_names import CONTEXT_NAMES, OLDER_NAMES
from fanjet.authoring.dag import DAG
from fanjet.authoring.decorated import DecoratedOperator
from fanjet.authoring.task_decorator import TaskDecorator
from fanjet.errors import DagTypeError

_PROVIDED = CONTEXT_NAMES | OLDER_NAMES


class AssetOperator(DecoratedOperator):
    """The one task of the DAG of an asset.

    Args:
        defined: What the parameter ``self`` of the function gets.
        arguments: As in `DecoratedOperator`.
    """

    custom_operator_name = "@asset"

    def __init__(self, *, defined: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.defined = defined

    def execute(self, context: Any) -> Any:
        """Call the function: with itself, the context, entries of it, and the assets that its parameters name."""
        own = {"self": self.defined, "context": context}
        for name in self.signature.names:
            if name in _PROVIDED:
                own[name] = context[name] if name in context else self.signature.defaults.get(name)
            elif name not in own and name not in self.signature.defaults:
                own[name] = Asset.ref(name=name)
        self.op_kwargs = {name: value for name, value in own.items() if name in self.signature.names}
        return super().execute(context)


class AssetDefinition(Asset):
    """What ``@asset`` makes: the asset itself.

    Args:
        function: The function.
        dag: The DAG in which it runs.
        options: As in `Asset`.
    """

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        super().__init__(**options)
        self.function = function


class MultiAssetDefinition(BaseAsset):
    """What ``@asset.multi`` makes: several assets, by one function.

    Args:
        name: That of the function.
        function: The function.
        outlets: The assets.
    """

    def __init__(self, name: str, function: Callable[..., Any], outlets: Sequence[BaseAsset]) -> None:
        self.name = name
        self.function = function
        self.outlets = tuple(outlets)

    def describe(self) -> str:
        return "(" + " and ".join(outlet.describe() for outlet in self.outlets) + ")"

    def iter_assets(self) -> Any:
        for outlet in self.outlets:
            yield from outlet.iter_assets()


class AssetDecorator:
    """`asset`: decorates functions; ``asset.multi`` those that make several assets."""

    def __call__(
        self,
        *,
        schedule: Any,
        name: str | None = None,
        uri: str | None = None,
        group: str | None = None,
        extra: Mapping[str, Any] | None = None,
        watchers: Sequence[Any] | None = None,
        dag_id: str | None = None,
        **dag_options: Any,
    ) -> Callable[[Any], AssetDefinition]:
        """Have a function make an asset.

        Args:
            schedule: As in `DAG`; what an asset depends on are its parameters and this.
            name: The name; that of the function if left out.
            uri: As in `Asset`.
            group: As in `Asset`.
            extra: As in `Asset`.
            watchers: As in `Asset`.
            dag_id: The id of the DAG; the name if left out.
            dag_options: Other arguments of `DAG`.
        """

        def decorate(function: Any) -> AssetDefinition:
            plain = _plain(function)
            known = name or plain.__name__
            made = AssetDefinition(plain, name=known, uri=uri, group=group, extra=extra, watchers=watchers)
            _make_dag(function, dag_id or known, made, (made,), schedule, dag_options)
            return made

        return decorate

    def multi(
        self, *, schedule: Any, outlets: Sequence[BaseAsset], dag_id: str | None = None, **dag_options: Any
    ) -> Callable[[Any], MultiAssetDefinition]:
        """Have a function make several assets.

        Args:
            schedule: As in `DAG`.
            outlets: The assets.
            dag_id: The id of the DAG; the name of the function if left out.
            dag_options: Other arguments of `DAG`.
        """
        if not outlets:
            raise DagTypeError("@asset.multi has no outlets.", fix="give outlets=[Asset(...), ...]")

        def decorate(function: Any) -> MultiAssetDefinition:
            plain = _plain(function)
            made = MultiAssetDefinition(plain.__name__, plain, outlets)
            _make_dag(function, dag_id or made.name, made, tuple(outlets), schedule, dag_options)
            return made

        return decorate


def _plain(function: Any) -> Callable[..., Any]:
    plain = function.function if isinstance(function, TaskDecorator) else function
    if not callable(plain) or isinstance(plain, type):
        raise DagTypeError(f"@asset cannot decorate {function!r}.", fix="decorate a function")
    return plain


def _make_dag(
    function: Any,
    dag_id: str,
    made: BaseAsset,
    outlets: tuple[BaseAsset, ...],
    schedule: Any,
    dag_options: Mapping[str, Any],
) -> None:
    plain = _plain(function)
    options = {"doc_md": plain.__doc__} | dict(dag_options)
    with DAG(dag_id, schedule=schedule, **options):
        if isinstance(function, TaskDecorator):
            function.override(outlets=outlets)()
            return
        operator = AssetOperator(task_id=plain.__name__, python_callable=plain, defined=made, outlets=outlets)
        named = [name for name in operator.signature.names if name not in _PROVIDED | {"self", "context"}]
        operator.inlets = tuple(Asset.ref(name=name) for name in named if name not in operator.signature.defaults)


asset = AssetDecorator()
