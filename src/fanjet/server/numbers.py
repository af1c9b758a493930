"""Numbers in requests, within what databases have room for."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

#: Of a run.
RunNumber: TypeAlias = Annotated[int, Field(ge=0, le=2**63 - 1)]
