-- {{ task.task_id }}
SELECT * FROM {{ params.table }} WHERE day = '{{ ds }}' AND part = {{ ti.map_index }};
{% include "queries/limit.sql" %}
