"""The hook of a connection: the class that an installed provider has for its type, or Fanjet's own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from fanjet.airflow.providers.classes import is_declared
from fanjet.airflow.providers.manager import ProvidersManager
from fanjet.airflow.providers.packages import say_install
from fanjet.airflow.table.declared import OWN
from fanjet.authoring.exceptions import AirflowException
from fanjet.operators import hooks
from fanjet.runtime.connections import Connection

#: Types of connections that are called otherwise than their provider.
_PACKAGES = {
    "aws": "amazon",
    "google_cloud_platform": "google",
    "gcpbigquery": "google",
    "kubernetes": "cncf-kubernetes",
    "mssql": "microsoft-mssql",
    "wasb": "microsoft-azure",
    "spark": "apache-spark",
    "redshift": "amazon",
    "dbt_cloud": "dbt-cloud",
}
#: With which module Fanjet's own hook for a type makes room for those of providers; for databases the common one.
_ROOTS = {
    kind: OWN[module].root
    for module, kinds in {
        "airflow.providers.http.hooks.http": ("http", "https"),
        "airflow.providers.smtp.hooks.smtp": ("smtp", "email"),
    }.items()
    for kind in kinds
}
_SQL_ROOT = OWN["airflow.providers.common.sql.hooks.sql"].root


def make_hook(connection: Connection, hook_params: Mapping[str, Any] | None) -> Any:
    """The hook for a connection.

    Args:
        connection: The connection; its type decides.
        hook_params: More arguments for the hook.

    Raises:
        AirflowException: There is no hook for such connections.
    """
    kind = connection.conn_type or ""
    found = ProvidersManager().find_hook(kind)
    if found is None and hooks.has_hook(kind) and is_declared(_ROOTS.get(kind, _SQL_ROOT)):
        return hooks.make_hook(connection, hook_params)
    if found is None:
        package = f"apache-airflow-providers-{_PACKAGES.get(kind, kind.replace('_', '-'))}"
        raise AirflowException(
            f"Connection '{connection.conn_id}' is of type '{kind}', for which no installed provider has a hook. "
            f"Fix: {say_install(package)}; or correct the connection's type."
        )
    module, _, name = found.hook_class_name.rpartition(".")
    hook_class = getattr(import_module(module), name)
    return hook_class(**{found.connection_id_attribute_name: connection.conn_id}, **(hook_params or {}))
