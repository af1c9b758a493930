"""Operators that ask people: files that use them load, and their tasks fail, as nobody can be asked yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, NoReturn

from fanjet.authoring.exceptions import FailException
from fanjet.authoring.operator import BaseOperator
from fanjet.errors import DagValueError

_REASON = "a task cannot ask people yet. Fix: use a sensor that looks for the answer, such as a file or a variable"


class HITLOperator(BaseOperator):
    """Asks people to choose.

    Args:
        subject: What the question is about.
        options: The answers.
        body: The question.
        defaults: The answers that hold when nobody answers in time.
        multiple: Whether several may be chosen.
        notifiers: Who is told that there is a question.
        assigned_users: Who may answer.
        response_timeout: The time to answer.
        arguments: As in `BaseOperator`.
    """

    template_fields = ("subject", "body")

    def __init__(
        self,
        *,
        subject: str,
        options: Sequence[str],
        body: str | None = None,
        defaults: str | Sequence[str] | None = None,
        multiple: bool = False,
        notifiers: Any = (),
        assigned_users: Any = None,
        response_timeout: timedelta | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self.subject = subject
        self.options = list(options)
        self.body = body
        self.defaults = [defaults] if isinstance(defaults, str) else defaults
        self.multiple = multiple
        self.notifiers = notifiers
        self.assigned_users = assigned_users
        self.response_timeout = response_timeout
        unknown = [answer for answer in self.defaults or () if answer not in self.options]
        if not self.options or unknown:
            raise DagValueError(
                f"Task '{self.task_id}': options={self.options!r} and defaults={self.defaults!r} do not go together.",
                fix="give options, and defaults that are among them",
            )

    def execute(self, context: Any) -> NoReturn:  # noqa: ARG002 - the signature that all operators have
        """Fail.

        Raises:
            FailException: Always.
        """
        raise FailException(f"{type(self).__name__} '{self.task_id}': {_REASON}.")

    @staticmethod
    def generate_link_to_ui_from_context(*, context: Any, base_url: str | None = None, **_: Any) -> NoReturn:
        """There is no page to answer on.

        Raises:
            FailException: Always.
        """
        raise FailException(f"Task '{context['ti'].task_id}' has no page below {base_url} to answer on: {_REASON}.")


class ApprovalOperator(HITLOperator):
    """Asks people to approve.

    Args:
        fail_on_reject: Whether the task fails without approval.
        ignore_downstream_trigger_rules: Whether all that follows is skipped without it.
        arguments: As in `HITLOperator`.
    """

    APPROVE: ClassVar[str] = "Approve"
    REJECT: ClassVar[str] = "Reject"

    def __init__(
        self, *, fail_on_reject: bool = False, ignore_downstream_trigger_rules: bool = False, **arguments: Any
    ) -> None:
        super().__init__(options=[self.APPROVE, self.REJECT], **arguments)
        self.fail_on_reject = fail_on_reject
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules


class HITLBranchOperator(HITLOperator):
    """Asks people which of the tasks after it run.

    Args:
        options_mapping: The id of the task of each option, where it is another.
        arguments: As in `HITLOperator`.
    """

    kind = "branch"

    def __init__(self, *, options_mapping: Mapping[str, str] | None = None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.options_mapping = dict(options_mapping or {})


class HITLEntryOperator(HITLOperator):
    """Asks people for the values of its params.

    Args:
        options: The answers; ``OK`` if left out.
        defaults: As in `HITLOperator`.
        arguments: As in `HITLOperator`.
    """

    def __init__(
        self, *, options: Sequence[str] = ("OK",), defaults: str | Sequence[str] | None = None, **arguments: Any
    ) -> None:
        super().__init__(options=options, defaults=defaults, **arguments)
