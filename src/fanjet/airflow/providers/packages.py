"""Which package a module of a provider comes in, and how to get it."""

from __future__ import annotations

#: Providers whose name has two parts.
TWO_PARTS = frozenset({"apache", "atlassian", "cncf", "common", "dbt", "facebook", "ibm", "microsoft"})
PREFIX = "apache-airflow-providers-"
_COMPAT = f"{PREFIX}common-compat"


def find_package(module: str) -> str:
    """The package of a module such as ``airflow.providers.cncf.kubernetes.operators.pod``."""
    parts = module.split(".")[2:]
    return PREFIX + "-".join(parts[:2] if parts[0] in TWO_PARTS else parts[:1])


def say_install(requirement: str) -> str:
    """What to do to have a package.

    Args:
        requirement: The package, perhaps with a version.
    """
    quoted = f"'{requirement}'" if "<" in requirement else requirement
    packages = quoted if requirement == _COMPAT else f"{quoted} {_COMPAT}"
    return f"pip install --no-deps {packages}, and what they import besides Airflow"
