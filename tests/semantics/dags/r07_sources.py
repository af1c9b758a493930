"""Sources that cannot be mapped over, and maps of length zero."""

from fanjet import FailException, SkipException, dag, task, task_group


@task
def show(x):
    return x


_OTHER = {
    "int": 7,
    "str": "abc",
    "bytes": b"abc",
    "bool": True,
    "float": 1.5,
    "set": {1},
    "range": range(3),
    "generator": None,
    "keys": {"a": 1}.keys(),
    "none": None,
    "too_long": list(range(1025)),
}


@dag
def r07_00_what_cannot_be_mapped_over():
    """The task that returned it fails, the mapped task is one upstream_failed instance.

    Outcome:
    run: failed
    int, str, bytes, bool, float, set,
    range, generator, keys, none, too_long    failed
    of_int, of_str, of_bytes, of_bool, of_float, of_set,
    of_range, of_generator, of_keys, of_none, of_too_long    upstream_failed
    """
    for name in _OTHER:  # noqa: PLC0206 - the values are read where the tasks run

        @task(task_id=name)
        def give(name):
            return (x for x in [1]) if name == "generator" else _OTHER[name]

        show.override(task_id=f"of_{name}").expand(x=give(name))


@dag
def r07_00_all_that_can():
    """list, tuple, dict, and what a task pushed by hand.

    Outcome:
    a_tuple            [1]
    a_dict             {"a": 1}
    pushes             [4]
    of_tuple[0]        1
    of_dict[0]         ["a", 1]
    of_pushed[0]       4
    """

    @task
    def a_tuple():
        return (1,)

    @task(multiple_outputs=False)
    def a_dict():
        return {"a": 1}

    @task
    def pushes(ti):
        ti.xcom_push("return_value", [4])

    @task
    def as_list(x):
        return list(x)

    show.override(task_id="of_tuple").expand(x=a_tuple())
    as_list.override(task_id="of_dict").expand(x=a_dict())
    show.override(task_id="of_pushed").expand(x=pushes())


@dag
def r07_00_through_the_algebra_and_groups():
    """The same through .map(), .zip(), .concat(), as a factor, and before a mapped group; it may retry.

    Outcome:
    run: failed
    seven, eight       failed
    retries            [1]  | try 2
    good               [1]
    mapped, zipped, joined, product, group.show, kwargs    upstream_failed
    after[0]           1
    """

    @task
    def number():
        return 7

    @task(retries=1, retry_delay=0)
    def retries(ti):
        return [1] if ti.try_number == 2 else 1

    @task
    def good():
        return [1]

    @task
    def pair(x, y):
        return [x, y]

    @task_group
    def group(x):
        show(x)

    seven, eight, g = number.override(task_id="seven")(), number.override(task_id="eight")(), good()
    show.override(task_id="mapped").expand(x=seven.map(str))
    show.override(task_id="zipped").expand(x=g.zip(seven))
    show.override(task_id="joined").expand(x=g.concat(seven))
    pair.override(task_id="product").expand(x=g, y=seven)
    group.expand(x=eight)
    show.override(task_id="kwargs").expand_kwargs(eight)
    show.override(task_id="after").expand(x=retries())


@dag
def r07_00_values_of_mapped_tasks():
    """Values of mapped tasks need not be mappable, nor those of tasks that feed no map.

    Outcome:
    plain              7
    show[0]            7
    show[1]            "x"
    after[0]           7
    after[1]           "x"
    constant[0]        [1, 7]
    """

    @task
    def plain():
        return 7

    @task
    def constant(x, y):
        return [x, y]

    show.override(task_id="after").expand(x=show.expand(x=[7, "x"]))
    constant.partial(y=plain()).expand(x=[1])


@dag
def r08_01_length_zero():
    """One skipped instance: literal, output, group, all values None, every item filtered away is no zero length.

    Outcome:
    empty              []
    nones[0-1]         success
    literal            skipped
    output             skipped
    group.show         skipped
    of_nones           skipped
    after              skipped
    in_spite           "ran"
    """

    @task
    def empty():
        return []

    @task
    def nones(x):
        return None

    @task
    def after(xs):
        return "ran"

    @task_group
    def group(x):
        return show(x)

    e = empty()
    out = show.override(task_id="output").expand(x=e)
    show.override(task_id="literal").expand(x=[])
    group.expand(x=e)
    show.override(task_id="of_nones").expand(x=nones.expand(x=[1, 2]))
    after(out)
    after.override(task_id="in_spite", trigger_rule="none_failed")(out)


@dag
def r08_02_the_source_decides():
    """A map whose source was skipped is skipped, whose source failed is upstream_failed, whatever
    its own rule but all_skipped, which says skipped.

    Outcome:
    run: failed
    fails              failed
    skips              skipped
    of_fails_all_done, of_fails_one_failed, of_fails_none_skipped,
    of_fails_all_failed, of_fails_one_done    upstream_failed
    of_skips_all_done, of_skips_one_failed, of_skips_none_skipped, of_skips_all_failed, of_skips_one_done    skipped
    of_fails_all_skipped    skipped
    of_skips_all_skipped    skipped
    group_of_fails.one, group_of_fails.two    upstream_failed
    group_of_skips.one, group_of_skips.two    skipped
    constant[0]        [1, null]
    """

    @task
    def fails():
        raise FailException("no")

    @task
    def skips():
        raise SkipException("no")

    @task(trigger_rule="all_done")
    def constant(x, y):
        return [x, y]

    @task(trigger_rule="all_done")
    def one(x):
        return x

    @task(trigger_rule="none_skipped")
    def two():
        return 2

    @task_group
    def group(x):
        one(x) >> two()

    f, s = fails(), skips()
    rules = ["all_done", "one_failed", "none_skipped", "all_failed", "one_done"]
    for rule in [*rules, "all_skipped"]:
        show.override(task_id=f"of_fails_{rule}", trigger_rule=rule).expand(x=f)
    for rule in [*rules, "all_skipped"]:
        show.override(task_id=f"of_skips_{rule}", trigger_rule=rule).expand(x=s)
    group.override(group_id="group_of_fails").expand(x=f)
    group.override(group_id="group_of_skips").expand(x=s)
    constant.partial(y=f).expand(x=[1])


@dag
def r08_03_an_expanded_source_leaves_it_to_the_rule():
    """Even if all instances of a mapped source failed; with no values the map is skipped.

    Outcome:
    fails[0-1]         failed
    mixed[0]           failed
    mixed[1]           2
    of_fails           skipped
    of_mixed[0]        2
    of_mixed_default   upstream_failed
    end                "ran"
    """

    @task
    def fails(x):
        raise FailException("no")

    @task
    def mixed(x):
        if x == 1:
            raise FailException("no")
        return x

    @task(trigger_rule="all_done")
    def end():
        return "ran"

    m = mixed.expand(x=[1, 2])
    last = [
        show.override(task_id="of_fails", trigger_rule="all_done").expand(x=fails.expand(x=[1, 2])),
        show.override(task_id="of_mixed", trigger_rule="all_done").expand(x=m),
        show.override(task_id="of_mixed_default").expand(x=m),
    ]
    last >> end()


@dag
def r08_04_the_length_comes_first():
    """A map waits for its length before its own rule is judged, also when the rule is met long before.

    Outcome:
    quick              1
    slow               [1, 2]
    one_success[0]     1
    one_success[1]     2
    one_done[0]        1
    one_done[1]        2
    group.show[0]      1
    group.show[1]      2
    """
    from time import sleep

    @task
    def quick():
        return 1

    @task
    def slow():
        sleep(0.2)
        return [1, 2]

    @task_group
    def group(x):
        q >> show.override(trigger_rule="one_success")(x)

    q, s = quick(), slow()
    for rule in ("one_success", "one_done"):
        q >> show.override(task_id=rule, trigger_rule=rule).expand(x=s)
    group.expand(x=s)


@dag
def r08_05_reducing_nothing():
    """Reducing over an empty map with a rule that allows it gives an empty sequence.

    Outcome:
    none               skipped
    none_failed        [0, [], "LazyXComSequence"]
    all_done           [0, [], "LazyXComSequence"]
    """

    @task
    def size(xs):
        return [len(xs), list(xs), type(xs).__name__]

    xs = show.override(task_id="none").expand(x=[])
    for rule in ("none_failed", "all_done"):
        size.override(task_id=rule, trigger_rule=rule)(xs)


for make in (
    r07_00_what_cannot_be_mapped_over,
    r07_00_all_that_can,
    r07_00_through_the_algebra_and_groups,
    r07_00_values_of_mapped_tasks,
    r08_01_length_zero,
    r08_02_the_source_decides,
    r08_03_an_expanded_source_leaves_it_to_the_rule,
    r08_04_the_length_comes_first,
    r08_05_reducing_nothing,
):
    make()
