"""`expand_kwargs()`."""

from fanjet import BashOperator, SkipException, dag, task


@task
def pair(a, b=0):
    return [a, b]


@dag
def r03_01_one_dict_per_instance():
    """partial() and the dict together; a missing or unknown key fails its instance alone.

    Outcome:
    run: failed
    find               [{"b": 1}, {}, {"c": 1}, {"a": 2, "b": 3}]
    literal[0]         [1, 2]
    literal[1]         [3, 0]
    shared[0]          ["p", 1]
    shared[1]          ["p", 2]
    found[0]           failed
    found[1]           failed
    found[2]           failed
    found[3]           [2, 3]
    """

    @task
    def find():
        return [{"b": 1}, {}, {"c": 1}, {"a": 2, "b": 3}]

    pair.override(task_id="literal").expand_kwargs([{"a": 1, "b": 2}, {"a": 3}])
    pair.override(task_id="shared").partial(a="p").expand_kwargs([{"b": 1}, {"b": 2}])
    pair.override(task_id="found").expand_kwargs(find())


@dag
def r03_02_strict():
    """A key that is in partial() too fails its instance, unless ``strict=False``: then the mapped value wins.

    Outcome:
    run: failed
    find               [{"a": 1, "b": 2}, {"b": 3}]
    strict[0]          failed
    strict[1]          ["p", 3]
    loose[0]           [1, 2]
    loose[1]           ["p", 3]
    strict_literal[0]  failed
    strict_literal[1]  ["p", 5]
    """

    @task
    def find():
        return [{"a": 1, "b": 2}, {"b": 3}]

    found = find()
    pair.override(task_id="strict").partial(a="p").expand_kwargs(found)
    pair.override(task_id="loose").partial(a="p").expand_kwargs(found, strict=False)
    pair.override(task_id="strict_literal").partial(a="p").expand_kwargs([{"a": 4}, {"b": 5}])


@dag
def r03_03_outputs_inside():
    """An output may be an element of the list, or a value in a dict; it is resolved in both places.

    Outcome:
    one                {"a": 7, "b": 8}
    number             5
    pair[0]            [7, 8]
    pair[1]            [5, [5]]
    pair[2]            [1, {"deep": 5}]
    """

    @task(multiple_outputs=False)
    def one():
        return {"a": 7, "b": 8}

    @task
    def number():
        return 5

    n = number()
    pair.expand_kwargs([one(), {"a": n, "b": [n]}, {"a": 1, "b": {"deep": n}}])


@dag
def r03_04_wrong_elements():
    """A dict from upstream gives instances that all fail; a wrong element fails alone.

    Outcome:
    run: failed
    find_dict          {"a": 1, "b": 2}
    find_mixed         [{"a": 1}, 7, ["a"], {"a": 2}]
    over_dict[0-1]     failed
    over_mixed[0]      [1, 0]
    over_mixed[1-2]    failed
    over_mixed[3]      [2, 0]
    """

    @task(multiple_outputs=False)
    def find_dict():
        return {"a": 1, "b": 2}

    @task
    def find_mixed():
        return [{"a": 1}, 7, ["a"], {"a": 2}]

    pair.override(task_id="over_dict").expand_kwargs(find_dict())
    pair.override(task_id="over_mixed").expand_kwargs(find_mixed())


@dag
def r03_05_unmappable_keys_from_upstream():
    """A key that cannot be mapped, or that the context provides, fails its instance alone.

    Outcome:
    run: failed
    find               [{"bash_command": "echo 1", "retries": 2}, {"bash_command": "echo 2", "task_id": "t"},
    {"bash_command": "echo 3"}]
    find_ti            [{"ti": 1}, {"a": 1}]
    say[0-1]           failed
    say[2]             "3"
    with_ti[0]         failed
    with_ti[1]         [1, "with_ti"]
    """

    @task
    def find():
        return [
            {"bash_command": "echo 1", "retries": 2},
            {"bash_command": "echo 2", "task_id": "t"},
            {"bash_command": "echo 3"},
        ]

    @task
    def find_ti():
        return [{"ti": 1}, {"a": 1}]

    @task
    def with_ti(a=0, ti=None):
        return [a, ti.task_id]

    BashOperator.partial(task_id="say").expand_kwargs(find())
    with_ti.expand_kwargs(find_ti())


@dag
def r03_05_filtered_rows():
    """`.map()` makes or filters dicts as any other item.

    Outcome:
    find               [1, 2, 3]
    pair[0]            [1, "odd"]
    pair[1]            skipped
    pair[2]            [3, "odd"]
    """

    @task
    def find():
        return [1, 2, 3]

    def row(number):
        if number % 2 == 0:
            raise SkipException("even")
        return {"a": number, "b": "odd"}

    pair.expand_kwargs(find().map(row))


for make in (
    r03_01_one_dict_per_instance,
    r03_02_strict,
    r03_03_outputs_inside,
    r03_04_wrong_elements,
    r03_05_unmappable_keys_from_upstream,
    r03_05_filtered_rows,
):
    make()
