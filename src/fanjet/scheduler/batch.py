"""What a turn of the loop has come to: one transaction, and what the executor does once it is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fanjet.model.changes import Record, find_run
from fanjet.model.commands import Answer
from fanjet.model.launches import Launch
from fanjet.scheduler.orders import Order
from fanjet.scheduler.owned_run import OwnedRun


class Batch:
    """Filled by `fanjet.scheduler.transactions`.

    Args:
        answers: To commands, written with what was done about them.
    """

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.answers = answers
        #: Written, in this order.
        self.records: list[Record] = []
        #: Written, and started when they are.
        self.launches: list[Launch] = []
        #: Given when all is written.
        self.orders: list[Order] = []
        #: Runs that go on though they had ended.
        self.reopened: list[OwnedRun] = []

    @property
    def is_to_write(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.records or self.launches or self.answers)

    def leave_out(self, runs: Collection[int]) -> None:
        """Do nothing about these runs: they are another scheduler's."""
        self.answers = [answer for answer in self.answers if answer.run not in runs]
        self.records = [record for record in self.records if find_run(record) not in runs]
        self.launches = [launch for launch in self.launches if launch.run not in runs]
        self.orders = [order for order in self.orders if order.run not in runs]
        self.reopened = [owned for owned in self.reopened if owned.info.number not in runs]
