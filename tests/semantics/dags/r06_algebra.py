"""`.map()`, `.zip()` and `.concat()`."""

import os
from pathlib import Path

from fanjet import EmptyOperator, PythonOperator, SkipException, dag, task, task_group


@task
def numbers():
    return [1, 2, 3]


@task
def letters():
    return ["a", "b"]


@task
def show(x):
    return x


@task
def same(x):
    return x


def skip_two(x):
    if x == 2:
        raise SkipException("two")
    return x * 10


@dag
def r06_01_map_runs_where_the_value_is_used():
    """Its error fails, and is retried in, the instance that uses the value; a skip skips it; None is passed on.

    Outcome:
    run: failed
    numbers            [1, 2, 3]
    skips[0]           10
    skips[1]           skipped
    skips[2]           30
    fails[0]           10
    fails[1]           failed
    fails[2]           30
    retried[0]         1
    retried[1]         2  | try 2
    retried[2]         3
    nones[0-2]         success
    product[0]         [10, "u"]
    product[1]         [10, "v"]
    product[2-3]       skipped
    product[4]         [30, "u"]
    product[5]         [30, "v"]
    """

    def fail_two(x):
        return x * 10 if x != 2 else 1 / 0

    def fail_once(x):
        mark = Path(os.environ["NOTES"]) / f"seen_{x}"
        if x == 2 and not mark.exists():
            mark.touch()
            raise ValueError("once")
        return x

    @task
    def pair(x, y):
        return [x, y]

    found = numbers()
    show.override(task_id="skips").expand(x=found.map(skip_two))
    show.override(task_id="fails").expand(x=found.map(fail_two))
    show.override(task_id="retried", retries=1, retry_delay=0).expand(x=found.map(fail_once))
    show.override(task_id="nones").expand(x=found.map(lambda x: None))
    pair.override(task_id="product").expand(x=found.map(skip_two), y=["u", "v"])


@dag
def r06_01_map_in_a_group():
    """In a group each task that reads the argument runs the function for itself.

    Outcome:
    numbers            [1, 2, 3]
    group.first[0]     10
    group.first[1]     skipped
    group.first[2]     30
    group.second[0]    10
    group.second[1]    skipped
    group.second[2]    30
    group.blind[0-2]   "here"
    """

    @task
    def blind():
        return "here"

    @task_group
    def group(x):
        show.override(task_id="first")(x)
        show.override(task_id="second")(x)
        blind()

    group.expand(x=numbers().map(skip_two))


@dag
def r06_02_map_read_whole():
    """Whole it is a sequence; reading an element runs the function, and a skip in it skips the reader.

    Outcome:
    numbers            [1, 2, 3]
    whole              [3, [2, 3, 4], 4]
    first_only         10
    all_of_it          skipped
    """

    @task
    def whole(xs):
        return [len(xs), list(xs), xs[-1]]

    @task
    def first_only(xs):
        return xs[0]

    @task
    def all_of_it(xs):
        return list(xs)

    found = numbers()
    whole(found.map(lambda x: x + 1))
    first_only(found.map(skip_two))
    all_of_it(found.map(skip_two))


@dag
def r06_03_any_callable():
    """A builtin, a bound method, a class, a lambda.

    Outcome:
    numbers            [1, 2, 3]
    builtin[0]         "1"
    builtin[1]         "2"
    builtin[2]         "3"
    method[0]          "n1"
    method[1]          "n2"
    method[2]          "n3"
    chained[0]         "2"
    chained[1]         "4"
    chained[2]         "6"
    """
    found = numbers()
    show.override(task_id="builtin").expand(x=found.map(str))
    show.override(task_id="method").expand(x=found.map("n{}".format))
    show.override(task_id="chained").expand(x=found.map(lambda x: x * 2).map(str))


@dag
def r06_04_dicts():
    """`.map()` of a dict maps its items, `.concat()` gives its keys.

    Outcome:
    find               {"a": 1, "b": 2}
    mapped[0]          "a1"
    mapped[1]          "b2"
    joined[0]          "a"
    joined[1]          "b"
    joined[2]          "z"
    """

    @task(multiple_outputs=False)
    def find():
        return {"a": 1, "b": 2}

    found = find()
    show.override(task_id="mapped").expand(x=found.map(lambda item: f"{item[0]}{item[1]}"))
    show.override(task_id="joined").expand(x=found.concat(["z"]))


@dag
def r06_05_zip():
    """Tuples, as many as the shortest; `fillvalue` makes it the longest; mapped tasks pair by value.

    Outcome:
    numbers            [1, 2, 3]
    letters            ["a", "b"]
    nones[0]           success
    nones[1]           "n1"
    nones[2]           "n2"
    shortest[0]        "(1, 'a')"
    shortest[1]        "(2, 'b')"
    longest[0]         "(1, 'a')"
    longest[1]         "(2, 'b')"
    longest[2]         "(3, None)"
    alone[0]           "(1,)"
    alone[1]           "(2,)"
    alone[2]           "(3,)"
    plain_list[0]      "('a', 8)"
    plain_list[1]      "('b', 9)"
    shifted[0]         "(1, 'n1')"
    shifted[1]         "(2, 'n2')"
    """

    @task
    def nones(x):
        return f"n{x}" if x else None

    @task
    def text(x):
        return str(x)

    n, a = numbers(), letters()
    text.override(task_id="shortest").expand(x=n.zip(a))
    text.override(task_id="longest").expand(x=n.zip(a, fillvalue=None))
    text.override(task_id="alone").expand(x=n.zip())
    text.override(task_id="plain_list").expand(x=a.zip([8, 9, 10]))
    text.override(task_id="shifted").expand(x=n.zip(nones.expand(x=[0, 1, 2])))


@dag
def r06_06_concat():
    """Of everything, also mapped tasks, operators and lists; all three chain freely.

    Outcome:
    numbers            [1, 2, 3]
    letters            ["a", "b"]
    call               [7]
    same[0]            "m0"
    same[1]            "m1"
    all[0]             1
    all[1]             2
    all[2]             3
    all[3]             "a"
    all[4]             "b"
    all[5]             "m0"
    all[6]             "m1"
    all[7]             7
    all[8]             9
    chain[0]           "(1, 'a')!"
    chain[1]           "(2, 'b')!"
    chain[2]           "a!"
    chain[3]           "b!"
    whole              ["a", "b", 1, 2, 3]
    """

    @task
    def whole(xs):
        return list(xs)

    n, a = numbers(), letters()
    call = PythonOperator(task_id="call", python_callable=lambda: [7])
    mapped = same.expand(x=["m0", "m1"])
    show.override(task_id="all").expand(x=n.concat(a, mapped, call, (9,)))
    show.override(task_id="chain").expand(x=n.zip(a).concat(a).map(lambda x: f"{x}!"))
    whole(a.concat(n))


@dag
def r06_06_in_nested_groups():
    """In a mapped group inside another: over what was made at that place, and over the argument.

    Outcome:
    find                     [[1, 2], [3]]
    outer.double[0]          [2, 4]
    outer.double[1]          [6]
    outer.inner.show[0,0]    [1, 2, "o"]
    outer.inner.show[0,1]    [2, 4, "o"]
    outer.inner.show[1,0]    [3, 6, "o"]
    outer.joined[0,0]        "1"
    outer.joined[0,1]        "2"
    outer.joined[0,2]        "2"
    outer.joined[0,3]        "4"
    outer.joined[1,0]        "3"
    outer.joined[1,1]        "6"
    outer.odd[0,0]           1
    outer.odd[0,1]           skipped
    outer.odd[1,0]           3
    outer.total[0]           [1]
    outer.total[1]           [3]
    """

    @task
    def find():
        return [[1, 2], [3]]

    @task
    def double(xs):
        return [x * 2 for x in xs]

    @task
    def total(xs):
        return list(xs)

    def only_odd(x):
        if x % 2 == 0:
            raise SkipException("even")
        return x

    @task_group
    def inner(pair):
        show(pair)

    @task_group
    def outer(xs):
        doubled = double(xs)
        inner.expand(pair=xs.zip(doubled).map(lambda pair: [*pair, "o"]))
        show.override(task_id="joined").expand(x=xs.concat(doubled).map(str))
        odd = show.override(task_id="odd").expand(x=xs.map(only_odd))
        total.override(trigger_rule="all_done")(odd)

    outer.expand(xs=find())


@dag
def r06_07_one_key():
    """One key of an output cannot be mapped over; in partial() it is fine.

    Outcome:
    made               {"k": [5], "n": 1}
    pair[0]            [[5], 1]
    pair[1]            [[5], 2]
    """

    @task(multiple_outputs=True)
    def made():
        return {"k": [5], "n": 1}

    @task
    def pair(k, x):
        return [k, x]

    pair.partial(k=made()["k"]).expand(x=[1, 2])


@dag
def r06_06_operators_in_the_algebra():
    """An operator stands for its output.

    Outcome:
    numbers            [1, 2, 3]
    call               [8, 9]
    nothing            success  | try 0
    pairs[0]           [1, 8]
    pairs[1]           [2, 9]
    over[0]            8
    over[1]            9
    """
    call = PythonOperator(task_id="call", python_callable=lambda: [8, 9])
    nothing = EmptyOperator(task_id="nothing")
    n = numbers()
    nothing >> n
    show.override(task_id="pairs").expand(x=n.zip(call).map(list))
    show.override(task_id="over").expand(x=call)


for make in (
    r06_01_map_runs_where_the_value_is_used,
    r06_01_map_in_a_group,
    r06_02_map_read_whole,
    r06_03_any_callable,
    r06_04_dicts,
    r06_05_zip,
    r06_06_concat,
    r06_06_in_nested_groups,
    r06_06_operators_in_the_algebra,
    r06_07_one_key,
):
    make()
