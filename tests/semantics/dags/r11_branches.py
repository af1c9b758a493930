"""Branches and short circuits."""

from fanjet import BranchPythonOperator, EmptyOperator, ShortCircuitOperator, dag, task, task_group


@task
def show(x):
    return x


@task
def find():
    return [1, 2]


@task.branch
def choose(what):
    return what


@task.short_circuit
def test(value):
    return value


@dag
def r11_01_from_an_unmapped_branch():
    """Mapped tasks that are not chosen are skipped: over a literal each index, over output as one.

    Outcome:
    find               [1, 2]
    choose             success
    chosen[0]          1
    chosen[1]          2
    literal[0-1]       skipped
    output             skipped
    end                "end"
    kept               "kept"
    """
    branch = choose("chosen")
    found = find()
    end = show.override(task_id="end", trigger_rule="none_failed")("end")
    branch >> show.override(task_id="chosen").expand(x=found) >> end
    branch >> show.override(task_id="literal").expand(x=[1, 2]) >> end
    branch >> show.override(task_id="output").expand(x=found) >> end
    branch >> end
    kept = show.override(task_id="kept", trigger_rule="none_failed")("kept")
    [branch, end] >> kept


@dag
def r11_01_groups_can_be_chosen():
    """A group by its id, or single tasks of a mapped group from outside.

    Outcome:
    choose_group       success
    choose_one         success
    one.first[0-1]     1
    one.second[0-1]    1
    two.first[0-1]     skipped
    two.second[0-1]    skipped
    third.first[0-1]   1
    third.alone[0-1]   skipped
    """

    @task_group
    def one(x):
        show.override(task_id="first")(1) >> show.override(task_id="second")(1)

    @task_group
    def third(x):
        show.override(task_id="first")(1)
        show.override(task_id="alone")(1)

    two = one.override(group_id="two")
    choose.override(task_id="choose_group")("one") >> [one.expand(x=[1, 2]), two.expand(x=[1, 2])]
    choose.override(task_id="choose_one")(["third.first"]) >> third.expand(x=[1, 2])


@dag
def r11_01_unknown_targets():
    """An unknown target fails the branch; None or an empty list chooses nothing.

    Outcome:
    run: failed
    wrong              failed
    after_wrong        upstream_failed
    nothing            success
    after_nothing      skipped
    classic            success
    a                  skipped
    b                  "b"
    """
    choose.override(task_id="wrong")("nobody") >> show.override(task_id="after_wrong")(1)
    choose.override(task_id="nothing")([]) >> show.override(task_id="after_nothing")(1)
    classic = BranchPythonOperator(task_id="classic", python_callable=lambda: "b")
    classic >> [show.override(task_id="a")("a"), show.override(task_id="b")("b")]


@dag
def r11_02_short_circuits():
    """All that follows is skipped whatever the rules, or only what follows directly.

    Outcome:
    stops              success
    stops_next         success
    goes_on            true
    a                  skipped
    b                  skipped
    c[0-1]             skipped
    d                  skipped
    e                  "e"
    f                  "f"
    g                  skipped
    classic            success
    """
    stops = test.override(task_id="stops")(False)
    stops >> show.override(task_id="a")("a") >> show.override(task_id="b", trigger_rule="all_done")("b")
    stops >> show.override(task_id="c").expand(x=[1, 2])
    next_only = test.override(task_id="stops_next", ignore_downstream_trigger_rules=False)(False)
    next_only >> show.override(task_id="d")("d") >> show.override(task_id="e", trigger_rule="all_done")("e")
    test.override(task_id="goes_on")(True) >> show.override(task_id="f")("f")
    ShortCircuitOperator(task_id="classic", python_callable=lambda: 0) >> show.override(task_id="g")("g")


@dag
def r11_03_inside_a_mapped_group():
    """They act within their index, over literals and over output.

    Outcome:
    numbers            [3, 70]
    one.pick[0]        "one.low"
    one.pick[1]        "one.high"
    one.low[0]         3
    one.low[1]         skipped
    one.high[0]        skipped
    one.high[1]        70
    one.note[0]        3
    one.note[1]        70
    two.test[0]        false
    two.test[1]        true
    two.next[0]        skipped
    two.next[1]        70
    two.last[0]        skipped
    two.last[1]        70
    """

    @task
    def numbers():
        return [3, 70]

    @task.branch
    def pick(x):
        return "one.low" if x < 10 else "one.high"

    @task_group
    def one(x):
        sides = [show.override(task_id="low")(x), show.override(task_id="high")(x)]
        pick(x) >> sides >> show.override(task_id="note", trigger_rule="none_failed")(x)

    @task.short_circuit(task_id="test")
    def is_high(x):
        return x > 10

    @task_group
    def two(x):
        after = show.override(task_id="last", trigger_rule="all_done")(x)
        is_high(x) >> show.override(task_id="next")(x) >> after

    one.expand(x=numbers())
    two.expand(x=[3, 70])


@dag
def r11_04_mapped_ones():
    """A mapped branch or short circuit acts on the same index of the mapped tasks right after it.

    Outcome:
    pick[0]            "low"
    pick[1]            "high"
    pick[2]            "high"
    low[0]             1
    low[1]             skipped
    low[2]             skipped
    high[0]            skipped
    high[1]            2
    high[2]            3
    rows[0]            0
    rows[1]            7
    load[0]            skipped
    load[1]            7
    classic[0]         false
    classic[1]         true
    classic_next[0]    skipped
    classic_next[1]    "b"
    unmapped           "u"
    """

    @task.branch
    def pick(x):
        return "low" if x == 1 else "high"

    @task.short_circuit
    def rows(x):
        return x

    xs = [1, 2, 3]
    pick.expand(x=xs) >> [show.override(task_id="low").expand(x=xs), show.override(task_id="high").expand(x=xs)]
    has_rows = rows.expand(x=[0, 7])
    has_rows >> show.override(task_id="load").expand(x=[0, 7])
    has_rows >> show.override(task_id="unmapped")("u")
    circuit = ShortCircuitOperator.partial(task_id="classic", python_callable=bool).expand(op_args=[[0], [1]])
    circuit >> show.override(task_id="classic_next").expand(x=["a", "b"])


@dag
def r11_04_empty_operators_after_them():
    """Tasks that need no worker follow the same rules.

    Outcome:
    choose             success
    a                  success  | try 0
    b                  skipped
    end                success  | try 0
    """
    a, b = EmptyOperator(task_id="a"), EmptyOperator(task_id="b")
    choose("a") >> [a, b] >> EmptyOperator(task_id="end", trigger_rule="none_failed_min_one_success")


for make in (
    r11_01_from_an_unmapped_branch,
    r11_01_groups_can_be_chosen,
    r11_01_unknown_targets,
    r11_02_short_circuits,
    r11_03_inside_a_mapped_group,
    r11_04_mapped_ones,
    r11_04_empty_operators_after_them,
):
    make()
