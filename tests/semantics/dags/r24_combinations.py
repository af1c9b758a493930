"""Features together, as files use them."""

import json
import time
from datetime import timedelta

from fanjet import BashOperator, EmptyOperator, SkipException, TaskGroup, dag, setup, task, task_group, teardown


@task
def show(x):
    return x


@task
def total(xs):
    return list(xs)


class Pushes(BashOperator):
    """Pushes under a key of its own."""

    def execute(self, context):
        context["ti"].xcom_push("other", "first")
        return super().execute(context)


@dag
def r24_outputs_in_texts():
    """An output inside a text stands for a template; ``.output`` of operators, and its keys, are outputs like others.

    Outcome:
    plain        "p"
    keys         {"k": "v"}
    text         "p and v"
    bash         {"n": [1, 2]}
    use          {"n": [1, 2]}
    pushes       "last"
    pushed       ["last", "first"]
    """
    plain = show.override(task_id="plain")("p")

    @task(multiple_outputs=True)
    def keys():
        return {"k": "v"}

    out = keys()
    text = BashOperator(task_id="text", bash_command=f"echo {plain} and {out['k']}")
    [plain, out] >> text
    bash = BashOperator(task_id="bash", bash_command="echo '{\"n\": [1, 2]}'", output_processor=json.loads)
    show.override(task_id="use")(bash.output)
    pushes = Pushes(task_id="pushes", bash_command="echo first; echo last")

    @task
    def pushed(a, b):
        return [a, b]

    pushed(pushes.output, pushes.output["other"])


@dag
def r24_a_key_that_nobody_pushes():
    """Fails who reads it, whatever the task that was to push it did.

    Outcome:
    run: failed
    plain        {"k": 1}
    reads        failed
    mapped[0-1]  failed
    """
    plain = show.override(task_id="plain")({"k": 1})
    show.override(task_id="reads")(plain["k"])

    @task
    def mapped(a, b):
        return [a, b]

    mapped.partial(a=plain["k"]).expand(b=[1, 2])


@dag
def r24_annotated_dicts_are_mapped():
    """A dict that is split into keys can be mapped over as a whole, too.

    Outcome:
    find         {"a": 1, "b": 2}
    one          1
    item[0]      ["a", 1]
    item[1]      ["b", 2]
    """

    @task
    def find() -> dict:
        return {"a": 1, "b": 2}

    @task
    def item(pair):
        return list(pair)

    found = find()
    item.expand(pair=found)
    show.override(task_id="one")(found["a"])


@dag
def r24_groups_that_return_collections():
    """A group may return several outputs; each is read outside like one.

    Outcome:
    group.a[0]   1
    group.a[1]   2
    group.b[0]   "1"
    group.b[1]   "2"
    as           [1, 2]
    bs           ["1", "2"]
    both         [[1, 2], ["1", "2"]]
    """

    @task
    def text(x):
        return str(x)

    @task
    def both(outputs):
        return [list(outputs["a"]), list(outputs["b"])]

    @task_group
    def group(x):
        return {"a": show.override(task_id="a")(x), "b": text.override(task_id="b")(x)}

    out = group.expand(x=[1, 2])
    total.override(task_id="as")(out["a"])
    total.override(task_id="bs")(out["b"])
    both(out)


@dag
def r24_a_short_circuit_before_groups():
    """It skips whole groups: over a literal each index, over output one instance; teardowns inside still judge.

    Outcome:
    find         [1, 2]
    stops        success
    literal.show[0-1]    skipped
    literal.next[0-1]    skipped
    output.show          skipped
    output.next[0-1]     skipped
    end          "end"
    """

    @task
    def find():
        return [1, 2]

    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def stops():
        return False

    @task_group
    def literal(x):
        show.override(task_id="next")(show(x))

    output = literal.override(group_id="output")
    end = show.override(task_id="end", trigger_rule="none_failed")("end")
    stop = stops()
    stop >> literal.expand(x=[1, 2]) >> end
    stop >> output.expand(x=find()) >> end


@dag
def r24_a_setup_around_a_mapped_group():
    """The setup before, the teardown after all indexes.

    Outcome:
    start        "up"
    group.show[0]    1
    group.show[1]    2
    group.skips[0-1]  skipped
    stop         "down"
    """

    @setup
    def start():
        return "up"

    @teardown
    def stop():
        return "down"

    @task
    def skips(x):
        raise SkipException("as asked")

    @task_group
    def group(x):
        skips(show(x))

    first = start()
    first >> group.expand(x=[1, 2]) >> stop().as_teardown(setups=first)


@dag
def r24_groups_in_a_row():
    """Mapped groups one after another: each waits for all of the one before; a map between them reduces.

    Outcome:
    one.show[0]  1
    one.show[1]  2
    two.show[0]  "x"
    two.show[1]  "y"
    sums[0]      [1, 2]
    sums[1]      [1, 2]
    end          success | try 0
    """

    @task_group
    def one(x):
        return show(x)

    @task
    def sums(xs, n):
        return list(xs)

    first = one.expand(x=[1, 2])
    with TaskGroup("around", prefix_group_id=False):
        second = one.override(group_id="two").expand(x=["x", "y"])
    first >> second >> EmptyOperator(task_id="end")
    sums.partial(xs=first).expand(n=[1, 2])


@dag(dagrun_timeout=timedelta(seconds=0.5))
def r24_a_run_that_takes_too_long():
    """`dagrun_timeout` fails the run: what runs then fails, what waits is skipped.

    Outcome:
    run: failed
    slow         failed  | try any
    after        skipped
    never        skipped
    """

    @task
    def slow():
        time.sleep(20)

    @task(retries=5, retry_delay=60)
    def never():
        raise ValueError("would be tried again much later")

    never()
    slow() >> show.override(task_id="after")(1)


for make in (
    r24_a_run_that_takes_too_long,
    r24_outputs_in_texts,
    r24_a_key_that_nobody_pushes,
    r24_annotated_dicts_are_mapped,
    r24_groups_that_return_collections,
    r24_a_short_circuit_before_groups,
    r24_a_setup_around_a_mapped_group,
    r24_groups_in_a_row,
):
    make()
