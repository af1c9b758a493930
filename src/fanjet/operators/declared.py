"""Operators and hooks of providers that are not installed: files that use them load, and only a try fails.

Such an operator keeps what it was given, has its template fields and can be mapped. What it would do is in its package.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn, cast

from fanjet.authoring.decorated import DecoratedOperator
from fanjet.authoring.exceptions import FailException
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.operator_class import OperatorMeta
from fanjet.authoring.task_options import NAMES


class ProviderNotInstalled(FailException):
    """A task uses what belongs to a provider that is not installed."""


class _Declared:
    """What knows its package."""

    #: The package that it belongs to, such as ``apache-airflow-providers-snowflake``.
    provider_package: ClassVar[str]
    #: What to do, as the end of a sentence.
    provider_fix: ClassVar[str]

    @classmethod
    def explain(cls, what: str) -> ProviderNotInstalled:
        """The error of a try that needs the package.

        Args:
            what: Words for who needs it.
        """
        return ProviderNotInstalled(
            f"{what} belongs to {cls.provider_package}, which is not installed. Fix: {cls.provider_fix}"
        )


class DeclaredOperator(_Declared, BaseOperator):
    """An operator or a sensor of a provider that is not installed.

    Args:
        arguments: Any; those that every task takes have their meaning.
    """

    #: Tells `accepted_arguments` that only the package knows the arguments.
    takes_any_argument = True
    #: Its own arguments that have the name of one that every task takes.
    own_arguments: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **arguments: Any) -> None:
        options = NAMES - self.own_arguments
        super().__init__(**{name: value for name, value in arguments.items() if name in options})
        #: What it was given, but for what every task takes.
        self.provider_arguments = {name: value for name, value in arguments.items() if name not in options}
        for name in {*self.template_fields, *self.provider_arguments}:
            if not hasattr(type(self), name) and name not in vars(self):
                setattr(self, name, self.provider_arguments.get(name))

    def execute(self, context: Any) -> NoReturn:  # noqa: ARG002 - the signature of operators
        """Fail.

        Raises:
            ProviderNotInstalled: Always.
        """
        raise self.explain(f"{self.operator_name} of task '{self.task_id}'")


class DeclaredHook(_Declared):
    """A hook of a provider that is not installed; it can be named and derived from, but not made.

    Raises:
        ProviderNotInstalled: It is made.
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        raise self.explain(type(self).__name__)


def declare_operator(
    name: str, package: str, fix: str, fields: Sequence[str], extensions: Sequence[str], own: Sequence[str]
) -> type[DeclaredOperator]:
    """A class that stands for an operator.

    Args:
        name: Its name.
        package: The package that it belongs to.
        fix: What to do to have it.
        fields: Its template fields.
        extensions: Of files with templates.
        own: Its own arguments that are called as one that every task takes.
    """
    made = OperatorMeta(
        name,
        (DeclaredOperator,),
        {
            "__doc__": f"`{name}` of {package}, which is not installed.",
            "provider_package": package,
            "provider_fix": fix,
            "template_fields": tuple(fields),
            "template_ext": tuple(extensions),
            "own_arguments": frozenset(own),
        },
    )
    return cast("type[DeclaredOperator]", made)


class DeclaredDecorated(_Declared, DecoratedOperator):
    """A decorated function of a kind whose provider is not installed.

    Args:
        python_callable: The function.
        op_args: Its arguments by position.
        op_kwargs: Its arguments by name.
        arguments: Any.
    """

    takes_any_argument = True

    def __init__(self, *, python_callable: Any, op_args: Any = None, op_kwargs: Any = None, **arguments: Any) -> None:
        options = {name: value for name, value in arguments.items() if name in NAMES}
        super().__init__(python_callable=python_callable, op_args=op_args, op_kwargs=op_kwargs, **options)

    def execute(self, context: Any) -> NoReturn:  # noqa: ARG002 - the signature of operators
        """Fail.

        Raises:
            ProviderNotInstalled: Always.
        """
        raise self.explain(f"{self.operator_name} of task '{self.task_id}'")


def declare_decorated(name: str, package: str, fix: str) -> type[DeclaredDecorated]:
    """A class that stands for the operators of ``@task.NAME``; arguments as in `declare_operator`."""
    body = {"custom_operator_name": f"@task.{name}", "provider_package": package, "provider_fix": fix}
    return cast("type[DeclaredDecorated]", OperatorMeta(f"_{name}_", (DeclaredDecorated,), body))


def declare_hook(name: str, package: str, fix: str) -> type[DeclaredHook]:
    """A class that stands for a hook; arguments as in `declare_operator`."""
    doc = f"`{name}` of {package}, which is not installed."
    return type(name, (DeclaredHook,), {"__doc__": doc, "provider_package": package, "provider_fix": fix})
