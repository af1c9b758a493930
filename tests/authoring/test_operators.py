"""Operators: arguments, default arguments, templates, kinds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from authoring.places import Command, spec_of, task_of
from fanjet import DAG, BaseOperator, TaskGroup, TriggerRule, task
from fanjet.authoring.exceptions import DuplicateTaskId
from fanjet.errors import DagError, DagTypeError, DagValueError


def note(context):
    return None


def test_all_options_reach_the_spec(dag):
    Command(
        task_id="c",
        command="x",
        owner="me",
        retries=2,
        retry_delay=timedelta(seconds=7),
        retry_exponential_backoff=True,
        max_retry_delay=60,
        execution_timeout=timedelta(minutes=1),
        trigger_rule="all_done",
        on_execute_callback=note,
        on_failure_callback=[note, note],
        max_active_tis_per_dag=3,
        max_active_tis_per_dagrun=2,
        pool="p",
        pool_slots=2,
        priority_weight=5,
        isolation="process",
        map_index_template="{{ x }}",
        task_display_name="Shown",
        doc_md="\n    Title\n\n      indented\n    ",
    )
    found = task_of(dag, "c")
    assert (found.owner, found.retries, found.retry_delay_s, found.retry_backoff) == ("me", 2, 7.0, 2.0)
    assert (found.max_retry_delay_s, found.execution_timeout_s) == (60.0, 60.0)
    assert found.trigger_rule is TriggerRule.ALL_DONE
    assert found.callbacks == ("execute", "failure")
    assert (found.max_active_per_dag, found.max_active_per_run) == (3, 2)
    assert (found.pool, found.pool_slots, found.priority, found.isolation) == ("p", 2, 5, "process")
    assert (found.has_label, found.display_name, found.operator) == (True, "Shown", "Command")
    assert found.doc == "Title\n\n  indented"


@pytest.mark.parametrize("rule", list(TriggerRule))
def test_every_trigger_rule_is_known(dag, rule):
    Command(task_id="c", command="x", trigger_rule=str(rule))
    assert task_of(dag, "c").trigger_rule is rule


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("trigger_rule", "sometimes", "give one of all_success"),
        ("retries", -1, "a whole number of at least 0"),
        ("retries", "2", "a whole number"),
        ("retries", 10**30, "a whole number of at most 9,223"),
        ("priority_weight", 2**31, "a whole number up to 2,147"),
        ("retry_delay", float("inf"), "that a timedelta can be"),
        ("retry_delay", "5m", "a timedelta or a number of seconds"),
        ("retry_delay", -1, "not negative"),
        ("retry_exponential_backoff", 0.5, "a factor of at least 1"),
        ("execution_timeout", "x", "a timedelta"),
        ("on_failure_callback", 3, "a function"),
        ("pool_slots", 0, "at least 1"),
        ("weight_rule", "none", "one of downstream"),
        ("isolation", "thread", "'worker', 'process'"),
        ("do_xcom_push", "no", "True or False"),
        ("owner", 3, "a str"),
        ("max_active_tis_per_dag", 0, "at least 1"),
    ],
)
def test_values_that_cannot_be_used_say_what_can(dag, name, value, text):
    with pytest.raises(DagValueError, match=f"Command 'c': {name}=.*Fix: .*{text}"):
        Command(task_id="c", command="x", **{name: value})
    with pytest.raises(DagValueError, match=f"{name}="):
        Command.partial(task_id="c", **{name: value}).expand(command=["x"])


def test_what_must_not_be_passed_over_is_an_error_with_a_fix(dag):
    with pytest.raises(DagTypeError, match="run_as_user='x' has no meaning in Fanjet"):
        Command(task_id="c", command="x", run_as_user="x")


@pytest.mark.parametrize(
    ("name", "value"),
    [("queue", "gpu"), ("executor", "Kubernetes"), ("executor_config", {"a": 1})],
)
def test_what_only_other_executors_use_is_kept_and_told(dag, monkeypatch, name, value):
    monkeypatch.setattr("fanjet.authoring.no_effect._told", set())
    with pytest.warns(UserWarning, match=f"Command 'c': {name} has no effect") as told:
        task = Command(task_id="c", command="x", **{name: value})
    assert (getattr(task, name), len(told)) == (value, 1)


def test_hooks_run_around_execute(dag):
    seen = []
    hooks = {"pre_execute": seen.append, "post_execute": lambda _, result: seen.append(result)}
    task = Command(task_id="c", command="x", **hooks)
    task.pre_execute({"ds": 1})
    task.post_execute({"ds": 1}, "done")
    assert seen == [{"ds": 1}, "done"]


def test_what_asks_for_nothing_is_accepted(dag):
    nothing = {"depends_on_past": False, "email": ["a@b"], "email_on_failure": False, "email_on_retry": False}
    Command(task_id="c", command="x", sla=None, queue="default", **nothing)
    with pytest.raises(DagTypeError, match="provide_context=False"):
        Command(task_id="e", command="x", provide_context=False)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"task_id": "c", "command": "x", "bogus": 1}, "Command 'c' takes no argument 'bogus'"),
        ({"task_id": "c"}, "Command 'c' is missing the argument 'command'"),
        ({"command": "x"}, "Command is missing the argument 'task_id'"),
    ],
)
def test_wrong_arguments(dag, arguments, text):
    with pytest.raises(DagTypeError, match=text):
        Command(**arguments)
    with pytest.raises(DagTypeError, match="by position"):
        Command("c")


@pytest.mark.parametrize("task_id", ["", "a b", "a/b", 3, "x" * 251])
def test_ids(dag, task_id):
    with pytest.raises(DagValueError, match="cannot have the id"):
        Command(task_id=task_id, command="x")


def test_an_id_is_used_once(dag):
    first = Command(task_id="c", command="x")
    dag.add_task(first)
    with pytest.raises(DuplicateTaskId, match="two tasks or groups with the id 'c'"):
        Command(task_id="c", command="x")
    with pytest.raises(DuplicateTaskId):
        TaskGroup("c")


def test_default_args_of_dag_groups_and_task_in_this_order():
    with DAG("d", default_args={"retries": 1, "owner": "dag", "quiet": True, "pool": "dag"}) as dag:
        Command(task_id="a", command="x")
        with (
            TaskGroup("g", default_args={"owner": "group", "pool": "group"}),
            TaskGroup("h", default_args={"pool": "h"}),
        ):
            Command(task_id="b", command="x", retries=5)
            Command(task_id="c", command="x", default_args={"pool": "own"})
            Command.partial(task_id="m").expand(command=["x"])
            task(task_id="f")(lambda: None)()
    found = {each.task_id: (each.retries, each.owner, each.pool) for each in spec_of(dag).tasks}
    assert found == {
        "a": (1, "dag", "dag"),
        "g.h.b": (5, "group", "h"),
        "g.h.c": (1, "group", "own"),
        "g.h.m": (1, "group", "h"),
        "g.h.f": (1, "group", "h"),
    }
    assert dag.get_task("a").quiet is True
    assert dag.get_task("g.h.m").unmap({"command": "y"}).quiet is True


def test_default_args_that_no_task_takes_are_warned_about():
    with DAG("d", default_args={"retrys": 1}) as dag:
        Command(task_id="a", command="x")
    with pytest.warns(UserWarning, match="no task takes the argument 'retrys' of default_args"):
        spec_of(dag)


def test_the_start_date_is_that_of_the_dag():
    start = datetime(2024, 1, 1)  # noqa: DTZ001 - people write it so
    with DAG("d", default_args={"start_date": start}) as dag:
        Command(task_id="a", command="x")
        with pytest.raises(DagValueError, match="a task has none of its own"):
            Command(task_id="b", command="x", start_date=datetime(2025, 1, 1, tzinfo=UTC))
    assert spec_of(dag).start_date == datetime(2024, 1, 1, tzinfo=UTC)


def test_attributes_set_later_count_and_are_checked(dag):
    made = Command(task_id="a", command="x")
    made.retries, made.trigger_rule, made.retry_delay = 3, "all_done", 2
    found = task_of(dag, "a")
    assert (found.retries, found.trigger_rule, found.retry_delay_s) == (3, TriggerRule.ALL_DONE, 2.0)
    made.trigger_rule = "sometimes"
    with pytest.raises(DagValueError, match="Task 'a': trigger_rule='sometimes'"):
        spec_of(dag)


@pytest.mark.parametrize(
    ("command", "env", "expected"),
    [
        ("echo", None, False),
        ("echo {{ ds }}", None, True),
        ("{% if x %}{% endif %}", None, True),
        ("echo", {"A": [{"deep": "{# no #}"}]}, True),
        ("run.sh", None, True),
        ("echo\n", None, True),
        ("echo", {"A": 3}, False),
    ],
)
def test_templates_are_found_once_while_parsing(dag, command, env, expected):
    Command(task_id="plain", command=command, env=env)
    Command.partial(task_id="mapped", env=env).expand(command=["x", command])
    task(task_id="f")(lambda **kw: None).partial(env=env).expand(x=["x", [command]])
    assert task_of(dag, "plain").has_templates is expected
    assert task_of(dag, "mapped").has_templates is expected
    if command != "run.sh":
        assert task_of(dag, "f").has_templates is expected


def test_what_is_mapped_onto_a_plain_field_is_no_template(dag):
    Command.partial(task_id="c", command="x").expand(quiet=["{{ ds }}"])
    assert not task_of(dag, "c").has_templates


def test_with_native_rendering_every_text_is_a_template():
    with DAG("d", render_template_as_native_obj=True) as dag:
        Command(task_id="c", command="1")
    assert task_of(dag, "c").has_templates


def test_outputs_go_into_template_fields_only(dag):
    source = Command(task_id="a", command="x")
    with pytest.raises(DagTypeError, match="Command 'b' cannot take the output of a task as argument 'quiet'"):
        Command(task_id="b", command="x", quiet=source.output)


def test_a_template_field_must_exist(dag):
    class Wrong(BaseOperator):
        template_fields = ("sql",)

    with pytest.raises(DagTypeError, match="Wrong 'w' has no attribute 'sql'"):
        Wrong(task_id="w")


class Nothing(BaseOperator):
    kind = "empty"

    def execute(self, context):
        return None


class Something(Nothing):
    def execute(self, context):
        return 1


def test_an_empty_task_with_something_to_do_is_a_task(dag):
    Nothing(task_id="empty")
    Nothing(task_id="called", on_success_callback=note)
    Nothing(task_id="labelled", map_index_template="x")
    Something(task_id="own")
    kinds = {each.task_id: each.kind for each in spec_of(dag).tasks}
    assert kinds == {"empty": "empty", "called": "task", "labelled": "task", "own": "task"}


def test_subclasses_pass_arguments_on(dag):
    class Quiet(Command):
        def __init__(self, *, level=1, **options):
            super().__init__(quiet=True, **options)
            self.level = level

    made = Quiet(task_id="c", command="x", level=2, retries=1)
    assert (made.level, made.quiet, made.retries) == (2, True, 1)
    with pytest.raises(DagTypeError, match="did you mean 'level'"):
        Quiet(task_id="d", command="x", levle=2)


def test_unmapping_makes_one_instance_outside_of_the_dag(dag):
    mapped = Command.partial(task_id="c", retries=2, env={"A": 1}).expand(command=["x", "y"])
    before = dag.task_ids
    made = mapped.unmap({"command": "y"})
    assert (made.task_id, made.command, made.env, made.retries) == ("c", "y", {"A": 1}, 2)
    assert (made.dag, made.task_group, dag.task_ids) == (dag, dag.task_group, before)
    with pytest.raises(TypeError):
        mapped.unmap({"bogus": 1})


def test_errors_know_the_line_of_the_task(dag):
    made = Command(task_id="a", command="x")
    assert made.definition is not None
    assert made.definition.file == __file__
    assert spec_of(dag).tasks[0].line is None  # the spec is of another file
    with pytest.raises(DagError, match=f"{__file__}:[0-9]+: "):
        made >> made


def test_dates_of_a_task_may_leave_all_runs_of_its_dag_in():
    first, second = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)
    with DAG("wide", start_date=second, default_args={"start_date": first}):
        Command(task_id="early", command="x")
        with pytest.raises(DagValueError, match="give start_date to the DAG only"):
            Command(task_id="late", command="x", start_date=datetime(2024, 1, 3, tzinfo=UTC))
    with DAG("none"):
        Command(task_id="alone", command="x", start_date=first)
        with pytest.raises(DagValueError, match="give end_date to the DAG only"):
            Command(task_id="ending", command="x", end_date=first)


def test_what_has_no_effect_is_told_once():
    def define():
        with DAG("d", default_args={"sla": timedelta(hours=1)}):
            Command(task_id="a", command="x")
            Command(task_id="b", command="x")

    with pytest.warns(UserWarning, match="sla has no effect. Airflow 3 has removed it") as told:
        define()
    assert len(told) == 1
