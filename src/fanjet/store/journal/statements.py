"""The journal's statements, by name, in the SQL that SQLite and PostgreSQL share (`fanjet.store.database.port`)."""

from __future__ import annotations

from typing import Final

# --- sessions, versions, runs, leases ---

INSERT_SESSION: Final = "INSERT INTO session (host, pid, process, started_at) VALUES (?, ?, ?, ?) RETURNING session"
FIND_DAG_OF_VERSION: Final = "SELECT dag_id FROM dag_version WHERE version = ?"
FIND_SPEC_OF_RUN: Final = "SELECT v.spec FROM run AS r JOIN dag_version AS v ON v.version = r.version WHERE r.run = ?"
FIND_INFO_OF_RUN: Final = """
SELECT run, run_id, dag_id, run_type, logical_date, data_interval_start, data_interval_end, created_at, started_at,
       conf, params, asset_events
FROM run WHERE dag_id = ? AND run_id = ?"""
FIND_FILES_OF_RUN: Final = """
SELECT v.bundle, v.root, v.file FROM run AS r JOIN dag_version AS v ON v.version = r.version WHERE r.run = ?"""
HAS_VERSION: Final = "SELECT 1 FROM run WHERE run = ? AND version = ?"
INSERT_RUN: Final = """
INSERT INTO run (dag_id, run_id, version, run_type, logical_date, data_interval_start, data_interval_end,
                 created_at, started_at, state, conf, params, asset_events)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (dag_id, run_id) DO NOTHING RETURNING run"""
FIND_LEASE: Final = """
SELECT r.lease_session, r.lease_fence, r.lease_until - shared_clock(), s.host, s.pid, s.process
FROM run AS r LEFT JOIN session AS s ON s.session = r.lease_session WHERE r.run = ?"""
#: The condition on the run is added: ``IN (?, ?, ...)``. In the order in which rows are locked.
LIST_FENCES: Final = "SELECT r.run, r.lease_session, r.lease_fence FROM run AS r WHERE r.run IN "
TAKE_LEASE: Final = "UPDATE run SET lease_session = ?, lease_fence = ?, lease_until = shared_clock() + ? WHERE run = ?"
RENEW_LEASES: Final = "UPDATE run SET lease_until = shared_clock() + ? WHERE ended_at IS NULL AND lease_session = ?"
RELEASE_LEASE: Final = """
UPDATE run SET lease_session = NULL, lease_until = 0 WHERE run = ? AND lease_session = ? AND lease_fence = ?"""
END_RUN: Final = "UPDATE run SET state = ?, ended_at = ? WHERE run = ?"

# --- instances ---

#: A cleared instance keeps its results until it has new ones or has ended without any; while it waits for its next try
#: (7, 8, 9) it has not ended.
REPLACE_WHOLE: Final = """
INSERT INTO instance (run, task, path, state, try_number, started_at, ended_at, log_segment, log_offset, log_length,
                      value, item_count, label, error, resume_at, carry, skips, rendered)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run, task, path) DO UPDATE SET
    state = excluded.state, try_number = excluded.try_number, started_at = excluded.started_at,
    ended_at = excluded.ended_at, log_segment = excluded.log_segment, log_offset = excluded.log_offset,
    log_length = excluded.log_length,
    value = CASE WHEN excluded.state IN (7, 8, 9) THEN instance.value ELSE excluded.value END,
    item_count = CASE WHEN excluded.state IN (7, 8, 9) THEN instance.item_count ELSE excluded.item_count END,
    label = excluded.label, error = excluded.error, resume_at = excluded.resume_at, carry = excluded.carry,
    skips = excluded.skips, rendered = excluded.rendered"""
#: What is recorded between two paths: the old state, and what of it counts in the summary.
FIND_RECORDED: Final = """
SELECT path, state, started_at, ended_at, value IS NOT NULL FROM instance
WHERE run = ? AND task = ? AND path BETWEEN ? AND ?"""
#: Before a row is replaced by that of a later try, or of a later part of the same one. A sensor looks the same each
#: time that it is rescheduled (8) or deferred (9), so the rendered fields of its last part are enough.
#: The last try of what was removed (10) or marked by hand has been kept when that happened.
KEEP_TRY: Final = """
INSERT INTO try (run, task, path, try_number, ended_at, state, started_at, log_segment, log_offset,
                 log_length, label, error, rendered)
SELECT run, task, path, try_number, ended_at, state, started_at, log_segment, log_offset, log_length, label, error,
       CASE WHEN state NOT IN (8, 9) THEN rendered END
FROM instance WHERE run = ? AND task = ? AND path = ? AND try_number > 0 AND state NOT IN (0, 10)
      AND coalesce(error, '') NOT LIKE 'marked %'
ON CONFLICT (run, task, path, try_number, ended_at) DO UPDATE SET
    state = excluded.state, started_at = excluded.started_at, log_segment = excluded.log_segment,
    log_offset = excluded.log_offset, log_length = excluded.log_length, label = excluded.label,
    error = excluded.error, rendered = excluded.rendered"""
#: An instance ends that was cleared, or waiting for its next try or the rest of this one; its last try has been kept.
END_RECORDED: Final = """
UPDATE instance SET state = ?1, started_at = NULL, ended_at = ?2, error = coalesce(?3, error), resume_at = NULL,
                    carry = NULL, try_number = CASE WHEN try_number < ?4 THEN ?4 ELSE try_number END,
                    value = CASE WHEN ?5 = 1 THEN value END, item_count = CASE WHEN ?5 = 1 THEN item_count END
WHERE run = ?6 AND task = ?7 AND path = ?8"""

#: The trigger of a deferred instance has fired: it goes on as soon as it can, also after a restart.
FIRE: Final = "UPDATE instance SET carry = ?, resume_at = 0 WHERE run = ? AND task = ? AND path = ? AND state = 9"

# --- clearing: a range of paths begins again; what has had no try is forgotten ---

FIND_CLEARED: Final = """
SELECT state, started_at, ended_at, value IS NOT NULL, try_number FROM instance
WHERE run = ? AND task = ? AND path BETWEEN ? AND ? AND state <> 0"""
KEEP_CLEARED: Final = """
INSERT INTO try (run, task, path, try_number, ended_at, state, started_at, log_segment, log_offset,
                 log_length, label, error, rendered)
SELECT run, task, path, try_number, ended_at, state, started_at, log_segment, log_offset, log_length, label, error,
       CASE WHEN state NOT IN (8, 9) THEN rendered END
FROM instance WHERE run = ? AND task = ? AND path BETWEEN ? AND ? AND try_number > 0 AND state NOT IN (0, 10)
      AND coalesce(error, '') NOT LIKE 'marked %'
ON CONFLICT (run, task, path, try_number, ended_at) DO UPDATE SET
    state = excluded.state, started_at = excluded.started_at, log_segment = excluded.log_segment,
    log_offset = excluded.log_offset, log_length = excluded.log_length, label = excluded.label,
    error = excluded.error, rendered = excluded.rendered"""
FORGET_UNTRIED: Final = "DELETE FROM instance WHERE run = ? AND task = ? AND path BETWEEN ? AND ? AND try_number = 0"
CLEAR: Final = """
UPDATE instance SET state = 0, tries_before = try_number, started_at = NULL, ended_at = ?, log_segment = NULL,
                    log_offset = NULL, log_length = NULL, label = NULL, error = NULL, resume_at = NULL, carry = NULL,
                    skips = NULL, rendered = NULL, value = CASE WHEN state <> 10 THEN value END,
                    item_count = CASE WHEN state <> 10 THEN item_count END
WHERE run = ? AND task = ? AND path BETWEEN ? AND ?"""
REOPEN_MAP: Final = "UPDATE map_length SET reopened = ? WHERE run = ? AND map = ? AND parent = ?"
DROP_MAP_LENGTH: Final = "DELETE FROM map_length WHERE run = ? AND map = ? AND parent = ?"
#: A run of a service that had ended comes after those that are under way.
REOPEN_RUN: Final = """
UPDATE run SET state = ?, patient = ?, ended_at = NULL,
               queued_at = CASE WHEN ended_at IS NULL OR queued_at IS NULL THEN queued_at ELSE ? END
WHERE run = ?"""
LIST_REOPENED: Final = "SELECT map, parent, reopened FROM map_length WHERE run = ? AND reopened IS NOT NULL"
FIND_STATE: Final = "SELECT state FROM run WHERE run = ?"
FIND_PATIENT: Final = "SELECT patient FROM run WHERE run = ?"
SET_VERSION: Final = "UPDATE run SET version = ? WHERE run = ?"

# --- commands ---

INSERT_COMMAND: Final = """
INSERT INTO command (run, kind, body, posted_at) VALUES (?, ?, ?, shared_clock()) RETURNING command"""
LIST_COMMANDS: Final = """
SELECT command, run, kind, body FROM command
WHERE answered_at IS NULL AND posted_at > shared_clock() - ? ORDER BY command"""
ANSWER_COMMAND: Final = "UPDATE command SET answered_at = ?, answer = ? WHERE command = ?"
FIND_ANSWER: Final = "SELECT answer FROM command WHERE command = ? AND answered_at IS NOT NULL"
FORGET_COMMANDS: Final = "DELETE FROM command WHERE posted_at < shared_clock() - ?"
WITHDRAW_COMMAND: Final = "DELETE FROM command WHERE command = ? AND answered_at IS NULL RETURNING command"

# --- launches, maps, XComs, summaries ---

FORGET_XCOMS: Final = "DELETE FROM xcom WHERE run = ? AND task = ? AND path >= ? AND path < ? AND try_number < ?"
PUT_XCOM: Final = """
INSERT INTO xcom (run, task, path, key, try_number, value)
VALUES (?1, ?2, ?3, ?4,
        coalesce((SELECT try_number FROM launch WHERE run = ?1 AND task = ?2 AND fence = ?5), 1), ?6)
ON CONFLICT (run, task, path, key) DO UPDATE SET try_number = excluded.try_number, value = excluded.value"""
PUT_MAP_LENGTH: Final = """
INSERT INTO map_length (run, map, parent, count) VALUES (?, ?, ?, ?)
ON CONFLICT (run, map, parent) DO UPDATE SET count = excluded.count, reopened = NULL"""
FIND_SUMMARY: Final = """
SELECT success, failed, skipped, upstream_failed, up_for_retry, up_for_reschedule, deferred, removed,
       valued, durations, first_started_at, last_ended_at
FROM summary WHERE run = ? AND task = ?"""
PUT_SUMMARY: Final = """
INSERT INTO summary (run, task, success, failed, skipped, upstream_failed, up_for_retry, up_for_reschedule, deferred,
                     removed, valued, durations, first_started_at, last_ended_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run, task) DO UPDATE SET
    success = excluded.success, failed = excluded.failed, skipped = excluded.skipped,
    upstream_failed = excluded.upstream_failed, up_for_retry = excluded.up_for_retry,
    up_for_reschedule = excluded.up_for_reschedule, deferred = excluded.deferred, removed = excluded.removed,
    valued = excluded.valued, durations = excluded.durations, first_started_at = excluded.first_started_at,
    last_ended_at = excluded.last_ended_at"""

# --- what running tries ask, and restoring; REMOVED (10) instances count for nothing ---

GET_VALUES: Final = """
SELECT path, value FROM instance
WHERE run = ? AND task = ? AND path >= ? AND path < ? AND value IS NOT NULL AND state <> 10
ORDER BY path LIMIT ? OFFSET ?"""
GET_PUSHED: Final = """
SELECT path, value FROM xcom WHERE run = ? AND task = ? AND path >= ? AND path < ? AND key = ?
ORDER BY path LIMIT ? OFFSET ?"""
#: As the two above, with NULL for instances that ended (`fanjet.model.states.ENDED`) without a value.
GET_ENDED_VALUES: Final = """
SELECT path, value FROM instance
WHERE run = ? AND task = ? AND path >= ? AND path < ? AND state IN (3, 4, 5, 6)
ORDER BY path LIMIT ? OFFSET ?"""
GET_ENDED_PUSHED: Final = """
SELECT i.path, x.value FROM instance AS i
LEFT JOIN xcom AS x ON x.run = i.run AND x.task = i.task AND x.path = i.path AND x.key = ?5
WHERE i.run = ?1 AND i.task = ?2 AND i.path >= ?3 AND i.path < ?4 AND i.state IN (3, 4, 5, 6)
ORDER BY i.path LIMIT ?6 OFFSET ?7"""
FIND_VALUE_PATH: Final = """
SELECT path FROM instance
WHERE run = ? AND task = ? AND path >= ? AND path < ? AND value IS NOT NULL AND state <> 10
ORDER BY path LIMIT 1 OFFSET ?"""
FIND_PUSHED_PATH: Final = """
SELECT path FROM xcom WHERE run = ? AND task = ? AND path >= ? AND path < ? AND key = ?
ORDER BY path LIMIT 1 OFFSET ?"""
COUNT_VALUES: Final = """
SELECT count(*) FROM instance
WHERE run = ? AND task = ? AND path >= ? AND path < ? AND value IS NOT NULL AND state <> 10"""
COUNT_PUSHED: Final = "SELECT count(*) FROM xcom WHERE run = ? AND task = ? AND path >= ? AND path < ? AND key = ?"
COUNT_ALL_VALUES: Final = "SELECT valued FROM summary WHERE run = ? AND task = ?"
GET_MAP_LENGTH: Final = "SELECT count FROM map_length WHERE run = ? AND map = ? AND parent = ?"
LIST_MAP_LENGTHS: Final = "SELECT map, parent, count FROM map_length WHERE run = ? ORDER BY map, parent"
LIST_RECORDED_TASKS: Final = "SELECT task FROM summary WHERE run = ? ORDER BY task"
LIST_INSTANCES: Final = """
SELECT path, state, try_number, value IS NOT NULL, item_count FROM instance
WHERE run = ? AND task = ? AND path >= ? ORDER BY path LIMIT ?"""
#: What few instances have. A skipped one (5) has one of these reasons if the run was stopped (`fanjet.engine.skips`).
LIST_WAITING: Final = """
SELECT path, resume_at, carry, skips, tries_before, ended_at,
       state = 5 AND (error LIKE 'cancelled: %' OR error = 'fail_fast')
FROM instance
WHERE run = ? AND task = ?
      AND (resume_at IS NOT NULL OR carry IS NOT NULL OR skips IS NOT NULL OR tries_before > 0 OR error IS NOT NULL)
ORDER BY path"""
