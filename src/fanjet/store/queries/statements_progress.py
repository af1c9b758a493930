"""The statements by which another process follows a run: none of them counts the run's instances."""

from __future__ import annotations

from typing import Final

FIND_LEASE: Final = "SELECT lease_session, lease_until - shared_clock() FROM run WHERE run = ?"
#: One row per map: at how many places it expanded, to how many positions in all.
SUM_MAP_LENGTHS: Final = "SELECT map, count(*), CAST(sum(count) AS BIGINT) FROM map_length WHERE run = ? GROUP BY map"
LIST_LENGTHS_OF_MAP: Final = "SELECT parent, count FROM map_length WHERE run = ? AND map = ?"
#: The condition on the path is added: ``IN (?, ?, ...)``. What was cleared (0) or removed (10) stands for nothing.
LIST_STAND_INS: Final = "SELECT path FROM instance WHERE run = ? AND task = ? AND state NOT IN (0, 10) AND path IN "
#: The latest launches of each task after a fence, by one descent of the tree per task however many launches there are.
LIST_LAUNCHES: Final = """
WITH RECURSIVE each_task(task) AS (SELECT 0 UNION ALL SELECT task + 1 FROM each_task WHERE task + 1 < ?2)
SELECT x.task, x.fence, x.parent, x.first, x.count, x.try_number, x.launched_at
FROM each_task AS t CROSS JOIN launch AS x
WHERE x.run = ?1 AND x.task = t.task AND x.fence IN (
    SELECT fence FROM launch WHERE run = ?1 AND task = t.task AND fence > ?3 ORDER BY fence DESC LIMIT ?4)
ORDER BY x.fence"""
#: Of the instances of one launch, ?3 to ?4: how many were heard of since (try ?5, launched at ?6), and how many of the
#: others are recorded as waiting for it (7, 8, 9). What has ended (3 to 6) runs again only after it was cleared (0).
#: What was cleared or removed (10) runs again under its row, and a try that gave its slot back (8, 9) under the same
#: number: there the instant tells.
COUNT_HEARD_OF: Final = """
SELECT count(*) FILTER (WHERE heard), count(*) FILTER (WHERE NOT heard AND state = 7),
       count(*) FILTER (WHERE NOT heard AND state = 8), count(*) FILTER (WHERE NOT heard AND state = 9)
FROM (
    SELECT state, CASE
        WHEN state IN (3, 4, 5, 6) THEN TRUE
        WHEN state = 7 THEN try_number >= ?5
        ELSE ended_at >= ?6 END AS heard
    FROM instance WHERE run = ?1 AND task = ?2 AND path BETWEEN ?3 AND ?4)"""
#: The latest launch of one instance, ?4 under ?3 or at its own path ?5.
FIND_LAUNCH: Final = """
SELECT fence, first FROM launch
WHERE run = ?1 AND task = ?2 AND ((parent = ?3 AND first <= ?4 AND first + count > ?4) OR (parent = ?5 AND first = -1))
ORDER BY fence DESC LIMIT 1"""
