"""Results, and sequences of results."""

from fanjet import FailException, SkipException, dag, task, task_group


@task
def act(x):
    if x == "fail":
        raise FailException("as asked")
    if x == "skip":
        raise SkipException("as asked")
    return x


@task
def size(xs):
    return [len(xs), list(xs)]


@task(trigger_rule="all_done")
def size_at_end(xs):
    return [len(xs), list(xs)]


@dag
def r05_01_only_values_count():
    """None, failures, skips and ``do_xcom_push=False`` leave no value, and positions close up; 0,
    "" and [] are values.

    Outcome:
    act[0]             0
    act[1]             success
    act[2]             failed
    act[3]             skipped
    act[4]             ""
    act[5]             []
    act[6]             {}
    act[7]             false
    act[8]             [null]
    size_at_end        [6, [0, "", [], {}, false, [null]]]
    quiet[0-1]         success
    size               [0, []]
    """

    @task(do_xcom_push=False)
    def quiet(x):
        return x

    size_at_end(act.expand(x=[0, None, "fail", "skip", "", [], {}, False, [None]]))
    size(quiet.expand(x=[1, 2]))


@dag
def r05_02_the_lazy_sequence():
    """All that a sequence can do, the same again when it is read again; it can be returned,
    and stands inside arguments.

    Outcome:
    act[0]             10
    act[1]             20
    act[2]             30
    act[3]             20
    look               {"len": 4, "first": 10, "last": 20, "slice": [20, 30], "step": [20, 30, 20, 10], "empty": [],
    "reversed": [20, 30, 20, 10], "in": [true, false], "equal": [true, false], "bool": true, "index": 1, "count": 2,
    "again": [[10, 20, 30, 20], [10, 20, 30, 20]], "beyond": "IndexError", "below": "IndexError",
    "type": "LazyXComSequence"}
    hand_on            [10, 20, 30, 20]
    use[0]             10
    use[1]             20
    use[2]             30
    use[3]             20
    deep               [[10, 20, 30, 20], [10, 20, 30, 20]]
    """

    @task
    def look(xs):
        def fails(index):
            try:
                xs[index]
            except IndexError:
                return "IndexError"

        return {
            "len": len(xs),
            "first": xs[0],
            "last": xs[-1],
            "slice": xs[1:3],
            "step": xs[::-1],
            "empty": xs[3:1],
            "reversed": list(reversed(xs)),
            "in": [30 in xs, 31 in xs],
            "equal": [xs == [10, 20, 30, 20], xs == [10]],
            "bool": bool(xs),
            "index": xs.index(20),
            "count": xs.count(20),
            "again": [list(xs), list(xs)],
            "beyond": fails(4),
            "below": fails(-5),
            "type": type(xs).__name__,
        }

    @task
    def hand_on(xs):
        return xs

    @task
    def deep(pieces):
        return [list(pieces["a"]), list(pieces["b"][0])]

    xs = act.expand(x=[10, 20, 30, 20])
    look(xs)
    act.override(task_id="use").expand(x=hand_on(xs))
    deep({"a": xs, "b": [xs]})


@dag
def r05_02_order_is_by_index():
    """Not by the time at which the instances ended.

    Outcome:
    slow_first[0]      0.3
    slow_first[1]      0.1
    slow_first[2]      0
    size               [3, [0.3, 0.1, 0]]
    """
    from time import sleep

    @task
    def slow_first(pause_s):
        sleep(pause_s)
        return pause_s

    size(slow_first.expand(pause_s=[0.3, 0.1, 0]))


@dag
def r05_03_types_survive():
    """Tuples and sets stay what they are; what cannot be stored fails its instance.

    Outcome:
    run: failed
    make[0]            [1, 2]
    make[1]            {"type": "set", "preview": "{1}"}
    kinds              ["tuple", "set"]
    bad                failed
    """
    import threading

    @task
    def make(i):
        return (1, 2) if i == 0 else {1}

    @task
    def kinds(xs):
        return [type(x).__name__ for x in xs]

    @task
    def bad():
        return threading.Lock()

    kinds(make.expand(i=[0, 1]))
    bad()


@dag
def r05_04_mapped_over_mapped():
    """One instance per value, numbered afresh, when all of the source has ended; lists are not flattened.

    Outcome:
    act[0]             success
    act[1]             "a"
    act[2]             ["b", "c"]
    after[0]           "a"
    after[1]           ["b", "c"]
    once_more[0]       "a"
    once_more[1]       ["b", "c"]
    """
    after = act.override(task_id="after").expand(x=act.expand(x=[None, "a", ["b", "c"]]))
    act.override(task_id="once_more").expand(x=after)


@dag
def r05_05_results_of_mapped_groups():
    """A sequence whatever the number of values: of three, of one, of none.

    Outcome:
    three.act[0]       1
    three.act[1]       2
    three.act[2]       3
    one.act[0]         success
    one.act[1]         5
    none.act[0-1]      success
    size               [3, [1, 2, 3]]
    size__1            [1, [5]]
    size__2            [0, []]
    """

    @task_group
    def three(x):
        return act(x)

    one = three.override(group_id="one")
    none = three.override(group_id="none")
    size(three.expand(x=[1, 2, 3]))
    size(one.expand(x=[None, 5]))
    size(none.expand(x=[None, None]))


@dag
def r05_06_mapping_over_a_mapped_group():
    """The results of a mapped group can be mapped over, by tasks and by groups.

    Outcome:
    group.act[0]       1
    group.act[1]       success
    group.act[2]       [3, 4]
    after[0]           1
    after[1]           [3, 4]
    second.act[0]      1
    second.act[1]      [3, 4]
    mapped[0]          "1"
    mapped[1]          "[3, 4]"
    """

    @task_group
    def group(x):
        return act(x)

    out = group.expand(x=[1, None, [3, 4]])
    act.override(task_id="after").expand(x=out)
    group.override(group_id="second").expand(x=out)
    act.override(task_id="mapped").expand(x=out.map(str))


@dag
def r05_07_outside_values_inside_groups():
    """Inside a group, what comes from outside is whole for each index; one group's results in another are a list.

    Outcome:
    plain              "p"
    act[0]             1
    act[1]             2
    first.act[0]       "a"
    first.act[1]       "b"
    second.look[0]     ["x", "p", [1, 2], ["a", "b"]]
    second.look[1]     ["y", "p", [1, 2], ["a", "b"]]
    """

    @task
    def plain():
        return "p"

    @task
    def look(x, p, xs, group_xs):
        return [x, p, list(xs), list(group_xs)]

    @task_group
    def first(x):
        return act(x)

    p, xs = plain(), act.expand(x=[1, 2])
    group_xs = first.expand(x=["a", "b"])

    @task_group
    def second(x):
        look(x, p, xs, group_xs)

    second.expand(x=["x", "y"])


@dag
def r05_08_xcom_pull():
    """All values as a list whatever their number, `default` when there is none; single positions and gaps.

    Outcome:
    many[0]            "a"
    many[1]            success
    many[2]            "c"
    one[0]             "o"
    none[0]            success
    plain              "p"
    pull               {"all": ["a", "c"], "one": ["o"], "none": null, "none_default": "d", "at": "c", "gap": null,
    "gap_default": "d", "some": ["c", null, "a", null], "unmapped_of_mapped": [null, "d"], "unmapped": ["p", "p"],
    "several": ["a", "c", "p"], "key": 7, "own": null}
    puller[0]          [["a", "c"], "p"]
    puller[1]          [["a", "c"], "p"]
    """
    make = act.override(task_id="many")
    many = make.expand(x=["a", None, "c"])
    one = act.override(task_id="one").expand(x=["o"])
    none = act.override(task_id="none").expand(x=[None])

    @task
    def plain(ti):
        ti.xcom_push("k", 7)
        return "p"

    @task
    def pull(ti):
        return {
            "all": ti.xcom_pull(task_ids="many"),
            "one": ti.xcom_pull(task_ids="one"),
            "none": ti.xcom_pull(task_ids="none"),
            "none_default": ti.xcom_pull(task_ids="none", default="d"),
            "at": ti.xcom_pull(task_ids="many", map_indexes=2),
            "gap": ti.xcom_pull(task_ids="many", map_indexes=1),
            "gap_default": ti.xcom_pull(task_ids="many", map_indexes=1, default="d"),
            "some": ti.xcom_pull(task_ids="many", map_indexes=[2, 1, 0, 9]),
            "unmapped_of_mapped": [
                ti.xcom_pull(task_ids="many", map_indexes=None),
                ti.xcom_pull(task_ids="many", map_indexes=-1, default="d"),
            ],
            "unmapped": [
                ti.xcom_pull(task_ids="plain", map_indexes=None),
                ti.xcom_pull(task_ids="plain", map_indexes=-1),
            ],
            "several": ti.xcom_pull(task_ids=["many", "plain"]),
            "key": ti.xcom_pull(task_ids="plain", key="k"),
            "own": ti.xcom_pull(key="nothing"),
        }

    @task
    def puller(x, ti):
        return [ti.xcom_pull(task_ids="many"), ti.xcom_pull(task_ids="plain")]

    p = plain()
    [many, one, none, p] >> pull()
    [many, p] >> puller.expand(x=[1, 2])


@dag
def r05_09_values_of_branches():
    """A branch or short circuit that skipped something has no value; one that skipped nothing has its own.

    Outcome:
    choose_one         success
    choose_all         ["c", "d"]
    stops              success
    goes_on            "yes"
    a                  1
    b                  skipped
    c                  1
    d                  1
    e                  skipped
    f                  1
    """

    @task.branch
    def choose(ids):
        return ids

    @task.short_circuit
    def test(value):
        return value

    done = {task_id: act.override(task_id=task_id)(1) for task_id in "abcdef"}
    choose.override(task_id="choose_one")("a") >> [done["a"], done["b"]]
    choose.override(task_id="choose_all")(["c", "d"]) >> [done["c"], done["d"]]
    test.override(task_id="stops")("") >> done["e"]
    test.override(task_id="goes_on")("yes") >> done["f"]


@dag
def r05_10_multiple_outputs():
    """One value per key and index besides the whole dict; one key of a mapped task reads as a sequence.

    Outcome:
    plain              {"a": 1, "b": [2]}
    use                [1, [2]]
    made[0]            {"a": 1, "b": 10}
    made[1]            {"a": 2, "b": 20}
    keys               [2, [10, 20], [{"a": 1, "b": 10}, {"a": 2, "b": 20}]]
    annotated          {"n": 5}
    size               [1, [5]]
    """

    @task(multiple_outputs=True)
    def plain():
        return {"a": 1, "b": [2]}

    @task
    def use(a, b):
        return [a, b]

    @task(multiple_outputs=True)
    def made(x):
        return {"a": x, "b": x * 10}

    @task
    def keys(bs, whole):
        return [len(bs), list(bs), list(whole)]

    @task
    def annotated() -> dict[str, int]:
        return {"n": 5}

    out = plain()
    use(out["a"], out["b"])
    many = made.expand(x=[1, 2])
    keys(many["b"], many)
    size([annotated()["n"]])


for make_dag in (
    r05_01_only_values_count,
    r05_02_the_lazy_sequence,
    r05_02_order_is_by_index,
    r05_03_types_survive,
    r05_04_mapped_over_mapped,
    r05_05_results_of_mapped_groups,
    r05_06_mapping_over_a_mapped_group,
    r05_07_outside_values_inside_groups,
    r05_08_xcom_pull,
    r05_09_values_of_branches,
    r05_10_multiple_outputs,
):
    make_dag()
