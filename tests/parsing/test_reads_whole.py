"""What a rerun has to know of a DAG: which results a task reads item by item, and which as a whole."""

from __future__ import annotations

from fanjet import DAG, task, task_group
from fanjet.parsing.spec_builder import build_spec


@task
def source():
    return [1, 2]


@task
def item(x):
    return x


@task
def work(x, everything=None):
    return x


def reads_of(dag, task_id):
    spec = build_spec(dag, file="").spec
    return {spec.tasks[number].task_id for number in spec.task(task_id).reads_whole}


def test_the_source_of_a_map_is_read_item_by_item():
    with DAG("d") as dag:
        work.expand(x=item.expand(x=source()))
    assert reads_of(dag, "work") == set()


def test_a_source_that_is_also_a_common_argument_is_read_whole():
    with DAG("d") as dag:
        items = item.expand(x=source())
        work.partial(everything=items).expand(x=items)
    assert reads_of(dag, "work") == {"item"}


def test_the_argument_of_a_mapped_group_is_read_item_by_item_what_comes_from_outside_whole():
    with DAG("d") as dag:
        first = source()

        @task_group
        def group(x):
            work(x, first)
            item(x)

        group.expand(x=first)
    assert reads_of(dag, "group.work") == {"source"}
    assert reads_of(dag, "group.item") == set()


def test_an_unmapped_task_reads_all_that_it_is_given():
    with DAG("d") as dag:
        work(item.expand(x=source()))
    assert reads_of(dag, "work") == {"item"}
