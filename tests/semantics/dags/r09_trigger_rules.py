"""Trigger rules over all instances upstream."""

import os
from pathlib import Path
from time import monotonic, sleep

from fanjet import DAG, FailException, SkipException, TriggerRule, dag, task


def act(what):
    if what == "fail":
        raise FailException("as asked")
    if what == "skip":
        raise SkipException("as asked")
    return what


def wait_for(note):
    """Whether another task writes a note while this one is still running."""
    give_up_at = monotonic() + 5
    while not (Path(os.environ["NOTES"]) / note).exists():
        if monotonic() > give_up_at:
            return False
        sleep(0.01)
    return True


def leave(note):
    (Path(os.environ["NOTES"]) / note).touch()


#: What the instances of one mapped task do; with "uf" there is also an unmapped task that is upstream_failed.
MIXES = {
    "ok_ok": ["ok", "ok"],
    "ok_fail": ["ok", "fail"],
    "fail_fail": ["fail", "fail"],
    "ok_skip": ["ok", "skip"],
    "skip_skip": ["skip", "skip"],
    "uf_alone": [],
    "uf_ok": ["ok"],
    "uf_fail": ["fail"],
    "uf_skip": ["skip"],
}

OUTCOMES = {
    "r09_00_ok_ok": """
        m[0-1]  "ok"
        all_success, all_done, all_done_setup_success, one_success, one_done, none_failed  "ran"
        none_failed_min_one_success, all_done_min_one_success, none_skipped, always        "ran"
        all_failed, one_failed, all_skipped                                                skipped
    """,
    "r09_00_ok_fail": """
        run: failed
        m[0]    "ok"
        m[1]    failed
        all_done, all_done_setup_success, one_success, one_failed, one_done   "ran"
        all_done_min_one_success, none_skipped, always                        "ran"
        all_failed, all_skipped                                               skipped
        all_success, none_failed, none_failed_min_one_success                 upstream_failed
    """,
    "r09_00_fail_fail": """
        run: failed
        m[0-1]  failed
        all_failed, all_done, all_done_setup_success, one_failed, one_done, none_skipped, always  "ran"
        all_skipped                                                                               skipped
        all_success, one_success, none_failed, none_failed_min_one_success                        upstream_failed
        all_done_min_one_success                                                                  upstream_failed
    """,
    "r09_00_ok_skip": """
        m[0]    "ok"
        m[1]    skipped
        all_done, all_done_setup_success, one_success, one_done                              "ran"
        none_failed, none_failed_min_one_success, always                                     "ran"
        all_success, all_failed, one_failed, all_done_min_one_success, none_skipped          skipped
        all_skipped                                                                          skipped
    """,
    "r09_00_skip_skip": """
        m[0-1]  skipped
        all_done, all_done_setup_success, none_failed, all_skipped, always                   "ran"
        all_success, all_failed, one_success, one_failed, one_done                           skipped
        none_failed_min_one_success, all_done_min_one_success, none_skipped                  skipped
    """,
    "r09_00_uf_alone": """
        run: failed
        broken  failed
        uf      upstream_failed
        all_failed, all_done, all_done_setup_success, one_failed, none_skipped, always       "ran"
        one_done, all_skipped                                                                skipped
        all_success, one_success, none_failed, none_failed_min_one_success                   upstream_failed
        all_done_min_one_success                                                             upstream_failed
    """,
    "r09_00_uf_ok": """
        run: failed
        broken  failed
        uf      upstream_failed
        m[0]    "ok"
        all_done, all_done_setup_success, one_success, one_failed, one_done                  "ran"
        all_done_min_one_success, none_skipped, always                                       "ran"
        all_failed, all_skipped                                                              skipped
        all_success, none_failed, none_failed_min_one_success                                upstream_failed
    """,
    "r09_00_uf_fail": """
        run: failed
        broken  failed
        uf      upstream_failed
        m[0]    failed
        all_failed, all_done, all_done_setup_success, one_failed, one_done                   "ran"
        none_skipped, always                                                                 "ran"
        all_skipped                                                                          skipped
        all_success, one_success, none_failed, none_failed_min_one_success                   upstream_failed
        all_done_min_one_success                                                             upstream_failed
    """,
    "r09_00_uf_skip": """
        run: failed
        broken  failed
        uf      upstream_failed
        m[0]    skipped
        all_done, all_done_setup_success, one_failed, always                                 "ran"
        all_failed, one_done, all_skipped, all_done_min_one_success, none_skipped            skipped
        one_success, none_failed, none_failed_min_one_success                                upstream_failed
    """,
}

for mix_name, mix in MIXES.items():
    with DAG(f"r09_00_{mix_name}"):
        upstream = []
        if mix:

            @task
            def m(what):
                return act(what)

            upstream.append(m.expand(what=mix))
        if mix_name.startswith("uf"):

            @task
            def broken():
                raise FailException("no")

            @task
            def uf():
                return 1

            last = uf()
            broken() >> last
            upstream.append(last)
        for rule in TriggerRule:
            if mix_name == "uf_skip" and rule == "all_success":
                continue  # what comes first decides there, see below

            @task(task_id=rule.value, trigger_rule=rule)
            def after():
                return "ran"

            upstream >> after()


@dag
def r09_00_first_of_skip_and_failure():
    """With all_success the first of a skip and a failure decides; with others the order does not matter.

    Outcome:
    run: failed
    skips_first, skips_last                                 skipped
    fails_first, fails_last                                 failed
    skip_then_fail                                          skipped
    fail_then_skip                                          upstream_failed
    none_failed_a, none_failed_b                            upstream_failed
    none_skipped_a, none_skipped_b                          skipped
    none_failed_min_one_success_a, none_failed_min_one_success_b  upstream_failed
    """

    @task
    def end(what, pause_s):
        sleep(pause_s)
        return act(what)

    @task
    def after():
        return "ran"

    skip_first, fail_last = (
        end.override(task_id="skips_first")("skip", 0),
        end.override(task_id="fails_last")("fail", 0.2),
    )
    fail_first, skip_last = (
        end.override(task_id="fails_first")("fail", 0),
        end.override(task_id="skips_last")("skip", 0.2),
    )
    [skip_first, fail_last] >> after.override(task_id="skip_then_fail")()
    [fail_first, skip_last] >> after.override(task_id="fail_then_skip")()
    for rule in ("none_failed", "none_skipped", "none_failed_min_one_success"):
        [skip_first, fail_last] >> after.override(task_id=f"{rule}_a", trigger_rule=rule)()
        [fail_first, skip_last] >> after.override(task_id=f"{rule}_b", trigger_rule=rule)()


@dag
def r09_00_decided_at_once():
    """Rules are decided as soon as they can be: the slow task sees, while it runs, that the others have.

    Outcome:
    quick_ok             "ok"
    quick_fail           failed
    one_success, one_failed, one_done, always_runs    "ran"
    uf_early             upstream_failed
    skipped_early        skipped
    after_uf, after_skip    "ran"
    slow                 true
    """
    notes = ["one_success", "one_failed", "one_done", "always_runs", "after_uf", "after_skip"]

    @task
    def quick(what):
        return act(what)

    @task
    def slow():
        return all(wait_for(f"early_{note}") for note in notes)

    @task
    def early(note):
        leave(f"early_{note}")
        return "ran"

    @task(trigger_rule="all_done")
    def end():
        return "end"

    def run_early(name, rule):
        return early.override(task_id=name, trigger_rule=rule)(name)

    ok, fail = quick.override(task_id="quick_ok")("ok"), quick.override(task_id="quick_fail")("fail")
    waits = slow()
    [ok, waits] >> run_early("one_success", "one_success")
    [fail, waits] >> run_early("one_failed", "one_failed")
    [ok, waits] >> run_early("one_done", "one_done")
    waits >> run_early("always_runs", "always")
    uf_early = end.override(task_id="uf_early", trigger_rule="all_success")()
    skipped_early = end.override(task_id="skipped_early", trigger_rule="all_failed")()
    [fail, waits] >> uf_early >> run_early("after_uf", "all_failed")
    [ok, waits] >> skipped_early >> run_early("after_skip", "all_skipped")


@dag
def r09_00_retrying_is_not_failing():
    """up_for_retry is not failed.

    Outcome:
    second_time          "ok"  | try 2
    one_failed           skipped
    all_success          "ran"
    """

    @task(retries=1, retry_delay=0.05)
    def second_time(ti):
        if ti.try_number == 1:
            raise ValueError("once")
        return "ok"

    @task
    def after():
        return "ran"

    first = second_time()
    for rule in ("one_failed", "all_success"):
        first >> after.override(task_id=rule, trigger_rule=rule)()


@dag
def r09_00_over_maps():
    """Nothing is paired by index outside groups; one skip or failure of the source decides about the whole map.

    Outcome:
    run: failed
    fails[0]             "ok"
    fails[1]             failed
    skips[0]             "ok"
    skips[1]             skipped
    fails_literal[0-2]   upstream_failed
    skips_literal[0-2]   skipped
    fails_output         upstream_failed
    skips_output         skipped
    all_done[0-2]        "ran"
    """

    @task
    def m(what):
        return act(what)

    @task
    def n(x):
        return "ran"

    fails = m.override(task_id="fails").expand(what=["ok", "fail"])
    skips = m.override(task_id="skips").expand(what=["ok", "skip"])
    fails >> n.override(task_id="fails_literal").expand(x=[1, 2, 3])
    skips >> n.override(task_id="skips_literal").expand(x=[1, 2, 3])
    n.override(task_id="fails_output").expand(x=fails)
    n.override(task_id="skips_output").expand(x=skips)
    fails >> n.override(task_id="all_done", trigger_rule="all_done").expand(x=[1, 2, 3])


r09_00_first_of_skip_and_failure()
r09_00_decided_at_once()
r09_00_retrying_is_not_failing()
r09_00_over_maps()
