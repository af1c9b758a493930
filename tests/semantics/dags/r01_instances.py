"""Instances, indexes and labels."""

from fanjet import BashOperator, FailException, SkipException, dag, get_current_context, task, task_group


@dag
def r01_01_indexes():
    """An unmapped task has one instance, a mapped one 0 to n-1, one that is never expanded a single one without index.

    Outcome:
    run: failed
    one                1
    many[0]            10
    many[1]            11
    broken             failed
    never              upstream_failed
    """

    @task
    def one():
        return 1

    @task
    def many(x):
        return 10 + x

    @task
    def broken():
        raise FailException("no list")

    @task
    def never(x):
        return x

    one()
    many.expand(x=[0, 1])
    never.expand(x=broken())


@dag
def r01_02_literal_lengths_exist_from_the_start():
    """Over a literal each index gets its own state before it starts; over output there is one instance.

    Outcome:
    run: failed
    broken             failed
    skips              skipped
    find               [1, 2]
    literal_uf[0-2]    upstream_failed
    literal_skip[0-2]  skipped
    output_uf          upstream_failed
    output_skip        skipped
    """

    @task
    def broken():
        raise FailException("no")

    @task
    def skips():
        raise SkipException("no")

    @task
    def find():
        return [1, 2]

    @task
    def work(x):
        return x

    b, s, f = broken(), skips(), find()
    b >> work.override(task_id="literal_uf").expand(x=[1, 2, 3])
    s >> work.override(task_id="literal_skip").expand(x=[1, 2, 3])
    b >> work.override(task_id="output_uf").expand(x=f)
    s >> work.override(task_id="output_skip").expand(x=f)


@dag
def r01_03_map_index_and_count():
    """`ti.map_index` is -1 in an unmapped task; `expanded_ti_count` is the number of instances.

    Outcome:
    plain              [-1, [], null]
    mapped[0]          [0, [0], 3]
    mapped[1]          [1, [1], 3]
    mapped[2]          [2, [2], 3]
    group.inside[0]    [0, [0], 2]
    group.inside[1]    [1, [1], 2]
    """

    @task
    def plain(ti):
        return [ti.map_index, list(ti.map_path), ti.expanded_ti_count]

    @task
    def mapped(x, ti):
        return [ti.map_index, list(ti.map_path), ti.expanded_ti_count]

    @task
    def inside(x, ti):
        return [ti.map_index, list(ti.map_path), ti.expanded_ti_count]

    @task_group
    def group(x):
        inside(x)

    plain()
    mapped.expand(x=["a", "b", "c"])
    group.expand(x=["a", "b"])


@dag
def r01_04_second_use_gets_a_suffix():
    """A second use of a function or group function gets ``__1``.

    Outcome:
    work               1
    work__1[0]         2
    work__2            3
    group.inside       "a"
    group__1.inside    "b"
    group__2.inside[0]  "c"
    """

    @task
    def work(x):
        return x

    @task
    def inside(y):
        return y

    @task_group
    def group(y):
        inside(y)

    work(1)
    work.expand(x=[2])
    work(3)
    group("a")
    group("b")
    group.expand(y=["c"])


@dag
def r01_05_labels():
    """Rendered before and after the work; kept after a failure or a skip; on unmapped tasks too.

    Outcome:
    run: failed
    named[0]           "a"       | label item a
    named[1]           failed    | label item b
    named[2]           skipped   | label item c
    before[0]          1         | label 0
    before[1]          failed    | label 1
    plain              "x"       | label only plain
    undefined[0]       1
    undefined[1]       2
    fails[0]           failed    | label item b
    never              upstream_failed
    """

    @task(map_index_template="item {{ name }}")
    def named(x):
        get_current_context()["name"] = x
        if x == "b":
            raise FailException("no")
        if x == "c":
            raise SkipException("no")
        return x

    @task(map_index_template="{{ ti.map_index }}")
    def before(x):
        if x == 2:
            raise FailException("no")
        return x

    @task(map_index_template="only {{ task.task_id }}")
    def plain():
        return "x"

    @task(map_index_template="{{ nobody_said_this }}")
    def undefined(x):
        return x

    @task(map_index_template="label of nothing")
    def never(x):
        return x

    named.expand(x=["a", "b", "c"])
    before.expand(x=[1, 2])
    plain()
    undefined.expand(x=[1, 2])
    never.expand(x=named.override(task_id="fails").expand(x=["b"]))


@dag
def r01_05_labels_from_arguments():
    """Labels know the arguments of the instance, also of one that fails, and the operator of this instance.

    Outcome:
    run: failed
    by_name[0]         "a"       | label a of 3
    by_name[1]         failed    | label b of 3
    by_task[0]         "a"       | label a
    shell[0]           "1"       | label echo 1
    """

    @task(map_index_template="{{ x }} of {{ total }}")
    def by_name(x, total):
        if x == "b":
            raise FailException("no")
        return x

    @task(map_index_template="{{ task.op_kwargs['x'] }}")
    def by_task(x):
        return x

    by_name.partial(total=3).expand(x=["a", "b"])
    by_task.expand(x=["a"])
    BashOperator.partial(task_id="shell", map_index_template="{{ task.bash_command }}").expand(bash_command=["echo 1"])


@dag
def r01_05_labels_of_groups():
    """A group's template holds for the tasks inside that have none of their own.

    Outcome:
    group.first[0]     "a"   | label of a
    group.first[1]     "b"   | label of b
    group.second[0]    "a"   | label own 0
    group.second[1]    "b"   | label own 1
    """

    @task
    def first(name):
        get_current_context()["name"] = name
        return name

    @task(map_index_template="own {{ ti.map_index }}")
    def second(name):
        return name

    @task_group(map_index_template="of {{ name }}")
    def group(name):
        second(first(name))

    group.expand(name=["a", "b"])


for make in (
    r01_01_indexes,
    r01_02_literal_lengths_exist_from_the_start,
    r01_03_map_index_and_count,
    r01_04_second_use_gets_a_suffix,
    r01_05_labels,
    r01_05_labels_from_arguments,
    r01_05_labels_of_groups,
):
    make()
