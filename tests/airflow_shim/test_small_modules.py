"""The small modules that exist for compatibility only."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta

import pytest

from fanjet import DAG
from fanjet.airflow import helpers, timezone
from fanjet.airflow.configuration import conf
from fanjet.airflow.dates import days_ago
from fanjet.airflow.exceptions import AirflowConfigException, AirflowNotFoundException
from fanjet.airflow.hooks import BaseHook, Connection, FSHook
from fanjet.airflow.masking import mask_secret, redact
from fanjet.airflow.plugins import AirflowPlugin
from fanjet.airflow.sensors import poke_mode_only
from fanjet.airflow.session import NoDatabaseSessionError, Session, create_session, provide_session
from fanjet.airflow.states import State, TaskInstanceState
from fanjet.airflow.stats import Stats
from fanjet.airflow.timeout import timeout
from fanjet.authoring.exceptions import AirflowException, TaskTimeout
from fanjet.errors import DagTypeError, DagValueError
from fanjet.operators.http.hook import HttpHook
from fanjet.operators.sensor import BaseSensorOperator
from fanjet.runtime import macros
from fanjet.runtime.connections import ConnectionNotFoundError


def test_settings_come_from_the_environment_or_are_true_here(monkeypatch):
    monkeypatch.setenv("AIRFLOW__MY_PART__COUNT", "3")
    monkeypatch.setenv("AIRFLOW__MY_PART__FLAG", "yes")
    assert (conf.getint("my_part", "count"), conf.getboolean("MY_PART", "flag")) == (3, True)
    assert conf.getboolean("core", "load_examples") is False
    assert conf.get("nowhere", "nothing", fallback=None) is None
    assert conf.getint("nowhere", "nothing", fallback=None) is None
    assert not conf.has_option("nowhere", "nothing")
    with pytest.raises(AirflowConfigException, match="set AIRFLOW__NOWHERE__NOTHING or give a fallback"):
        conf.get("nowhere", "nothing")
    with pytest.raises(AirflowConfigException, match="neither true nor false"):
        conf.getboolean("my_part", "count")


def test_a_session_may_be_asked_for_but_not_used():
    @provide_session
    def count(table, session=None):
        return len(session[table])

    assert count("t", session={"t": [1, 2]}) == 2
    for use in (lambda: count("t"), Session, lambda: Session.query("t"), lambda: create_session().__enter__()):
        with pytest.raises(NoDatabaseSessionError, match="tasks never see Fanjet's own"):
            use()


def test_hooks_find_connections(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_FILES", '{"conn_type": "fs", "extra": {"path": "/data"}}')
    assert FSHook("files").get_path() == "/data"
    assert Connection(conn_id="c", uri="http://host:80/x").port == 80
    with pytest.raises(AirflowNotFoundException, match="There is no connection 'nowhere'") as caught:
        BaseHook.get_connection("nowhere")
    assert isinstance(caught.value, AirflowException)
    assert isinstance(caught.value, ConnectionNotFoundError)
    with pytest.raises(AirflowNotFoundException, match="There is no connection 'nowhere'"):
        HttpHook(http_conn_id="nowhere").get_conn()  # Fanjet's own hooks fail with the same
    assert BaseHook(logger_name="x").log.name == "airflow.task.hooks.x"


def test_states_are_texts():
    assert State.SUCCESS == TaskInstanceState.SUCCESS == "success"
    assert f"{State.UPSTREAM_FAILED}" == "upstream_failed"
    assert "skipped" in State.finished
    assert State.RUNNING in State.unfinished


def test_dates_and_zones():
    midnight = days_ago(1)
    assert (midnight.hour, midnight.tzinfo) == (0, UTC)
    assert timezone.datetime(2024, 1, 5) == datetime(2024, 1, 5, tzinfo=UTC)
    assert timezone.parse("2024-01-05T12:00:00+02:00") == datetime(2024, 1, 5, 10, tzinfo=UTC)
    naive = datetime(2024, 1, 5)  # noqa: DTZ001 - it is about those
    assert timezone.make_naive(timezone.make_aware(naive)) == naive
    assert timezone.td_format(timedelta(days=1, seconds=62)) == "1d:1M:2s"
    assert timezone.convert_to_utc(None) is None
    with pytest.raises(ValueError):
        timezone.make_naive(naive)


def test_helpers():
    assert list(helpers.chunks([1, 2, 3], 2)) == [[1, 2], [3]]
    assert helpers.merge_dicts({"a": {"b": 1}, "c": 1}, {"a": {"d": 2}}) == {"a": {"b": 1, "d": 2}, "c": 1}
    assert helpers.prune_dict({"a": None, "b": [1, None], "c": {"d": None}}) == {"b": [1], "c": {}}
    assert (helpers.exactly_one(1, 0), helpers.at_most_one(1, 1)) == (True, False)
    assert helpers.as_flattened_list([1, [2, (3,)]]) == [1, 2, 3]
    assert helpers.convert_camel_to_snake("CamelCase") == "camel_case"
    assert helpers.import_string("fanjet.airflow.dates.days_ago") is days_ago
    assert [list(part) for part in helpers.partition(lambda n: n > 1, [1, 2, 3])] == [[1], [2, 3]]
    assert helpers.determine_kwargs(lambda a, b: 0, [1], {"b": 2, "c": 3}) == {"b": 2}
    with pytest.raises(AirflowException):
        helpers.validate_key("not a key")
    with pytest.raises(ImportError):
        helpers.import_string("fanjet.airflow.dates.nothing")


def test_a_part_of_a_task_may_have_a_limit():
    with pytest.raises(TaskTimeout), timeout(seconds=0.01):
        time.sleep(10)


def test_metrics_become_lines_of_the_log(caplog):
    with caplog.at_level(logging.DEBUG, logger="fanjet.task.metrics"), Stats.timer("work"):
        Stats.incr("done", 2, tags={"a": "b"})
    assert "done +2" in caplog.text
    assert "work took" in caplog.text


def test_secrets_named_by_tasks_are_masked():
    mask_secret({"token": "very-secret-thing"})
    assert redact({"said": ["very-secret-thing"]}) == {"said": ["***"]}


def test_plugins_bring_macros(caplog):
    def shout(text):
        return text.upper()

    class Loud(AirflowPlugin):
        name = "loud"
        macros = (shout,)
        flask_blueprints = (object(),)

    assert macros.loud.shout("a") == "A"
    assert "only its macros are used, not its flask_blueprints" in caplog.text
    del macros.loud


def test_a_sensor_class_may_know_one_mode_only():
    @poke_mode_only
    class Patient(BaseSensorOperator):
        def __init__(self, *, what, **options):
            super().__init__(**options)
            self.what = what

    with DAG("d"):
        assert Patient(task_id="a", what=1).what == 1
        with pytest.raises(DagValueError, match="knows mode='poke' only"):
            Patient(task_id="b", what=1, mode="reschedule")
        with pytest.raises(DagTypeError, match="takes no argument 'whatt'"):
            Patient(task_id="c", what=1, whatt=2)
