"""How many random runs the machine is held to: HYPOTHESIS_PROFILE is `quick`, `thorough`, or anything else for CI's."""

from __future__ import annotations

import os

from hypothesis import settings

_CI = settings(max_examples=2_000, derandomize=True, database=None, deadline=None)
_PROFILES = {
    "quick": settings(_CI, max_examples=200),
    "thorough": settings(max_examples=20_000, database=None, deadline=None),
}
ENGINE_PROFILE = _PROFILES.get(os.environ.get("HYPOTHESIS_PROFILE", ""), _CI)
