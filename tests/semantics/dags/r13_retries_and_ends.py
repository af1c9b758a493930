"""Retries, limits and the end of a run."""

import os
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from fanjet import (
    BashOperator,
    BashSensor,
    FailException,
    PokeReturnValue,
    PythonSensor,
    SkipException,
    dag,
    task,
    task_group,
)


def act(what):
    if what == "fail":
        raise FailException("as asked")
    if what == "skip":
        raise SkipException("as asked")
    return what


@task
def show(x):
    return x


@task
def end(what):
    return act(what)


@dag
def r13_01_retries():
    """Each instance retries on its own; FailException does not retry; values of an earlier try are gone.

    Outcome:
    run: failed
    at_try[0]          1
    at_try[1]          2         | try 2
    at_try[2]          3         | try 3
    at_try[3]          failed    | try 3
    final              failed    | try 1
    skips              skipped   | try 1
    pushes             "done"    | try 2
    pulled             [null, "second"]
    in_group.late[0]   1
    in_group.late[1]   2         | try 2
    in_group.next[0]   1
    in_group.next[1]   2
    """

    @task(retries=2, retry_delay=0.01)
    def at_try(needed, ti):
        if ti.try_number < needed:
            raise ValueError("not yet")
        return ti.try_number

    @task(retries=1, retry_delay=0.01)
    def pushes(ti):
        if ti.try_number == 1:
            ti.xcom_push("only_first", "first")
            ti.xcom_push("both", "first")
            raise ValueError("not yet")
        ti.xcom_push("both", "second")
        return "done"

    @task
    def pulled(ti):
        return [ti.xcom_pull(task_ids="pushes", key=key) for key in ("only_first", "both")]

    @task_group
    def in_group(needed):
        show.override(task_id="next")(at_try.override(task_id="late")(needed))

    at_try.expand(needed=[1, 2, 3, 4])
    end.override(task_id="final", retries=3, retry_delay=0.01)("fail")
    end.override(task_id="skips", retries=3)("skip")
    pushes() >> pulled()
    in_group.expand(needed=[1, 2])


@dag
def r13_01_delay_and_backoff():
    """A retry waits for its delay; with exponential backoff each pause is longer, up to `max_retry_delay`.

    Outcome:
    delayed            true  | try 2
    growing            true  | try 4
    bounded            true  | try 4
    """

    def note_start(name):
        file = Path(os.environ["NOTES"]) / name
        file.write_text((file.read_text() if file.exists() else "") + f"{time.time()} ")
        starts = [float(start) for start in file.read_text().split()]
        return [after - before for before, after in pairwise(starts)]

    @task(retries=1, retry_delay=timedelta(seconds=0.3))
    def delayed():
        (pause,) = note_start("delayed") or [None]
        if pause is None:
            raise ValueError("not yet")
        return 0.3 <= pause < 2

    @task(retries=3, retry_delay=0.1)
    def growing(ti):
        pauses = note_start("growing")
        if ti.try_number < 4:
            raise ValueError("not yet")
        return pauses[0] >= 0.09 and pauses[1] > pauses[0] + 0.05 and pauses[2] > pauses[1] + 0.1

    @task(retries=3, retry_delay=0.1)
    def bounded(ti):
        pauses = note_start("bounded")
        if ti.try_number < 4:
            raise ValueError("not yet")
        return max(pauses) < 0.6

    delayed()
    growing.override(retry_exponential_backoff=True)()
    bounded.override(retry_exponential_backoff=2.0, max_retry_delay=timedelta(seconds=0.15))()


@dag
def r13_02_leaves_decide():
    """A failure that an all_done leaf follows is a success.

    Outcome:
    fails              failed
    leaf               "leaf"
    """

    @task(trigger_rule="all_done")
    def leaf():
        return "leaf"

    end.override(task_id="fails")("fail") >> leaf()


@dag
def r13_02_all_skipped():
    """A run of which everything was skipped is a success.

    Outcome:
    skips              skipped
    after              skipped
    """
    end.override(task_id="skips")("skip") >> show.override(task_id="after")(1)


@dag
def r13_02_any_leaf():
    """One upstream_failed or failed leaf instance fails the run.

    Outcome:
    run: failed
    leaf[0]            "ok"
    leaf[1]            failed
    """
    end.override(task_id="leaf").expand(what=["ok", "fail"])


@dag(fail_fast=True)
def r13_03_fail_fast():
    """After a failure what is left is skipped; the run can end as a success.

    Outcome:
    fails              failed
    after              skipped
    waits[0-2]         skipped
    later              skipped
    last               skipped
    """

    @task
    def fails():
        time.sleep(0.2)
        raise FailException("stop all")

    @task(retries=1, retry_delay=60)
    def later():
        raise ValueError("would be tried again much later")

    first = fails()
    first >> show.override(task_id="after")(1) >> show.override(task_id="waits").expand(x=[1, 2, 3])
    [first, later()] >> show.override(task_id="last")(1)


class Counter:
    """How many instances of a kind run at once, told by files that say when each began and ended."""

    def __init__(self, name):
        self.folder = Path(os.environ["NOTES"]) / name

    def run(self, name, pause_s=0.05):
        self.folder.mkdir(exist_ok=True)
        start = time.monotonic()
        time.sleep(pause_s)
        (self.folder / str(name)).write_text(f"{start} {time.monotonic()}")
        return name

    def most(self):
        spans = [tuple(map(float, file.read_text().split())) for file in self.folder.iterdir()]
        return max(sum(start <= moment < stop for start, stop in spans) for moment, _ in spans)

    def order(self):
        return [
            file.name for file in sorted(self.folder.iterdir(), key=lambda file: float(file.read_text().split()[0]))
        ]


def count(name, **options):
    @task(task_id=name, **options)
    def work(x):
        return Counter(name).run(x)

    @task(task_id=f"most_{name}")
    def most():
        return Counter(name).most()

    work.expand(x=[0, 1, 2, 3]) >> most()


@dag
def r13_04_limits():
    """`max_active_tis_per_dagrun`, `max_active_tis_per_dag` and pools bound how many run at once, no more.

    Outcome:
    per_dagrun[0]      0
    per_dagrun[1]      1
    per_dagrun[2]      2
    per_dagrun[3]      3
    most_per_dagrun    1
    per_dag[0]         0
    per_dag[1]         1
    per_dag[2]         2
    per_dag[3]         3
    most_per_dag       1
    in_pool[0]         0
    in_pool[1]         1
    in_pool[2]         2
    in_pool[3]         3
    most_in_pool       1
    """
    count("per_dagrun", max_active_tis_per_dagrun=1)
    count("per_dag", max_active_tis_per_dag=1)
    count("in_pool", pool="narrow", pool_slots=2)


@dag(max_active_tasks=1)
def r13_04_max_active_tasks():
    """`max_active_tasks` bounds all tasks of the run together.

    Outcome:
    a[0]               0
    a[1]               1
    a[2]               2
    a[3]               3
    most_a             1
    """
    count("a")


@dag
def r13_04_priorities():
    """`priority_weight` says who goes first where there is not enough room.

    Outcome:
    holds              "holds"
    low                "low"
    high               "high"
    middle             "middle"
    order              ["holds", "high", "middle", "low"]
    """

    def work(name, weight):
        @task(task_id=name, pool="single", priority_weight=weight, weight_rule="absolute")
        def run():
            return Counter("order").run(name, 0.2 if name == "holds" else 0.02)

        return run()

    @task
    def order():
        return Counter("order").order()

    [work("holds", 99), work("low", 1), work("high", 20), work("middle", 10)] >> order()


@dag
def r13_05_bash():
    """The last line is the value, "" if there is none; exit code 99 skips; others fail.

    Outcome:
    run: failed
    lines              "two"
    nothing            ""
    skips              skipped
    fails              failed
    env                "v r13_05_bash 1"
    processed          {"n": 3}
    decorated          "from a function"
    mapped[0]          "0"
    mapped[1]          skipped
    skips_on_3         skipped
    """
    import json

    BashOperator(task_id="lines", bash_command="echo one; echo two")
    BashOperator(task_id="nothing", bash_command="true")
    BashOperator(task_id="skips", bash_command="exit 99")
    BashOperator(task_id="fails", bash_command="exit 1")
    BashOperator(
        task_id="env",
        bash_command="echo $V $FANJET_CTX_DAG_ID $AIRFLOW_CTX_TRY_NUMBER",
        env={"V": "v"},
        append_env=True,
    )
    BashOperator(task_id="processed", bash_command="echo '{\"n\": 3}'", output_processor=json.loads)
    BashOperator(task_id="skips_on_3", bash_command="exit 3", skip_on_exit_code=[3, 4])

    @task.bash
    def decorated():
        return "echo from a function"

    @task.bash
    def mapped(code):
        return f"echo {code}; exit {code}"

    decorated()
    mapped.expand(code=[0, 99])


@dag
def r13_05_sensors():
    """A truthy poke ends it without a value, PokeReturnValue gives one; soft_fail skips; a timeout fails for good.

    Outcome:
    run: failed
    at_once            success
    third_time         success
    with_value         "found"
    reschedules        "found later"
    soft               skipped
    too_late           failed  | try 1
    fails              failed  | try 2
    classic            success
    classic_again      success
    command            success
    mapped[0]          1
    mapped[1]          2
    group.wait[0]      "a"
    group.next[0]      "a"
    """

    def pokes(name):
        file = Path(os.environ["NOTES"]) / name
        file.write_text(file.read_text() + "." if file.exists() else ".")
        return len(file.read_text())

    @task.sensor(poke_interval=0.01)
    def at_once():
        return True

    @task.sensor(poke_interval=0.01)
    def third_time():
        return pokes("third") == 3

    @task.sensor(poke_interval=0.01)
    def with_value():
        return PokeReturnValue(is_done=True, xcom_value="found")

    @task.sensor(poke_interval=0.05, mode="reschedule")
    def reschedules():
        return PokeReturnValue(is_done=pokes("rescheduled") == 3, xcom_value="found later")

    @task.sensor(poke_interval=0.01, timeout=0.03, soft_fail=True)
    def soft():
        return False

    @task.sensor(poke_interval=0.01, timeout=0.03, retries=2, retry_delay=0.01)
    def too_late():
        return False

    @task.sensor(poke_interval=0.01, retries=1, retry_delay=0.01)
    def fails():
        raise ValueError("no answer")

    @task.sensor(poke_interval=0.01, mode="reschedule")
    def wait(x):
        return PokeReturnValue(is_done=pokes(f"mapped_{x}") == 2, xcom_value=x)

    @task_group
    def group(x):
        show.override(task_id="next")(wait(x))

    for sensor in (at_once, third_time, with_value, reschedules, soft, too_late, fails):
        sensor()
    PythonSensor(task_id="classic", python_callable=lambda: True)
    PythonSensor(
        task_id="classic_again", python_callable=lambda: pokes("classic") == 2, mode="reschedule", poke_interval=0.02
    )
    BashSensor(task_id="command", bash_command="true")
    wait.override(task_id="mapped").expand(x=[1, 2])
    group.expand(x=["a"])


for make in (
    r13_01_retries,
    r13_01_delay_and_backoff,
    r13_02_leaves_decide,
    r13_02_all_skipped,
    r13_02_any_leaf,
    r13_03_fail_fast,
    r13_04_limits,
    r13_04_max_active_tasks,
    r13_04_priorities,
    r13_05_bash,
    r13_05_sensors,
):
    make()
