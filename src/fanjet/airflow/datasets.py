"""`Dataset`: what assets were called in 2.x."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from fanjet.authoring.assets import Asset


class Dataset(Asset):
    """An asset that has a URI only.

    Args:
        uri: Where it is; also its name.
        extra: More about it, as JSON.
        options: As in `Asset`.
    """

    asset_type = "dataset"

    def __init__(
        self,
        uri: str | os.PathLike[str] | None = None,
        extra: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, uri, extra=extra, **options)
