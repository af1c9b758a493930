"""`expand()`."""

from fanjet import BashOperator, PythonOperator, dag, task, task_group


@task
def show(x):
    return [type(x).__name__, list(x) if isinstance(x, tuple) else x]


@task
def pair(a, b):
    return [a, b]


@dag
def r02_01_what_can_be_mapped():
    """Lists, tuples, ranges, dicts and outputs.

    Outcome:
    find               ["u", "v"]
    a_list[0]          ["int", 1]
    a_list[1]          ["NoneType", null]
    a_tuple[0]         ["str", "x"]
    a_range[0]         ["int", 0]
    a_range[1]         ["int", 1]
    a_range[2]         ["int", 2]
    a_dict[0]          ["tuple", ["k", 1]]
    an_output[0]       ["str", "u"]
    an_output[1]       ["str", "v"]
    """

    @task
    def find():
        return ["u", "v"]

    show.override(task_id="a_list").expand(x=[1, None])
    show.override(task_id="a_tuple").expand(x=("x",))
    show.override(task_id="a_range").expand(x=range(3))
    show.override(task_id="a_dict").expand(x={"k": 1})
    show.override(task_id="an_output").expand(x=find())


@dag
def r02_02_only_the_outermost_level():
    """Inner lists arrive whole.

    Outcome:
    show[0]            ["list", [1, 2]]
    show[1]            ["list", [[3]]]
    """
    show.expand(x=[[1, 2], [[3]]])


@dag
def r02_03_dicts():
    """(key, value) tuples in the order of the dict; keys keep their type in literals and become str in the store.

    Outcome:
    find               {"zz": 1, "a": 2, "1": 3}
    literal[0]         ["tuple", ["z", 1]]
    literal[1]         ["tuple", ["a", 2]]
    literal[2]         ["tuple", [7, 3]]
    stored[0]          ["tuple", ["zz", 1]]
    stored[1]          ["tuple", ["a", 2]]
    stored[2]          ["tuple", ["1", 3]]
    """

    @task(multiple_outputs=False)
    def find():
        return {"zz": 1, "a": 2, "1": 3}

    show.override(task_id="literal").expand(x={"z": 1, "a": 2, 7: 3})
    show.override(task_id="stored").expand(x=find())


@dag
def r02_04_cross_product():
    """The last keyword of the call varies fastest; a factor of length 0 gives 0; the same source twice gives n*n.

    Outcome:
    find               [1, 2]
    ab[0]              ["x", 1]
    ab[1]              ["x", 2]
    ab[2]              ["y", 1]
    ab[3]              ["y", 2]
    ba[0]              ["x", 1]
    ba[1]              ["y", 1]
    ba[2]              ["x", 2]
    ba[3]              ["y", 2]
    empty_literal      skipped
    empty_mixed        skipped
    twice[0]           [1, 1]
    twice[1]           [1, 2]
    twice[2]           [2, 1]
    twice[3]           [2, 2]
    """

    @task
    def find():
        return [1, 2]

    found = find()
    pair.override(task_id="ab").expand(a=["x", "y"], b=[1, 2])
    pair.override(task_id="ba").expand(b=[1, 2], a=["x", "y"])
    pair.override(task_id="empty_literal").expand(a=[1, 2], b=[])
    pair.override(task_id="empty_mixed").expand(a=found, b=[])
    pair.override(task_id="twice").expand(a=found, b=found)


@dag
def r02_05_outputs_inside_literals():
    """An output in a literal is resolved, whole, in its element.

    Outcome:
    find               [1, 2]
    in_list[0]         ["list", [1, 2]]
    in_list[1]         ["int", 3]
    in_list[2]         ["dict", {"k": [[1, 2]]}]
    in_dict[0]         ["tuple", ["k", [1, 2]]]
    """

    @task
    def find():
        return [1, 2]

    found = find()
    show.override(task_id="in_list").expand(x=[found, 3, {"k": [found]}])
    show.override(task_id="in_dict").expand(x={"k": found})


@dag
def r02_06_missing_arguments():
    """What only a run can tell fails the instances: dicts from upstream may lack an argument.

    Outcome:
    run: failed
    find               [{"a": 1}, {"a": 1, "b": 2}]
    pair[0]            failed
    pair[1]            [1, 2]
    """

    @task
    def find():
        return [{"a": 1}, {"a": 1, "b": 2}]

    pair.expand_kwargs(find())


@dag
def r02_08_operator_classes():
    """Arguments of the task itself stay in partial(); those of the class can be mapped.

    Outcome:
    say[0]             "one ok"
    say[1]             "two ok"
    call[0]            [1, 5]
    call[1]            [2, 5]
    kwargs[0]          [3, 4]
    """
    BashOperator.partial(task_id="say", env={"MARK": "ok"}, append_env=True, retries=1).expand(
        bash_command=["echo one $MARK", "echo two $MARK"]
    )
    PythonOperator.partial(task_id="call", python_callable=lambda a, b: [a, b]).expand(op_args=[[1, 5], [2, 5]])
    PythonOperator.partial(task_id="kwargs", python_callable=lambda a, b: [a, b]).expand(op_kwargs=[{"a": 3, "b": 4}])


@dag
def r02_09_always_over_literals():
    """Trigger rule `always` may be mapped over literals, also in an unlinked group.

    Outcome:
    broken             failed
    work[0]            1
    work[1]            2
    group.inside[0]    3
    """

    @task
    def broken():
        raise ValueError("no")

    @task(trigger_rule="always")
    def work(x):
        return x

    @task(trigger_rule="always")
    def inside(x):
        return x

    @task_group
    def group(x):
        inside(x)

    broken() >> work.expand(x=[1, 2])
    group.expand(x=[3])


@dag
def r02_11_long_literals():
    """A literal may be longer than `max_map_length` (1,024 here).

    Outcome:
    long[0-1029]       success
    """

    @task
    def long(x):
        return None

    long.expand(x=list(range(1030)))


for make in (
    r02_01_what_can_be_mapped,
    r02_02_only_the_outermost_level,
    r02_03_dicts,
    r02_04_cross_product,
    r02_05_outputs_inside_literals,
    r02_06_missing_arguments,
    r02_08_operator_classes,
    r02_09_always_over_literals,
    r02_11_long_literals,
):
    make()
