"""Mapped groups."""

import os
from pathlib import Path
from time import monotonic, sleep

from fanjet import DAG, FailException, SkipException, TaskGroup, TriggerRule, dag, task, task_group


@task
def act(what):
    if what == "fail":
        raise FailException("as asked")
    if what == "skip":
        raise SkipException("as asked")
    return what


@task
def show(x):
    return x


@task
def find():
    return ["ok", "fail", "skip"]


@dag
def r10_01_one_instance_per_index():
    """Every task of the group has one instance per index, also those that do not use the argument.

    Outcome:
    group.uses[0]      "a"
    group.uses[1]      "b"
    group.blind[0-1]   "blind"
    group.after[0-1]   "blind"
    """

    @task
    def blind():
        return "blind"

    @task_group
    def group(x):
        show.override(task_id="uses")(x)
        show.override(task_id="after")(blind())

    group.expand(x=["a", "b"])


@dag
def r10_01_no_barrier():
    """Index 0 is through before index 1 has done its first task.

    Outcome:
    find_two           [0, 1]
    group.first[0]     true
    group.first[1]     true
    group.second[0]    0
    group.second[1]    1
    """

    @task
    def find_two():
        return [0, 1]

    @task
    def first(x):
        give_up_at = monotonic() + 5
        while x == 1 and not (Path(os.environ["NOTES"]) / "second_0").exists():
            if monotonic() > give_up_at:
                return False
            sleep(0.01)
        return True

    @task
    def second(x):
        (Path(os.environ["NOTES"]) / f"second_{x}").touch()
        return x

    @task_group
    def group(x):
        first(x) >> second(x)

    group.expand(x=find_two())


@dag
def r10_02_index_by_index():
    """Failures, skips, rules and values stay within the index; tasks outside see the instances of the last tasks.

    Outcome:
    run: failed
    find               ["ok", "fail", "skip"]
    group.act[0]       "ok"
    group.act[1]       failed
    group.act[2]       skipped
    group.next[0]      "ok"
    group.next[1]      upstream_failed
    group.next[2]      skipped
    group.last[0]      "ok"
    group.last[1]      upstream_failed
    group.last[2]      skipped
    default            upstream_failed
    all_done           ["ok"]
    one_failed         "ran"
    none_skipped       skipped
    """

    @task
    def size(xs):
        return list(xs)

    @task
    def ran():
        return "ran"

    @task_group
    def group(x):
        return show.override(task_id="last")(show.override(task_id="next")(act(x)))

    out = group.expand(x=find())
    size.override(task_id="all_done", trigger_rule="all_done")(out)
    out >> ran.override(task_id="default", trigger_rule="none_failed")()
    out >> ran.override(task_id="one_failed", trigger_rule="one_failed")()
    out >> ran.override(task_id="none_skipped", trigger_rule="none_skipped")()


OUTCOMES = {
    "r10_03_rules_over_a_literal": """
        run: failed
        group.act[0]   "ok"
        group.act[1]   failed
        group.act[2]   skipped
        group.all_success[0]   "ran"
        group.all_success[1]   upstream_failed
        group.all_success[2]   skipped
        group.all_failed[0]    skipped
        group.all_failed[1]    "ran"
        group.all_failed[2]    skipped
        group.all_done[0-2], group.all_done_setup_success[0-2]    "ran"
        group.one_success[0]   "ran"
        group.one_success[1]   upstream_failed
        group.one_success[2]   skipped
        group.one_failed[0]    skipped
        group.one_failed[1]    "ran"
        group.one_failed[2]    skipped
        group.one_done[0]      "ran"
        group.one_done[1]      "ran"
        group.one_done[2]      skipped
        group.none_failed[0]   "ran"
        group.none_failed[1]   upstream_failed
        group.none_failed[2]   "ran"
        group.none_failed_min_one_success[0]   "ran"
        group.none_failed_min_one_success[1]   upstream_failed
        group.none_failed_min_one_success[2]   skipped
        group.all_done_min_one_success[0]      "ran"
        group.all_done_min_one_success[1]      upstream_failed
        group.all_done_min_one_success[2]      skipped
        group.none_skipped[0]  "ran"
        group.none_skipped[1]  "ran"
        group.none_skipped[2]  skipped
        group.all_skipped[0]   skipped
        group.all_skipped[1]   skipped
        group.all_skipped[2]   "ran"
        group.always[0-2]      "ran"
    """,
    "r10_03_rules_over_output": """
        run: failed
        find                   ["ok", "fail", "skip"]
        group.act[0]   "ok"
        group.act[1]   failed
        group.act[2]   skipped
        group.all_success[0]   "ran"
        group.all_success[1]   upstream_failed
        group.all_success[2]   skipped
        group.all_failed[0]    skipped
        group.all_failed[1]    "ran"
        group.all_failed[2]    skipped
        group.all_done[0-2], group.all_done_setup_success[0-2]    "ran"
        group.one_success[0]   "ran"
        group.one_success[1]   upstream_failed
        group.one_success[2]   skipped
        group.one_failed[0]    skipped
        group.one_failed[1]    "ran"
        group.one_failed[2]    skipped
        group.one_done[0]      "ran"
        group.one_done[1]      "ran"
        group.one_done[2]      skipped
        group.none_failed[0]   "ran"
        group.none_failed[1]   upstream_failed
        group.none_failed[2]   "ran"
        group.none_failed_min_one_success[0]   "ran"
        group.none_failed_min_one_success[1]   upstream_failed
        group.none_failed_min_one_success[2]   skipped
        group.all_done_min_one_success[0]      "ran"
        group.all_done_min_one_success[1]      upstream_failed
        group.all_done_min_one_success[2]      skipped
        group.none_skipped[0]  "ran"
        group.none_skipped[1]  "ran"
        group.none_skipped[2]  skipped
        group.all_skipped[0]   skipped
        group.all_skipped[1]   skipped
        group.all_skipped[2]   "ran"
    """,
}

for over in ("a_literal", "output"):
    with DAG(f"r10_03_rules_over_{over}"):

        @task_group
        def group(x, over=over):
            first = act(x)
            for rule in TriggerRule:
                if rule != "always" or over == "a_literal":

                    @task(task_id=rule.value, trigger_rule=rule)
                    def after():
                        return "ran"

                    first >> after()

        group.expand(x=["ok", "fail", "skip"] if over == "a_literal" else find())


@dag
def r10_04_expand_kwargs():
    """Every parameter is mapped; a missing key fails the tasks that use it, and no other, whatever the default.

    Outcome:
    run: failed
    group.a[0]         1
    group.a[1]         3
    group.b[0]         2
    group.b[1]         failed
    group.blind[0-1]   "here"
    found              [{"a": 5, "b": 6}]
    group__1.a[0]      5
    group__1.b[0]      6
    group__1.blind[0]  "here"
    shared.a[0]        9
    shared.b[0]        6
    shared.blind[0]    "here"
    """

    @task
    def blind():
        return "here"

    @task
    def found():
        return [{"a": 5, "b": 6}]

    @task_group
    def group(a, b=7):
        show.override(task_id="a")(a)
        show.override(task_id="b")(b)
        blind()

    group.expand_kwargs([{"a": 1, "b": 2}, {"a": 3}])
    group.expand_kwargs(found())
    group.override(group_id="shared").partial(a=9).expand_kwargs([{"b": 6}])


@dag
def r10_05_looking_into_the_argument():
    """The argument can be looked into by key, handed on inside collections, and a cross product has several.

    Outcome:
    group.show[0]      ["x", ["x", "k"]]
    group.show[1]      ["x", ["x", "k"]]
    group.show[2]      ["y", ["y", "k"]]
    group.show[3]      ["y", ["y", "k"]]
    group.number[0]    1
    group.number[1]    2
    group.number[2]    1
    group.number[3]    2
    """

    @task_group
    def group(row, n):
        show([row["name"], [row["name"], "k"]])
        show.override(task_id="number")(n)

    group.expand(row=[{"name": "x"}, {"name": "y"}], n=[1, 2])


@dag
def r10_06_plain_groups_and_mapped_ones():
    """Plain groups inside mapped ones and the reverse work, with prefixes or without.

    Outcome:
    mapped.plain.show[0]       1
    mapped.plain.show[1]       2
    bare[0]                    1
    bare[1]                    2
    around.inner.show[0]       3
    around.inner.after[0]      3
    end                        [3]
    """

    @task
    def end(xs):
        return list(xs)

    @task_group
    def mapped(x):
        with TaskGroup("plain"):
            show(x)
        with TaskGroup("no_prefix", prefix_group_id=False):
            show.override(task_id="bare")(x)

    mapped.expand(x=[1, 2])

    @task_group
    def inner(x):
        return show.override(task_id="after")(show(x))

    with TaskGroup("around"):
        out = inner.expand(x=[3])
    end(out)


@dag
def r10_06_groups_of_no_length_or_source():
    """A group over nothing is skipped; order of a group as a whole holds for its first and last tasks.

    Outcome:
    before             "b"
    empty.first, empty.second    skipped
    full.first[0-1]    "in"
    full.second[0-1]   "in"
    after              "a"
    after_empty        skipped
    """

    @task
    def give(x):
        return x

    @task_group
    def full(x):
        give.override(task_id="first")("in") >> give.override(task_id="second")("in")

    empty = full.override(group_id="empty").expand(x=[])
    both = full.expand(x=[1, 2])
    give.override(task_id="before")("b") >> both >> give.override(task_id="after")("a")
    empty >> give.override(task_id="after_empty")("a")


for make in (
    r10_01_one_instance_per_index,
    r10_01_no_barrier,
    r10_02_index_by_index,
    r10_04_expand_kwargs,
    r10_05_looking_into_the_argument,
    r10_06_plain_groups_and_mapped_ones,
    r10_06_groups_of_no_length_or_source,
):
    make()
