"""Setups and teardowns."""

from fanjet import FailException, SkipException, dag, setup, task, task_group, teardown


def act(what):
    if what == "fail":
        raise FailException("as asked")
    if what == "skip":
        raise SkipException("as asked")
    return what


@setup
def start(what):
    return act(what)


@task
def work(what="ok"):
    return act(what)


@teardown
def stop(what="stopped"):
    return act(what)


@dag
def r12_01_a_setup_that_does_not_succeed():
    """Failed, it makes the work upstream_failed, also indirectly and whatever the rule; skipped, it skips the work.

    Outcome:
    run: failed
    start              failed
    work               upstream_failed
    later              upstream_failed
    stop               upstream_failed
    start__1           skipped
    work__1            skipped
    later__1           skipped
    stop__1            skipped
    start__2           "ok"
    work__2            "ok"
    later__2           "ok"
    stop__2            "stopped"
    """
    for what in ("fail", "skip", "ok"):
        first = start(what)
        last = work.override(task_id="later", trigger_rule="all_done")()
        first >> work() >> last >> stop().as_teardown(setups=first)


@dag
def r12_02_mapped_setups():
    """One failed: the work is upstream_failed, the teardown runs. All failed: upstream_failed; all skipped: skipped.

    Outcome:
    run: failed
    one.start[0]       "ok"
    one.start[1]       failed
    one.work           upstream_failed
    one.stop           "stopped"
    all.start[0-1]     failed
    all.work, all.stop        upstream_failed
    skips.start[0-1]   skipped
    skips.work, skips.stop    skipped
    zero.start, zero.work, zero.stop    skipped
    """
    mixes = {"one": ["ok", "fail"], "all": ["fail", "fail"], "skips": ["skip", "skip"], "zero": []}
    for name, mix in mixes.items():

        @task_group(group_id=name)
        def group(mix):
            first = start.expand(what=mix)
            first >> work() >> stop().as_teardown(setups=first)

        group(mix)


@dag
def r12_03_the_teardown_waits_and_runs():
    """It runs after all instances of the work, also when some failed; the run is still a failure.

    Outcome:
    run: failed
    start              "ok"
    work[0]            "ok"
    work[1]            failed
    work[2]            skipped
    stop               "stopped"
    """
    first = start("ok")
    first >> work.expand(what=["ok", "fail", "skip"]) >> stop().as_teardown(setups=first)


@dag
def r12_03_a_failed_teardown():
    """It does not fail the run, and does not hold up what follows the work.

    Outcome:
    start              "ok"
    work               "ok"
    stop               failed
    stops[0]           "ok"
    stops[1]           failed
    """
    first = start("ok")
    job = work()
    first >> job >> stop("fail").as_teardown(setups=first)
    first >> job >> stop.override(task_id="stops").expand(what=["ok", "fail"]).as_teardown(setups=first)


@dag
def r12_03_a_teardown_that_counts():
    """With ``on_failure_fail_dagrun`` it fails the run.

    Outcome:
    run: failed
    start              "ok"
    work               "ok"
    stop               failed
    """
    first = start("ok")
    first >> work() >> stop("fail").as_teardown(setups=first, on_failure_fail_dagrun=True)


@dag
def r12_03_a_mapped_teardown_that_counts():
    """Also when it is mapped.

    Outcome:
    run: failed
    start              "ok"
    work               "ok"
    stop[0]            "ok"
    stop[1]            failed
    """
    first = start("ok")
    first >> work() >> stop.expand(what=["ok", "fail"]).as_teardown(setups=first, on_failure_fail_dagrun=True)


@dag
def r12_03_with_blocks():
    """``with`` a setup or teardown: what is made inside lies between them; what follows a group waits for the work.

    Outcome:
    run: failed
    start              "ok"
    inside             "ok"
    bad                failed
    stop               "stopped"
    section.start      "ok"
    section.work       "ok"
    section.stop       failed
    after              "ok"
    """
    with stop().as_teardown(setups=start("ok")):
        work.override(task_id="inside")()
        work.override(task_id="bad")("fail")

    @task_group
    def section():
        first = start("ok")
        first >> work() >> stop("fail").as_teardown(setups=first)

    section() >> work.override(task_id="after")()


@dag
def r12_04_inside_a_mapped_group():
    """Index by index.

    Outcome:
    run: failed
    group.start[0]     "ok"
    group.start[1]     failed
    group.start[2]     skipped
    group.work[0]      failed
    group.work[1]      upstream_failed
    group.work[2]      skipped
    group.stop[0]      "stopped"
    group.stop[1]      upstream_failed
    group.stop[2]      skipped
    """

    @task_group
    def group(what):
        first = start(what)
        first >> work("fail") >> stop().as_teardown(setups=first)

    group.expand(what=["ok", "fail", "skip"])


for make in (
    r12_01_a_setup_that_does_not_succeed,
    r12_02_mapped_setups,
    r12_03_the_teardown_waits_and_runs,
    r12_03_a_failed_teardown,
    r12_03_a_teardown_that_counts,
    r12_03_a_mapped_teardown_that_counts,
    r12_03_with_blocks,
    r12_04_inside_a_mapped_group,
):
    make()
