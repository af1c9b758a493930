"""Task groups, DAGs, params, and what a file provides."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from importlib import import_module

import pytest

import fanjet
from authoring.places import Command, Place, spec_of, task_of
from fanjet import DAG, Param, TaskGroup, dag, task, task_group
from fanjet.authoring.context_stack import current_group
from fanjet.authoring.dag_collection import collect_dags
from fanjet.authoring.exceptions import DuplicateTaskId
from fanjet.errors import DagError, DagTypeError, DagValueError


@task
def m(x=None):
    return x


def test_prefixes_and_suffixes_of_groups(dag):
    @task_group
    def g():
        """About it.

        More.
        """
        m()

    g(), g()
    with TaskGroup("h", prefix_group_id=False):
        m()
        with TaskGroup("i", tooltip="tip", group_display_name="I"):
            m()
    assert dag.task_ids == ["g.m", "g__1.m", "m", "i.m"]
    assert [(each.group_id, each.parent, each.tooltip) for each in spec_of(dag).groups] == [
        ("g", None, "About it."),
        ("g__1", None, "About it."),
        ("h", None, ""),
        ("i", "h", "tip"),
    ]
    with pytest.raises(DuplicateTaskId):
        TaskGroup("h")
    assert TaskGroup("h", add_suffix_on_collision=True).group_id == "h__1"


def test_group_options(dag):
    with pytest.raises(DagTypeError, match=r"'g' takes no argument 'tooltp'.*'tooltip'"):
        task_group(group_id="g", tooltp="x")(lambda: None)
    with pytest.raises(DagValueError, match="cannot have the id 'a b'"):
        TaskGroup("a b")


def test_a_group_needs_a_dag():
    with pytest.raises(DagValueError, match="is in no DAG"):
        TaskGroup("g")


def test_groups_can_be_given_to_tasks(dag):
    with TaskGroup("g") as g:
        pass
    Command(task_id="c", command="x", task_group=g)
    assert [each.task_id for each in g.iter_tasks()] == ["g.c"]
    assert g.get_child_by_label("c").label == "c"
    with pytest.raises(KeyError):
        g.get_child_by_label("d")


def test_labels_of_a_group_hold_for_its_tasks(dag):
    @task_group(map_index_template="{{ v }}")
    def g(v):
        m(v)
        m.override(task_id="own", map_index_template="mine")(v)

    g.expand(v=[1])
    assert [dag.get_task(name).find_label_template() for name in ("g.m", "g.own")] == ["{{ v }}", "mine"]
    assert task_of(dag, "g.m").has_label


def test_an_exception_leaves_no_context_behind():
    def fails():
        with DAG("d"), TaskGroup("g"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert current_group() is None


def test_dag_options_reach_the_spec():
    made = DAG(
        "d",
        description="text",
        schedule="@daily",
        catchup=True,
        max_active_tasks=3,
        max_active_runs=2,
        dagrun_timeout=timedelta(minutes=2),
        fail_fast=True,
        on_failure_callback=print,
        tags=["b", "a", "b"],
        doc_md="doc",
        dag_display_name="D",
        is_paused_upon_creation=True,
        params={"n": Param(3, "how many", type="integer"), "plain": [1]},
    )
    spec = spec_of(made)
    assert (spec.dag_id, spec.file, spec.description, spec.schedule, spec.catchup) == (
        "d",
        "dags.py",
        "text",
        "@daily",
        True,
    )
    assert (spec.max_active_tasks, spec.max_active_runs, spec.dagrun_timeout_s) == (3, 2, 120.0)
    assert (spec.fail_fast, spec.callbacks, spec.tags, spec.doc) == (True, ("failure",), ("b", "a"), "doc")
    assert (spec.display_name, spec.paused_on_creation) == ("D", True)
    assert [(each.name, each.default, each.description) for each in spec.params] == [
        ("n", "3", "how many"),
        ("plain", "[1]", None),
    ]
    assert spec.params[0].schema == {"type": "integer"}


def test_older_names_of_dag_options():
    made = DAG("d", schedule_interval="@once", concurrency=4, fail_stop=True)
    assert (made.schedule, made.max_active_tasks, made.fail_fast) == ("@once", 4, True)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"retries": 1}, DagTypeError, "DAG 'd' takes no argument 'retries'"),
        ({"schedle": None}, DagTypeError, "did you mean 'schedule'"),
        ({"deadline": 1}, DagValueError, "a DeadlineAlert or a list of them"),
        ({"schedule": object()}, DagValueError, "a cron text"),
        ({"start_date": "2024"}, DagValueError, "a datetime"),
        ({"max_active_tasks": -1}, DagValueError, "a whole number"),
        ({"max_active_tasks": 10**30}, DagValueError, "a whole number of at most 9,223"),
        ({"dagrun_timeout": 3}, DagValueError, "a timedelta"),
        ({"catchup": "no"}, DagValueError, "True or False"),
        ({"params": {"n": Param(1)}, "default_args": {"params": {1: 2}}}, DagTypeError, "must be a str"),
    ],
)
def test_wrong_dag_options(arguments, error, text):
    with pytest.raises(error, match=text):
        DAG("d", **arguments)


def test_a_default_that_is_no_json():
    with pytest.raises(DagValueError, match="param 'n' cannot be written as JSON"):
        spec_of(DAG("d", params={"n": object()}))


def test_fail_fast_allows_all_success_only():
    with DAG("d", fail_fast=True) as made:
        m() >> m.override(task_id="t")().as_teardown()
        spec_of(made)
        m.override(trigger_rule="one_success")()
    with pytest.raises(DagValueError, match="'m__1' has the trigger rule 'one_success', but DAG 'd' is fail_fast"):
        spec_of(made)


def test_the_dag_decorator():
    @dag
    def first():
        """Docs."""
        m()

    @dag("second", tags=["t"])
    def other(n=3, *, word="x"):
        m([n, word])

    made = first()
    assert (made.dag_id, made.doc_md, made.task_ids) == ("first", "Docs.", ["m"])
    made = other(4)
    assert (made.dag_id, made.tags, dict(made.params)) == ("second", ("t",), {"n": 4, "word": "x"})
    operator = made.get_task("m")
    (value,) = operator.op_args
    assert [each.resolve(Place(params={"n": 9, "word": "w"})) for each in value] == [9, "w"]
    with pytest.raises(DagTypeError, match="takes no argument 'z'"):
        other(z=1)
    with pytest.raises(DagTypeError, match="takes 1 arguments"):
        other(1, 2)


def test_params_of_a_dag_function_cannot_be_mapped_over():
    @dag
    def d(n=(1, 2)):
        m.expand(x=n)

    with pytest.raises(DagValueError, match="param 'n' of DAG 'd': the length of a map follows"):
        d()


def test_a_file_provides_what_it_registers_or_holds():
    collect_dags({})
    with DAG("later"):
        pass
    with DAG("hidden", auto_register=False):
        pass
    held = DAG("held")
    assert [each.dag_id for each in collect_dags({"x": held, "y": held, "z": 3})] == ["later", "held"]
    assert collect_dags({}) == []


def test_all_public_names_exist():
    from fanjet.authoring import exceptions

    assert list(fanjet.__all__) == list(fanjet._HOMES)
    for name, home in fanjet._HOMES.items():
        found = getattr(fanjet, name)
        assert found is getattr(import_module(home), name)
        assert getattr(found, "__module__", home) == home, "the name comes from where it lives"
    assert fanjet.SkipException is exceptions.SkipException
    assert "DAG" in dir(fanjet)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        fanjet.nothing  # noqa: B018 - the access is the test


def test_importing_stays_light():
    program = (
        "import sys, fanjet; from fanjet import DAG, task, task_group, setup, Param, chain\n"
        "heavy = set('jinja2 rich click fsspec pandas cloudpickle asyncio sqlite3 logging json'.split())\n"
        "print(sorted(heavy & set(sys.modules)), [n for n in sys.modules if n.startswith('fanjet.runtime')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"


def test_all_public_names_together_are_light():
    program = (
        "import sys; from fanjet import *\n"
        "heavy = set('jinja2 rich click fsspec pandas numpy pyarrow cloudpickle asyncio sqlite3 psutil'.split())\n"
        "print(sorted(heavy & set(sys.modules)), Variable.__name__, BaseHook.get_connection.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] Variable get_connection"


def test_errors_of_layers_that_are_not_there():
    from fanjet.authoring import ports

    with pytest.raises(DagError, match=r"DAG\.fly\(\) is not available"):
        ports.get_dag_action("fly")


def test_a_dag_knows_its_tasks(dag):
    first = m()
    last = m(first)
    assert ([each.task_id for each in dag.roots], [each.task_id for each in dag.leaves]) == (["m"], ["m__1"])
    assert dag.has_task("m")
    assert dag.get_task("m") is first.operator
    assert (last.operator.upstream_task_ids, first.operator.downstream_task_ids) == ({"m"}, {"m__1"})
    assert (last.operator.upstream_list, first.operator.dag_id) == ([first.operator], "d")
    assert repr(dag), repr(first.operator)
