"""Constants that files import."""

from __future__ import annotations

from fanjet.model.values import RETURN_VALUE

XCOM_RETURN_KEY = RETURN_VALUE
#: Airflow refuses larger values in its database, in bytes; here large values go to the value store.
MAX_XCOM_SIZE = 49344


class ArgNotSet:
    """The type of `NOTSET`."""


#: Stands for an argument that was not given.
NOTSET = ArgNotSet()
