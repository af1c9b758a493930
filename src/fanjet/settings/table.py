"""The table of settings: the one place that says what can be set, to what, and what it means."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

#: How a value is written: ``folder`` a path, ``count`` a whole number, ``seconds`` and ``bytes`` a number with or
#: without a unit, ``text`` anything, ``slots`` a table of whole numbers.
Kind: TypeAlias = Literal["folder", "count", "seconds", "bytes", "text", "slots"]

#: What a setting can hold once its text is understood.
Value: TypeAlias = "str | int | float | dict[str, int] | None"

DEFAULT_POOL = "default_pool"
#: Of a pool, and of whatever else is counted.
MOST_SLOTS = 1_000_000_000
#: By kind. Of seconds about thirty years, for who means "never".
_MOST: dict[str, float] = {"seconds": 1e9, "bytes": 1e15}
#: Processes of one machine.
_MOST_PROCESSES = 1_024
#: What is waited for while nothing else is done; databases count it in milliseconds, in 32 bits.
_DAY_S = 86_400.0


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    #: The key in ``fanjet.toml`` and the name of the field in `Settings`.
    name: str
    kind: Kind
    default: Value
    #: The smallest value that makes sense, for numbers.
    minimum: float = 0
    #: The largest; None for that of its kind, see `most`.
    maximum: float | None = None
    #: The only texts that make sense; empty where any does.
    choices: tuple[str, ...] = ()
    #: It is not shown, and stands in no file that runs keep a copy of.
    secret: bool = False
    help: str

    @property
    def variable(self) -> str:
        """The name of the environment variable."""
        return f"FANJET_{self.name.upper()}"

    @property
    def most(self) -> float:
        """The largest value that can be meant: more is a slip, which would be noticed when a machine is full."""
        return _MOST.get(self.kind, MOST_SLOTS) if self.maximum is None else self.maximum


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="home",
        kind="folder",
        default="~/.fanjet",
        help="The folder of the database, the logs and the values. A relative one in a file counts from that file.",
    ),
    Setting(
        name="workers",
        kind="count",
        default=None,
        minimum=1,
        maximum=_MOST_PROCESSES,
        help="How many tries run at once, exactly, up to 1,024. Unset: as many busy ones as cores, more while some "
        "only wait.",
    ),
    Setting(
        name="max_workers",
        kind="count",
        default=32,
        minimum=1,
        maximum=_MOST_PROCESSES,
        help="The most worker processes when their number adapts itself, up to 1,024.",
    ),
    Setting(
        name="max_map_length",
        kind="count",
        default=1_000_000,
        minimum=1,
        maximum=100_000_000,
        help="The most instances that one expansion may have; a result that is longer fails the task that returned it.",
    ),
    Setting(
        name="pools",
        kind="slots",
        default={DEFAULT_POOL: 1_000_000},
        minimum=0,
        help="Slots by pool, across all runs. In a file a table; in the environment gpu=2,api=10.",
    ),
    Setting(
        name="parse_timeout_s",
        kind="seconds",
        default=30.0,
        minimum=0.1,
        maximum=_DAY_S,
        help="How long a DAG file may take to load.",
    ),
    Setting(
        name="kill_grace_s",
        kind="seconds",
        default=10.0,
        maximum=_DAY_S,
        help="How long a task may clean up after its time limit or a cancel before its processes are killed.",
    ),
    Setting(
        name="callback_timeout_s",
        kind="seconds",
        default=300.0,
        minimum=1.0,
        maximum=_DAY_S,
        help="How long the callbacks of one event of a run may take: its end, a missed deadline, a worker that died.",
    ),
    Setting(
        name="log_cap_bytes",
        kind="bytes",
        default=100_000_000,
        minimum=1_000,
        help="The most output that is kept of one try; what follows is cut, with a mark.",
    ),
    Setting(
        name="inline_value_bytes",
        kind="bytes",
        default=65_536,
        maximum=268_435_456,
        help="JSON values up to this size lie in the database, longer ones in the value store.",
    ),
    Setting(
        name="values_url",
        kind="text",
        default=None,
        help="Where large values rest: a folder or a URL that fsspec knows (s3://...). Unset: <home>/values.",
    ),
    Setting(
        name="fernet_key",
        kind="text",
        default=None,
        secret=True,
        help="Keys for stored variables and connections, with commas between them: the first encrypts, all decrypt. "
        "Unset: the file <home>/fernet.key, made when it is first needed.",
    ),
    Setting(
        name="db_busy_timeout_s",
        kind="seconds",
        default=30.0,
        maximum=_DAY_S,
        help="How long to wait while another process locks the database, or for space on a full disk.",
    ),
    Setting(
        name="database",
        kind="text",
        default=None,
        help="The database: postgresql://user:password@host/name. Unset: the SQLite file <home>/fanjet.db.",
    ),
    Setting(
        name="dags",
        kind="folder",
        default=None,
        help="The folder of DAG files that `fanjet up` serves. Unset: <home>/dags. A relative one in a file counts "
        "from that file.",
    ),
    Setting(
        name="folder_scan_s",
        kind="seconds",
        default=30.0,
        minimum=0.5,
        help="How often the whole folder of DAG files is looked at where the system does not tell of changes, as on "
        "network disks.",
    ),
    Setting(
        name="reparse_s",
        kind="seconds",
        default=300.0,
        minimum=1,
        help="A DAG file is loaded again after so long though it has not changed: what it reads elsewhere may have.",
    ),
    Setting(
        name="parse_processes",
        kind="count",
        default=None,
        minimum=1,
        maximum=_MOST_PROCESSES,
        help="How many DAG files a service loads at once. Unset: half as many as there are cores.",
    ),
    Setting(
        name="pause_new_dags",
        kind="text",
        default="airflow",
        choices=("airflow", "always", "never"),
        help="Which scheduled DAGs wait for `fanjet dags unpause` when they are new: those whose file imports "
        "Airflow's names, as there, all or none. What a DAG says itself goes first.",
    ),
    Setting(
        name="dag_safe_mode",
        kind="text",
        default="on",
        choices=("on", "off"),
        help="on: a service loads only files of its folder that speak of DAGs and of fanjet or airflow; off: every "
        "Python file.",
    ),
    Setting(
        name="airflowignore_syntax",
        kind="text",
        default="glob",
        choices=("glob", "regexp"),
        help="How `.airflowignore` files of the DAG folder are written: glob as in Airflow 3 and git, or regexp.",
    ),
    Setting(
        name="host",
        kind="text",
        default="127.0.0.1",
        help="The address that `fanjet up` listens on; 0.0.0.0 for all of this machine.",
    ),
    Setting(
        name="port",
        kind="count",
        default=8080,
        maximum=65535,
        help="The port that `fanjet up` listens on; 0 for any that is free.",
    ),
    Setting(
        name="server_names",
        kind="text",
        default=None,
        help="Names by which people reach the server, with commas between them, beside localhost and the name of its "
        "machine. Addresses are always known.",
    ),
    Setting(
        name="prune_older_than_s",
        kind="seconds",
        default=None,
        minimum=60,
        help="A service removes runs that ended so long ago, such as 90d, with all that is kept for them. Unset: none.",
    ),
    Setting(
        name="max_active_runs_per_dag",
        kind="count",
        default=16,
        minimum=1,
        maximum=100_000,
        help="The most runs of a DAG at once in a service, where the DAG itself does not say.",
    ),
    Setting(
        name="schedulers",
        kind="count",
        default=1,
        maximum=64,
        help="How many scheduler processes `fanjet up` runs, up to 64; 0 where other machines run them.",
    ),
    Setting(
        name="stop_grace_s",
        kind="seconds",
        default=30.0,
        help="How long running tries may go on when `fanjet up` is asked to stop.",
    ),
    Setting(
        name="hang_limit_s",
        kind="seconds",
        default=120.0,
        minimum=0.0,
        help="A process of `fanjet up` that gives no sign of life for this long is killed and started again; 0 for "
        "never. At least three times db_busy_timeout_s and, of the folder's process, three times parse_timeout_s.",
    ),
    Setting(
        name="log_format",
        kind="text",
        default="text",
        choices=("text", "json"),
        help="How the processes of `fanjet up` write what they do: text for people, json for programs.",
    ),
    Setting(
        name="log_level",
        kind="text",
        default="info",
        choices=("debug", "info", "warning", "error"),
        help="The least important lines that the processes of `fanjet up` write.",
    ),
    Setting(
        name="otel_endpoint",
        kind="text",
        default=None,
        help="The OpenTelemetry collector that gets a trace of each run of a service, such as http://localhost:4318. "
        "Unset: as OTEL_EXPORTER_OTLP_ENDPOINT says, else none.",
    ),
)

SETTING_OF_NAME = {setting.name: setting for setting in SETTINGS}
