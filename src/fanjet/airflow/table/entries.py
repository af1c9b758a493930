"""What the table consists of."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Missing(NamedTuple):
    """A name of Airflow that Fanjet does not have."""

    #: Why, as the end of a sentence.
    reason: str
    #: What to use instead.
    fix: str


#: Name -> where it lives, as ``module:attribute`` or, for a module, ``module``; or why it is not there.
ModuleNames: TypeAlias = dict[str, str | Missing]


def home(module: str, *names: str) -> dict[str, str | Missing]:
    """Names that live in one module of Fanjet under the same names."""
    return {name: f"{module}:{name}" for name in names}


def missing(entry: Missing, *names: str) -> dict[str, str | Missing]:
    """Names that are missing for one reason."""
    return dict.fromkeys(names, entry)


#: Reasons that many names share.
METADATA_DATABASE = Missing(
    "it is a table of Airflow's database, and code that runs in tasks never sees Fanjet's",
    "use the context, Variable, Connection and the commands of fanjet",
)
SERVER = Missing("it is a part of Airflow's server", "leave it out")
PARTITIONS = Missing("runs here have no partitions", "use params or the logical date of the run")
