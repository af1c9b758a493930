"""Links of operators: classes that files declare. Fanjet's pages show none of them."""

from __future__ import annotations

from typing import Any, ClassVar


class BaseOperatorLink:
    """A link that an operator class lists in its `operator_extra_links`."""

    operators: ClassVar[list[type]] = []
    name: Any = ""

    @property
    def xcom_key(self) -> str:
        """The XCom key that the address would be kept under."""
        return f"_link_{type(self).__name__}"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002 - the signature that all links have
        """The address; subclasses give it."""
        return ""


class TriggerDagRunLink(BaseOperatorLink):
    """To the run that a task has started."""

    name = "Triggered DAG"


class ExternalDagLink(BaseOperatorLink):
    """To the DAG that a sensor waits for."""

    name = "External DAG"


#: What it was called before.
ExternalTaskSensorLink = ExternalDagLink
