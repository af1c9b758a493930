"""Maps inside maps: branches, setups, rules and sources at every place."""

from fanjet import FailException, SkipException, dag, task, task_group


@task
def show(x):
    return x


@task
def total(xs):
    return list(xs)


def act(what):
    if what == "fail":
        raise FailException("as asked")
    if what == "skip":
        raise SkipException("as asked")
    return what


@task(task_id="act")
def do(what):
    return act(what)


@dag
def r14_01_branch_before_an_inner_map():
    """A branch in the outer group skips an inner map at its own index: each instance of a literal, one over output.

    Outcome:
    outer.pick[0]          "outer.literal"
    outer.pick[1]          "outer.output"
    outer.make[0-1]        [1, 2]
    outer.literal[0,0]     "u"
    outer.literal[0,1]     "v"
    outer.literal[1,0]     skipped
    outer.literal[1,1]     skipped
    outer.output[0]        skipped
    outer.output[1,0]      1
    outer.output[1,1]      2
    outer.end[0]           [["u", "v"], []]
    outer.end[1]           [[], [1, 2]]
    """

    @task.branch
    def pick(x):
        return f"outer.{x}"

    @task
    def make():
        return [1, 2]

    @task(trigger_rule="none_failed")
    def end(a, b):
        return [list(a), list(b)]

    @task_group
    def outer(x):
        literal = show.override(task_id="literal").expand(x=["u", "v"])
        output = show.override(task_id="output").expand(x=make())
        pick(x) >> [literal, output]
        end(literal, output)

    outer.expand(x=["literal", "output"])


@dag
def r14_01_mapped_branches_inside():
    """A mapped branch or short circuit inside a mapped group acts on the same path of the maps right after it.

    Outcome:
    outer.pick[0,0]        "outer.low"
    outer.pick[0,1]        "outer.high"
    outer.pick[1,0]        "outer.low"
    outer.low[0,0]         1
    outer.low[0,1]         skipped
    outer.low[1,0]         2
    outer.high[0,0]        skipped
    outer.high[0,1]        70
    outer.high[1,0]        skipped
    outer.test[0,0]        false
    outer.test[0,1]        true
    outer.test[1,0]        false
    outer.tested[0,0]      skipped
    outer.tested[0,1]      70
    outer.tested[1,0]      skipped
    """

    @task.branch
    def pick(x):
        return "outer.low" if x < 10 else "outer.high"

    @task.short_circuit
    def test(x):
        return x > 10

    @task_group
    def outer(xs):
        pick.expand(x=xs) >> [
            show.override(task_id="low").expand(x=xs),
            show.override(task_id="high").expand(x=xs),
        ]
        test.expand(x=xs) >> show.override(task_id="tested").expand(x=xs)

    outer.expand(xs=[[1, 70], [2]])


@dag
def r14_01_setups_at_all_levels():
    """An outer setup guards its index, a mapped setup inside counts as a whole at its index.

    Outcome:
    run: failed
    outer.start[0]         "ok"
    outer.start[1]         failed
    outer.start[2]         "ok"
    outer.mapped[0,0]      "ok"
    outer.mapped[0,1]      failed
    outer.mapped[1,0]      upstream_failed
    outer.mapped[1,1]      upstream_failed
    outer.mapped[2,0]      "ok"
    outer.mapped[2,1]      "ok"
    outer.work[0]          upstream_failed
    outer.work[1]          upstream_failed
    outer.work[2]          "work"
    outer.stop_mapped[0]   "stopped"
    outer.stop_mapped[1]   upstream_failed
    outer.stop_mapped[2]   "stopped"
    outer.stop[0]          "stopped"
    outer.stop[1]          upstream_failed
    outer.stop[2]          "stopped"
    """

    @task
    def start(what):
        return act("fail" if what == "first" else "ok")

    @task
    def mapped(kind, what):
        return act("fail" if what == "second" and kind == "b" else "ok")

    @task_group
    def outer(what):
        first = start(what).as_setup()
        many = mapped.partial(what=what).expand(kind=["a", "b"]).as_setup()
        stop_many = show.override(task_id="stop_mapped")("stopped").as_teardown(setups=many)
        first >> many >> show.override(task_id="work")("work") >> stop_many
        stop_many >> show.override(task_id="stop")("stopped").as_teardown(setups=first)

    outer.expand(what=["second", "first", "none"])


@dag
def r14_03_rules_with_upstreams_outside():
    """Inside, an upstream from outside counts with all its instances, one from inside at the place alone.

    Outcome:
    run: failed
    broken             failed
    many[0]            "ok"
    many[1]            skipped
    outer.inside[0,0]  1
    outer.inside[0,1]  2
    outer.inside[1]    skipped
    outer.one_failed[0-1]        "ran"
    outer.all_done[0-1]          "ran"
    outer.none_skipped[0-1]      skipped
    outer.default[0]             upstream_failed
    outer.default[1]             upstream_failed
    outer.none_failed_many[0]    "ran"
    outer.none_failed_many[1]    "ran"
    """

    @task
    def ran():
        return "ran"

    broken = do.override(task_id="broken")("fail")
    many = do.override(task_id="many").expand(what=["ok", "skip"])

    @task_group
    def outer(xs):
        inside = show.override(task_id="inside").expand(x=xs)
        for rule in ("one_failed", "all_done"):
            [broken, inside] >> ran.override(task_id=rule, trigger_rule=rule)()
        [many, inside] >> ran.override(task_id="none_skipped", trigger_rule="none_skipped")()
        broken >> ran.override(task_id="default")()
        [many, inside] >> ran.override(task_id="none_failed_many", trigger_rule="none_failed")()

    outer.expand(xs=[[1, 2], []])


@dag
def r14_03_nothing_outside():
    """With no outer index there is one skipped instance for all tasks inside, at any depth.

    Outcome:
    empty                  []
    outer.show             skipped
    outer.total            skipped
    outer.inner.deep       skipped
    outer.inner.deeper     skipped
    whole                  []
    """

    @task
    def empty():
        return []

    @task_group
    def inner(x):
        show.override(task_id="deeper").expand(x=[show.override(task_id="deep")(x)])

    @task_group
    def outer(xs):
        out = show.expand(x=xs)
        total.override(trigger_rule="all_done")(out)
        inner.expand(x=xs)
        return out

    whole = total.override(task_id="whole", trigger_rule="none_failed")
    whole(outer.expand(xs=empty()))


@dag
def r14_03_sources_inside_that_are_none():
    """What cannot be mapped over inside: the task that returned it fails, or the map's own place where there is none.

    Outcome:
    run: failed
    outer.make[0]          failed
    outer.make[1]          [1]
    outer.over[0]          upstream_failed
    outer.over[1,0]        1
    outer.chars[0]         failed  | try 0
    outer.chars[1,0]       1
    """

    @task
    def make(x):
        return x

    @task_group
    def outer(x):
        show.override(task_id="over").expand(x=make(x))
        show.override(task_id="chars").expand(x=x)

    outer.expand(x=[7, [1]])


@dag
def r14_02_sequences_of_sequences():
    """What nested maps give can be zipped, mapped and pulled by path; a group's results feed other groups.

    Outcome:
    outer.show[0,0]        1
    outer.show[0,1]        2
    outer.show[1,0]        3
    letters                ["a", "b"]
    lengths[0]             2
    lengths[1]             1
    pairs[0]               "a: [1, 2]"
    pairs[1]               "b: [3]"
    pull                   [[1, 2, 3], [2], [3], [3, 1], [null]]
    again.show[0,0]        10
    again.show[0,1]        20
    again.show[1,0]        30
    """

    @task
    def pull(ti):
        return [
            ti.xcom_pull(task_ids="outer.show"),
            ti.xcom_pull(task_ids="outer.show", map_indexes=[(0, 1)]),
            ti.xcom_pull(task_ids="outer.show", map_indexes=1),
            ti.xcom_pull(task_ids="outer.show", map_indexes=[(1, 0), (0, 0)]),
            ti.xcom_pull(task_ids="outer.show", map_indexes=[(4, 0)]),
        ]

    @task
    def make_pair(pair):
        return f"{pair[0]}: {list(pair[1])}"

    @task
    def letters():
        return ["a", "b"]

    @task_group
    def outer(xs):
        return show.expand(x=xs)

    @task_group
    def again(xs):
        show.expand(x=xs.map(lambda x: x * 10))

    out = outer.expand(xs=[[1, 2], [3]])
    show.override(task_id="lengths").expand(x=out.map(len))
    make_pair.override(task_id="pairs").expand(pair=letters().zip(out))
    out >> pull()
    again.expand(xs=out)


@dag
def r14_02_the_source_of_a_group_is_renumbered():
    """A group over mapped results has one index per value, and keeps its own indexes inside.

    Outcome:
    act[0]                 success
    act[1]                 ["a"]
    act[2]                 ["b", "c"]
    group.show[0,0]        "a"
    group.show[1,0]        "b"
    group.show[1,1]        "c"
    group.total[0]         ["a"]
    group.total[1]         ["b", "c"]
    """

    @task_group
    def group(xs):
        return total(show.expand(x=xs))

    group.expand(xs=do.expand(what=[None, ["a"], ["b", "c"]]))


@dag
def r14_01_retries_and_filters_inside():
    """Retries, skips by .map() and labels at an inner place.

    Outcome:
    outer.late[0,0]        1   | label 0,0
    outer.late[0,1]        2   | label 0,1 | try 2
    outer.late[1,0]        3   | label 1,0 | try 2
    outer.odd[0,0]         1
    outer.odd[0,1]         skipped
    outer.odd[1,0]         3
    outer.next[0]          skipped
    outer.next[1]          [3]
    """

    def odd(x):
        if x % 2 == 0:
            raise SkipException("even")
        return x

    @task(retries=1, retry_delay=0.01, map_index_template="{{ ti.map_path | join(',') }}")
    def late(x, ti):
        if x > 1 and ti.try_number == 1:
            raise ValueError("not yet")
        return x

    @task_group
    def outer(xs):
        late.expand(x=xs)
        total.override(task_id="next")(show.override(task_id="odd").expand(x=xs.map(odd)))

    outer.expand(xs=[[1, 2], [3]])


for make in (
    r14_01_branch_before_an_inner_map,
    r14_01_mapped_branches_inside,
    r14_01_setups_at_all_levels,
    r14_03_rules_with_upstreams_outside,
    r14_03_nothing_outside,
    r14_03_sources_inside_that_are_none,
    r14_02_sequences_of_sequences,
    r14_02_the_source_of_a_group_is_renumbered,
    r14_01_retries_and_filters_inside,
):
    make()
