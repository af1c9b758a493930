"""How many random runs the machine is held to: HYPOTHESIS_PROFILE is `ci`, `thorough`, or anything else for a few.

`make coverage` takes `ci`, so that CI holds it to 2,000; `make test` has no time for so many.
"""

from __future__ import annotations

import os

from hypothesis import settings

_CI = settings(max_examples=2_000, derandomize=True, database=None, deadline=None)
_PROFILES = {
    "ci": _CI,
    "thorough": settings(max_examples=20_000, database=None, deadline=None),
}
ENGINE_PROFILE = _PROFILES.get(os.environ.get("HYPOTHESIS_PROFILE", ""), settings(_CI, max_examples=120))
