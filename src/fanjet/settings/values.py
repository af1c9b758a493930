"""The values of all settings, once they are known."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One value per row of `fanjet.settings.table.SETTINGS`, which says what each means; see `load_settings`."""

    home: Path
    #: None for adaptive: as many busy tries as cores, `max_workers` in all.
    workers: int | None
    max_workers: int
    max_map_length: int
    pools: dict[str, int]
    parse_timeout_s: float
    kill_grace_s: float
    callback_timeout_s: float
    log_cap_bytes: int
    inline_value_bytes: int
    #: None for the folder `values` of the home.
    values_url: str | None
    #: One or several, with commas between them.
    fernet_key: str | None
    db_busy_timeout_s: float
    #: None for the SQLite file of the home. It may hold a password: shown through `Database.shown` only.
    database: str | None
    #: None for the folder `dags` of the home; see `dags_folder`.
    dags: Path | None
    folder_scan_s: float
    reparse_s: float
    #: None for half as many as there are cores.
    parse_processes: int | None
    pause_new_dags: Literal["airflow", "always", "never"]
    dag_safe_mode: Literal["on", "off"]
    airflowignore_syntax: Literal["glob", "regexp"]
    host: str
    #: 0 for any free one.
    port: int
    #: With commas between them.
    server_names: str | None
    #: None for runs that are kept for ever.
    prune_older_than_s: float | None
    max_active_runs_per_dag: int
    schedulers: int
    stop_grace_s: float
    hang_limit_s: float
    log_format: Literal["text", "json"]
    log_level: Literal["debug", "info", "warning", "error"]
    #: None: as OpenTelemetry's own variables say, if they do.
    otel_endpoint: str | None
    #: By setting: where its value comes from, in words for people ("default", "--workers", a file, a variable).
    origins: dict[str, str]

    @property
    def values_root(self) -> str:
        """The fsspec URL (or folder) of the value store."""
        return self.values_url or str(self.home / "values")

    @property
    def dags_folder(self) -> Path:
        """The folder of DAG files that a service serves; absolute."""
        return self.dags or self.home / "dags"
