"""Retry policies: what becomes of a failed try is decided by the exception that ended it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from importlib import import_module
from typing import Any, Self, TypeAlias

from fanjet.errors import DagTypeError, DagValueError

#: An exception class, or its dotted name, which is imported only when a try has failed.
ExceptionSpec: TypeAlias = "type[BaseException] | str"


class RetryAction(Enum):
    """What becomes of a failed try."""

    #: It is retried, if the task has retries left.
    RETRY = "retry"
    #: The instance fails, whatever its retries.
    FAIL = "fail"
    #: What holds without a policy.
    DEFAULT = "default"


@dataclass(frozen=True)
class RetryDecision:
    """What a policy says about one failed try.

    Attributes:
        action: What becomes of it.
        retry_delay: How long to wait before the retry; None for the delay of the task.
        reason: Why, for the log.
    """

    action: RetryAction = RetryAction.DEFAULT
    retry_delay: timedelta | None = None
    reason: str | None = None

    @classmethod
    def fail(cls, reason: str | None = None) -> Self:
        """No retry."""
        return cls(RetryAction.FAIL, reason=reason)

    @classmethod
    def retry(cls, delay: timedelta | None = None, reason: str | None = None) -> Self:
        """A retry, if there is one left, after this delay."""
        return cls(RetryAction.RETRY, delay, reason)

    @classmethod
    def default(cls) -> Self:
        """What holds without a policy."""
        return cls()


class RetryPolicy(ABC):
    """The base of policies; a task gets one as `retry_policy`. It is asked in the worker, right after the failure.

    Not asked about exceptions that rule a retry out: FailException, and the timeout of a sensor.
    """

    @abstractmethod
    def evaluate(self, exception: BaseException, try_number: int, max_tries: int, context: Any = None) -> RetryDecision:
        """What becomes of a failed try.

        Args:
            exception: What ended it.
            try_number: Its number, from 1.
            max_tries: The retries of the task.
            context: That of the try.
        """


@dataclass
class RetryRule:
    """What becomes of tries that end with certain exceptions.

    Attributes:
        exception: A class, a dotted name, or a list of them.
        action: What becomes of the try.
        retry_delay: As in `RetryDecision`.
        reason: As in `RetryDecision`.
        match_subclasses: Whether exceptions of derived classes are meant too.
    """

    exception: ExceptionSpec | list[ExceptionSpec]
    action: RetryAction = RetryAction.RETRY
    retry_delay: timedelta | None = None
    reason: str | None = None
    match_subclasses: bool = True

    def __post_init__(self) -> None:
        for spec in self._specs:
            is_class = isinstance(spec, type) and issubclass(spec, BaseException)
            if not is_class and not (isinstance(spec, str) and "." in spec):
                raise DagValueError(
                    f"RetryRule(): exception={spec!r} cannot be used.",
                    fix="give an exception class or its dotted name, such as 'requests.exceptions.HTTPError'",
                )

    @property
    def _specs(self) -> list[ExceptionSpec]:
        return self.exception if isinstance(self.exception, list) else [self.exception]

    def matches(self, exc: BaseException) -> bool:
        """Whether the rule is about this exception."""
        lineage = type(exc).__mro__ if self.match_subclasses else (type(exc),)
        return any(any(cls is spec or _is_named(cls, spec) for cls in lineage) for spec in self._specs)


def _is_named(cls: type, spec: ExceptionSpec) -> bool:
    """Whether a dotted name is that of a class; also one under which another module offers it."""
    if not isinstance(spec, str):
        return False
    if f"{cls.__module__}.{cls.__qualname__}" == spec:
        return True
    module, _, name = spec.rpartition(".")
    try:
        return getattr(import_module(module), name, None) is cls
    except ImportError:
        return False  # what is not installed cannot have been raised


class ExceptionRetryPolicy(RetryPolicy):
    """A list of rules; the first that matches holds.

    Args:
        rules: The rules.
        default: What becomes of tries that no rule is about.
    """

    def __init__(self, rules: Sequence[RetryRule], default: RetryAction = RetryAction.DEFAULT) -> None:
        self.rules = list(rules)
        self.default = default

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,  # noqa: ARG002 - the signature that all policies have
        max_tries: int,  # noqa: ARG002 - as above
        context: Any = None,  # noqa: ARG002 - as above
    ) -> RetryDecision:
        for rule in self.rules:
            if rule.matches(exception):
                reason = rule.reason or f"a rule for {type(exception).__name__}"
                return RetryDecision(rule.action, rule.retry_delay, reason)
        return RetryDecision(self.default)


def ask_policy(
    policy: RetryPolicy, exception: BaseException, try_number: int, max_tries: int, context: Any
) -> RetryDecision:
    """What a policy says.

    Raises:
        DagTypeError: It says something else than a decision.
    """
    decision = policy.evaluate(exception, try_number, max_tries, context)
    if not isinstance(decision, RetryDecision):
        raise DagTypeError(f"{type(policy).__name__}.evaluate() gave {decision!r}.", fix="return a RetryDecision")
    return decision
