"""A job in another system that a retry finds again."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import Any

_log = logging.getLogger("fanjet.task")


class ResumableJobMixin(ABC):
    """For operators that submit a job and wait for its end: a retry goes on waiting for the job of the try before.

    The id of the job is kept in ``task_state_store`` as soon as it is known. Stands before `BaseOperator` among the
    bases; ``execute`` calls `execute_resumable`. Where the worker dies between the two, the job is submitted again.

    Args:
        durable: Whether a retry looks for the job; without it each try submits its own.
        arguments: As in `BaseOperator`.
    """

    #: Under which key the id is kept.
    external_id_key: str = "remote_job_id"

    def __init__(self, *, durable: bool = True, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.durable = durable

    def execute_resumable(self, context: Any) -> Any:
        """Wait for the job of an earlier try if it goes on or went well, else for a new one; its result."""
        external_id = context["task_state_store"].get(self.external_id_key) if self.durable else None
        if external_id is not None:
            status = self.get_job_status(external_id, context)
            if self.is_job_active(status):
                _log.info("Job %s of an earlier try goes on (%s): waiting for it", external_id, status)
                return self._wait(external_id, context)
            if self.is_job_succeeded(status):
                _log.info("Job %s of an earlier try is done (%s)", external_id, status)
                return self.get_job_result(external_id, context)
            _log.warning("Job %s of an earlier try did not succeed (%s): submitting another", external_id, status)
        external_id = self.submit_job(context)
        if self.durable and external_id is not None:
            context["task_state_store"].set(self.external_id_key, external_id)
        return self._wait(external_id, context)

    def _wait(self, external_id: Any, context: Any) -> Any:
        self.poll_until_complete(external_id, context)
        return self.get_job_result(external_id, context)

    @abstractmethod
    def submit_job(self, context: Any) -> Any:
        """Submit the job; its id, which must be JSON. None is not kept."""

    @abstractmethod
    def get_job_status(self, external_id: Any, context: Any) -> str:
        """What the other system says of a job."""

    @abstractmethod
    def is_job_active(self, status: str) -> bool:
        """Whether a job with this status goes on."""

    @abstractmethod
    def is_job_succeeded(self, status: str) -> bool:
        """Whether a job with this status went well."""

    @abstractmethod
    def poll_until_complete(self, external_id: Any, context: Any) -> None:
        """Wait for the end of a job; raise if it fails."""

    def get_job_result(self, external_id: Any, context: Any) -> Any:  # noqa: ARG002 - for those that have one
        """What a job that went well has found."""
        return None
