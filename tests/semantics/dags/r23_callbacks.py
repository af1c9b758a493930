"""Callbacks of tasks."""

import os
from pathlib import Path

from fanjet import FailException, SkipException, dag, task


def note(kind):
    """A callback that writes down that it was called, and what the context said."""

    def callback(context):
        ti = context["ti"]
        why = context.get("exception")
        line = f"{kind} {ti.task_id} {ti.map_index} try {ti.try_number} {ti.state}{f' {why}' if why else ''}\n"
        with (Path(os.environ["NOTES"]) / "callbacks").open("a") as file:
            file.write(line)

    return callback


ALL = {f"on_{kind}_callback": note(kind) for kind in ("execute", "success", "failure", "retry", "skipped")}


@dag(default_args=ALL)
def r23_callbacks():
    """execute, success, failure, retry and skipped, with the context; several of a kind; a broken one harms nothing.

    Outcome:
    act[0]       "ok"
    act[1]       failed
    act[2]       skipped
    act[3]       "late"  | try 2
    several      1
    broken       2
    never        upstream_failed
    told         ["execute act 0 try 1 running", "execute act 1 try 1 running", "execute act 2 try 1 running",
        "execute act 3 try 1 running", "execute act 3 try 2 running", "execute broken -1 try 1 running",
        "execute several -1 try 1 running", "failure act 1 try 1 failed as asked",
        "retry act 3 try 1 up_for_retry not yet", "skipped act 2 try 1 skipped as asked", "success act 0 try 1 success",
        "success act 3 try 2 success", "success first several -1 try 1 success",
        "success second several -1 try 1 success"]
    """

    @task(retries=1, retry_delay=0.01)
    def act(what, ti):
        if what == "fail":
            raise FailException("as asked")
        if what == "skip":
            raise SkipException("as asked")
        if what == "late" and ti.try_number == 1:
            raise ValueError("not yet")
        return what

    @task(on_success_callback=[note("success first"), note("success second")])
    def several():
        return 1

    def break_down(context):
        raise RuntimeError("a broken callback")

    @task(on_success_callback=break_down)
    def broken():
        return 2

    @task
    def never():
        return 3

    @task(trigger_rule="all_done", on_execute_callback=None, on_success_callback=None)
    def told():
        return sorted((Path(os.environ["NOTES"]) / "callbacks").read_text().splitlines())

    done = act.expand(what=["ok", "fail", "skip", "late"])
    end = never.override(trigger_rule="none_failed")()
    done >> end
    [done, several(), broken(), end] >> told()


def note_run(kind):
    """As `note`, for callbacks of a DAG."""

    def callback(context):
        with (Path(os.environ["NOTES"]) / "runs").open("a") as file:
            file.write(f"{kind} {context['dag_run'].dag_id} {context['run_id'] == context['dag_run'].run_id}\n")

    return callback


@dag(on_success_callback=note_run("success"), on_failure_callback=note_run("failure"))
def r23_callbacks_of_the_dag():
    """Called when the run has ended.

    Outcome:
    work         1
    """

    @task
    def work():
        return 1

    work()


@dag(on_success_callback=note_run("success"), on_failure_callback=[note_run("failure"), note_run("failure too")])
def r23_callbacks_after_a_death():
    """Those of a try whose process died are called by another.

    Outcome:
    run: failed
    dies         failed  | try 2
    """

    @task(retries=1, retry_delay=0.01, **ALL)
    def dies():
        os._exit(3)

    dies()


@dag
def r23_what_they_wrote():
    """What the callbacks of the runs before this one did.

    Outcome:
    runs         ["success r23_callbacks_of_the_dag True", "failure r23_callbacks_after_a_death True",
        "failure too r23_callbacks_after_a_death True"]
    deaths       ["execute", "execute", "failure", "retry"]
    """

    @task
    def runs():
        return (Path(os.environ["NOTES"]) / "runs").read_text().splitlines()

    @task
    def deaths():
        lines = (Path(os.environ["NOTES"]) / "callbacks").read_text().splitlines()
        # A dead worker's callbacks run elsewhere, and the next try does not wait for them.
        return sorted(line.split()[0] for line in lines if " dies " in line)

    runs()
    deaths()


r23_callbacks()
r23_callbacks_of_the_dag()
r23_callbacks_after_a_death()
r23_what_they_wrote()
