"""Setups and teardowns: marks, blocks, who needs which setup, and the leaves of a run (SEMANTICS 12, 13.2)."""

from __future__ import annotations

import pytest

from authoring.places import Command, edges_of, spec_of
from fanjet import TaskGroup, TriggerRule, setup, task, teardown
from fanjet.errors import DagValueError


@setup
def make():
    return 1


@teardown
def clean():
    return None


@task
def work(x=None):
    return x


def setups_of(dag, task_id):
    spec = spec_of(dag)
    return [spec.tasks[number].task_id for number in spec.task(task_id).setups]


def leaves_of(dag):
    spec = spec_of(dag)
    return [spec.tasks[number].task_id for number in spec.leaves]


def test_the_decorators_mark_tasks(dag):
    made, cleaned = make(), clean()
    teardown(on_failure_fail_dagrun=True)(task(task_id="strict")(lambda: None))()
    spec = spec_of(dag)
    assert (made.is_setup, cleaned.is_teardown) == (True, True)
    assert spec.task("make").is_setup
    assert spec.task("clean").trigger_rule is TriggerRule.ALL_DONE_SETUP_SUCCESS
    assert [spec.task(name).on_failure_fail_dagrun for name in ("clean", "strict")] == [False, True]


def test_a_decorated_task_can_be_marked_without_changing_it():
    assert setup(work).is_setup
    assert not work.is_setup


def test_a_teardown_names_its_setups(dag):
    first, second = work(), Command(task_id="c", command="x")
    done = clean().as_teardown(setups=[first, second])
    assert edges_of(dag) == {("work", "clean"), ("c", "clean")}
    assert first.is_setup
    assert second.is_setup
    assert done.is_teardown


def test_a_teardown_has_no_other_trigger_rule(dag):
    with pytest.raises(DagValueError, match="is a teardown and cannot have the trigger rule 'all_done'"):
        work.override(trigger_rule="all_done")().as_teardown()


def test_a_block_runs_between_setup_and_teardown(dag):
    with clean().as_teardown(setups=make()):
        work.override(task_id="a")() >> work.override(task_id="b")()
        work.override(task_id="c")()
    assert edges_of(dag) == {
        ("make", "clean"),
        ("make", "a"),
        ("a", "b"),
        ("make", "c"),
        ("b", "clean"),
        ("c", "clean"),
    }


def test_a_block_of_a_setup_finds_its_teardowns(dag):
    made = make()
    made >> clean()
    with made as entered:
        assert entered is made
        work.expand(x=[1, 2])
    assert edges_of(dag) == {("make", "clean"), ("make", "work"), ("work", "clean")}


def test_blocks_nest(dag):
    with clean().as_teardown(setups=make()), clean().as_teardown(setups=make()):
        work()
    assert {("make", "make__1"), ("make__1", "work"), ("work", "clean__1"), ("work", "clean")} <= edges_of(dag)
    assert setups_of(dag, "work") == ["make", "make__1"]


def test_only_setups_and_teardowns_open_blocks(dag):
    with pytest.raises(DagValueError, match="'work' is neither setup nor teardown"), work():
        pass


def test_setups_count_for_all_work_until_they_are_taken_down(dag):
    made, a, b = make(), work.override(task_id="a")(), work.override(task_id="b")()
    after = work.override(task_id="after")()
    made >> a >> b >> after
    assert setups_of(dag, "after") == ["make"]
    b >> clean().as_teardown(setups=made)
    assert setups_of(dag, "a") == setups_of(dag, "b") == ["make"]
    assert setups_of(dag, "after") == setups_of(dag, "clean") == []


def test_leaves_are_the_last_tasks_before_teardowns(dag):
    made, done = make(), work()
    made >> done >> clean().as_teardown(setups=made)
    assert leaves_of(dag) == ["work"]
    strict = clean.override(task_id="strict")().as_teardown(on_failure_fail_dagrun=True)
    done >> strict
    assert leaves_of(dag) == ["strict"]


def test_a_dag_of_teardowns_has_leaves_too(dag):
    clean()
    assert leaves_of(dag) == ["clean"]


def test_after_a_group_comes_what_follows_its_work(dag):
    with TaskGroup("g") as g:
        made = make()
        made >> work() >> clean().as_teardown(setups=made)
    g >> work.override(task_id="after")()
    assert {edge for edge in edges_of(dag) if edge[1] == "after"} == {("g.work", "after")}


def test_a_block_that_fails_draws_no_edges(dag):
    def fails():
        with make():
            work()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert edges_of(dag) == set()
    work.override(task_id="later")()
    assert spec_of(dag).task("later").upstream == ()
