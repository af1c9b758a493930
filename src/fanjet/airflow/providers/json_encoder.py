"""JSON of what services answer."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any


class AirflowJsonEncoder(json.JSONEncoder):
    """Writes also dates, decimals, bytes, sets and the numbers and arrays of NumPy."""

    def default(self, o: Any) -> Any:
        """What stands for a value that JSON does not have."""
        if isinstance(o, date | datetime):
            return o.isoformat()
        if isinstance(o, Decimal):
            return int(o) if o == o.to_integral_value() else float(o)
        if isinstance(o, bytes):
            return o.decode("unicode_escape")
        if isinstance(o, set | frozenset):
            return list(o)
        if hasattr(o, "tolist"):  # of NumPy
            return o.tolist()
        return super().default(o)
