-- The database of one Fanjet home. Instants are seconds since the epoch (UTC). A path is 4 big-endian bytes a level,
-- so that the order of keys is the order of positions and everything under a position is one range of keys.
-- There are no foreign keys: every row belongs to a run, and only the owner of the run's lease writes it.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- One scheduler process. Its number is the upper half of its fences and log segments.
CREATE TABLE session (
    session    INTEGER PRIMARY KEY AUTOINCREMENT,
    host       TEXT    NOT NULL,
    pid        INTEGER NOT NULL,
    process    TEXT    NOT NULL, -- random, one per process: tells a process from a later one with the same pid
    started_at REAL    NOT NULL,
    role       TEXT    NOT NULL DEFAULT 'run', -- run: one in the foreground; scheduler: one of a service
    until      REAL    NOT NULL DEFAULT 0 -- a scheduler of a service is at work until then, if it does not say more
);

-- What a DAG file meant, once for each distinct content.
CREATE TABLE dag_version (
    version    INTEGER PRIMARY KEY AUTOINCREMENT,
    dag_id     TEXT NOT NULL,
    digest     TEXT NOT NULL UNIQUE,
    spec       BLOB NOT NULL, -- JSON
    bundle     TEXT NOT NULL,
    root       TEXT NOT NULL,
    file       TEXT NOT NULL, -- relative to the root
    created_at REAL NOT NULL
);

CREATE TABLE run (
    run                 INTEGER PRIMARY KEY AUTOINCREMENT,
    dag_id              TEXT    NOT NULL,
    run_id              TEXT    NOT NULL,
    version             INTEGER NOT NULL,
    run_type            TEXT    NOT NULL,
    logical_date        REAL,
    data_interval_start REAL,
    data_interval_end   REAL,
    created_at          REAL    NOT NULL,
    started_at          REAL    NOT NULL,
    ended_at            REAL,
    state               INTEGER NOT NULL,
    conf                TEXT    NOT NULL, -- JSON
    params              TEXT    NOT NULL, -- JSON
    lease_session       INTEGER,
    lease_fence         INTEGER NOT NULL DEFAULT 0, -- grows each time the lease changes hands
    lease_until         REAL    NOT NULL DEFAULT 0,
    patient             TEXT, -- JSON: numbers of what waits for all upstream since a rerun
    queued_at           REAL, -- since when a service has been asked for it
    backfill            INTEGER,
    note                TEXT,
    asset_events        TEXT, -- JSON: numbers of the events that started it
    deadlines           TEXT, -- JSON: instants by number, null for one that is over; NULL: nobody has looked yet
    asks                TEXT, -- JSON: what a timetable of the author's has still to say before it can start
    UNIQUE (dag_id, run_id)
);
CREATE INDEX run_unfinished ON run (run) WHERE ended_at IS NULL;
CREATE INDEX run_open ON run (state, dag_id, run) WHERE ended_at IS NULL;
CREATE INDEX run_of_dag ON run (dag_id, logical_date);
CREATE INDEX run_of_backfill ON run (backfill) WHERE backfill IS NOT NULL;
CREATE INDEX run_asking ON run (run) WHERE asks IS NOT NULL;

-- A DAG of a service, as its file says now, and when it is due next (NULL: not by the clock).
CREATE TABLE dag (
    dag_id              TEXT    PRIMARY KEY,
    version             INTEGER NOT NULL, -- the newest; runs take it when they start
    folder              TEXT    NOT NULL,
    file                TEXT    NOT NULL, -- relative to the folder
    is_present          INTEGER NOT NULL, -- 0: the file is gone, or has it no more
    is_paused           INTEGER NOT NULL,
    seen_at             REAL    NOT NULL,
    planned_version     INTEGER, -- the version that the following was found from
    next_run_after      REAL,
    next_logical_date   REAL,
    next_interval_start REAL,
    next_interval_end   REAL,
    plan_error          TEXT -- JSON: why nobody knows when it is due; then next_run_after is when to ask again
) WITHOUT ROWID;
CREATE INDEX dag_due ON dag (next_run_after) WHERE next_run_after IS NOT NULL;

-- A file of the DAG folder, when it was last loaded.
CREATE TABLE dag_file (
    folder      TEXT NOT NULL,
    file        TEXT NOT NULL, -- relative to the folder
    fingerprint TEXT NOT NULL, -- of what was loaded
    parsed_at   REAL NOT NULL,
    duration_s  REAL NOT NULL,
    errors      TEXT, -- JSON: a list; NULL when there are none
    dag_ids     TEXT NOT NULL, -- JSON: a list
    PRIMARY KEY (folder, file)
) WITHOUT ROWID;

CREATE TABLE backfill (
    backfill   INTEGER PRIMARY KEY AUTOINCREMENT,
    dag_id     TEXT    NOT NULL,
    from_date  REAL    NOT NULL,
    to_date    REAL    NOT NULL,
    body       TEXT    NOT NULL, -- JSON: the options
    is_paused  INTEGER NOT NULL,
    created_at REAL    NOT NULL,
    ended_at   REAL
);

-- What is new of an asset for a DAG that waits for more: its events from the first to the latest.
CREATE TABLE asset_use (
    dag_id      TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    uri         TEXT    NOT NULL,
    event       INTEGER NOT NULL,
    first_event INTEGER NOT NULL,
    PRIMARY KEY (dag_id, name, uri)
) WITHOUT ROWID;

CREATE TABLE pool (
    name        TEXT    PRIMARY KEY,
    slots       INTEGER NOT NULL, -- -1: no limit
    description TEXT
) WITHOUT ROWID;

-- What a scheduler holds of the limits that all schedulers share, and what it waits for; see fanjet.model.sharing.
CREATE TABLE slot_share (
    session INTEGER PRIMARY KEY,
    body    TEXT    NOT NULL, -- JSON
    until   REAL    NOT NULL -- the scheduler is at work until then, if it does not say more
);

-- What a process of a service measures of itself; see fanjet.model.metrics.
CREATE TABLE service_metric (
    role TEXT    NOT NULL,
    host TEXT    NOT NULL,
    pid  INTEGER NOT NULL,
    at   REAL    NOT NULL,
    body TEXT    NOT NULL, -- JSON
    PRIMARY KEY (role, host, pid)
) WITHOUT ROWID;

-- How the latest recorded try of an instance ended, or that it ended without one. What waits or runs has no row yet,
-- but for what a rerun cleared: its row has state 0, the number of its tries, and the results that still stand.
CREATE TABLE instance (
    run         INTEGER NOT NULL,
    task        INTEGER NOT NULL,
    path        BLOB    NOT NULL,
    state       INTEGER NOT NULL,
    try_number  INTEGER NOT NULL, -- 0 when it ended without a try
    started_at  REAL,
    ended_at    REAL    NOT NULL,
    log_segment INTEGER,
    log_offset  INTEGER,
    log_length  INTEGER,
    value       BLOB,
    item_count  INTEGER,
    label       TEXT,
    error       TEXT,
    resume_at   REAL,
    carry       BLOB,
    skips       TEXT, -- JSON: numbers of tasks
    rendered    TEXT, -- JSON: the template fields of a task that has templates
    tries_before INTEGER NOT NULL DEFAULT 0, -- the number of tries before the instance was last cleared
    PRIMARY KEY (run, task, path)
) WITHOUT ROWID;

-- The failed ones are few and looked for first.
CREATE INDEX instance_failed ON instance (run, task, path) WHERE state = 4;

-- Earlier tries of an instance, and the earlier parts of a try that was rescheduled or deferred.
CREATE TABLE try (
    run         INTEGER NOT NULL,
    task        INTEGER NOT NULL,
    path        BLOB    NOT NULL,
    try_number  INTEGER NOT NULL,
    ended_at    REAL    NOT NULL,
    state       INTEGER NOT NULL,
    started_at  REAL,
    log_segment INTEGER,
    log_offset  INTEGER,
    log_length  INTEGER,
    label       TEXT,
    error       TEXT,
    rendered    TEXT,
    PRIMARY KEY (run, task, path, try_number, ended_at)
) WITHOUT ROWID;

-- A range of tries that was handed to a worker.
CREATE TABLE launch (
    run         INTEGER NOT NULL,
    task        INTEGER NOT NULL,
    fence       INTEGER NOT NULL,
    parent      BLOB    NOT NULL,
    first       INTEGER NOT NULL, -- -1: the instance at the parent's own path
    count       INTEGER NOT NULL,
    try_number  INTEGER NOT NULL,
    worker      INTEGER NOT NULL,
    launched_at REAL    NOT NULL,
    PRIMARY KEY (run, task, fence)
) WITHOUT ROWID;

CREATE TABLE map_length (
    run    INTEGER NOT NULL,
    map    INTEGER NOT NULL,
    parent BLOB    NOT NULL,
    count  INTEGER NOT NULL,
    reopened BLOB, -- what the map ran over, while a rerun has opened its length again
    PRIMARY KEY (run, map, parent)
) WITHOUT ROWID;

-- What the rows of a task in `instance` add up to, kept in the transactions that write them.
CREATE TABLE summary (
    run              INTEGER NOT NULL,
    task             INTEGER NOT NULL,
    success          INTEGER NOT NULL,
    failed           INTEGER NOT NULL,
    skipped          INTEGER NOT NULL,
    upstream_failed  INTEGER NOT NULL,
    up_for_retry     INTEGER NOT NULL,
    up_for_reschedule INTEGER NOT NULL,
    deferred         INTEGER NOT NULL,
    removed          INTEGER NOT NULL,
    valued           INTEGER NOT NULL, -- instances with a return value, without the removed ones
    durations        TEXT    NOT NULL, -- JSON: ended tries by duration, see fanjet.store.summaries
    first_started_at REAL,
    last_ended_at    REAL,
    PRIMARY KEY (run, task)
) WITHOUT ROWID;

-- Values pushed under keys of their own; return values are in `instance`.
CREATE TABLE xcom (
    run        INTEGER NOT NULL,
    task       INTEGER NOT NULL,
    path       BLOB    NOT NULL,
    key        TEXT    NOT NULL,
    try_number INTEGER NOT NULL,
    value      BLOB    NOT NULL,
    PRIMARY KEY (run, task, path, key)
) WITHOUT ROWID;

-- What people ask of a run that another process owns: that process carries it out.
CREATE TABLE command (
    command     INTEGER PRIMARY KEY AUTOINCREMENT,
    run         INTEGER NOT NULL,
    kind        TEXT    NOT NULL, -- rerun, mark or cancel
    body        TEXT    NOT NULL, -- JSON: the event
    posted_at   REAL    NOT NULL,
    answered_at REAL,
    answer      TEXT -- what was done
);
CREATE INDEX command_open ON command (command) WHERE answered_at IS NULL;

-- What tasks keep from try to try, and about assets from run to run.
CREATE TABLE kept_value (
    owner      TEXT NOT NULL, -- an asset, or an instance in its run
    key        TEXT NOT NULL,
    value      TEXT NOT NULL, -- JSON
    expires_at REAL,
    PRIMARY KEY (owner, key)
) WITHOUT ROWID;

-- Assets that tries have made.
CREATE TABLE asset_event (
    event   INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT NOT NULL,
    uri     TEXT NOT NULL,
    extra   TEXT NOT NULL, -- JSON
    aliases TEXT NOT NULL, -- JSON: a list
    dag_id  TEXT NOT NULL,
    run_id  TEXT NOT NULL,
    task_id TEXT NOT NULL,
    path    BLOB NOT NULL,
    at      REAL NOT NULL
);
CREATE INDEX asset_event_name ON asset_event (name);
CREATE INDEX asset_event_source ON asset_event (dag_id, run_id, task_id, path);

-- What people keep for their DAG files. Values are encrypted with a key that is not in the database.
CREATE TABLE variable (
    name        TEXT    PRIMARY KEY,
    value       TEXT    NOT NULL, -- encrypted text
    secret      INTEGER NOT NULL, -- 1: to be masked whatever its name is
    description TEXT,
    created_at  REAL    NOT NULL,
    updated_at  REAL    NOT NULL
) WITHOUT ROWID;
CREATE TABLE connection (
    name        TEXT    PRIMARY KEY,
    value       TEXT    NOT NULL, -- encrypted JSON of its fields
    description TEXT,
    created_at  REAL    NOT NULL,
    updated_at  REAL    NOT NULL
) WITHOUT ROWID;
