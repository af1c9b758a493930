"""Sources that cannot be mapped over."""

from datetime import timedelta

from airflow.sdk import DAG, task, task_group


@task
def make(what):
    if what == "generator":
        return (n for n in [1, 2])
    return {
        "int": 7,
        "str": "abc",
        "bool": True,
        "none": None,
        "float": 1.5,
        "bytes": b"ab",
        "set": {1, 2},
        "range": range(3),
        "keys": {"a": 1}.keys(),
        "long": list(range(1025)),
        "longest": ["x"] * 1024,
        "list": [1, 2],
        "tuple": (3, 4),
    }[what]


@task
def show(x):
    return x


with DAG("r07_00_scalars"):
    for kind in ("int", "str", "bool", "none", "float"):
        show.expand(x=make.override(task_id=kind)(kind))

with DAG("r07_00_other_collections"):
    for kind in ("set", "range", "keys", "generator", "bytes"):
        show.expand(x=make.override(task_id=kind)(kind))

with DAG("r07_00_longer_than_allowed"):
    show.expand(x=make("long"))
    show.expand_kwargs(make("long").map(lambda x: {"x": x}))

with DAG("r07_00_the_source_may_retry"):

    @task(retries=1, retry_delay=timedelta(0))
    def at_last(ti=None):
        return [1, 2] if ti.try_number == 2 else 0

    show.expand(x=at_last())

with DAG("r07_00_through_map_zip_and_concat"):
    show.expand(x=make.override(task_id="mapped")("int").map(lambda x: x))
    show.expand(x=make.override(task_id="zipped")("list").zip(make.override(task_id="zipped_with")("str")))
    show.expand(x=make.override(task_id="joined")("tuple").concat(make.override(task_id="joined_with")("none")))

with DAG("r07_00_of_a_group"):

    @task_group
    def group(x):
        return show(show(x))

    group.expand(x=make.override(task_id="source")("int"))

with DAG("r07_00_only_what_is_mapped_over"):

    @task
    def both(a, b):
        return [a, b]

    both.partial(a=make.override(task_id="number")("int")).expand(b=make.override(task_id="list")("list"))
    show(make.override(task_id="text")("str"))
    show.expand(x=show.override(task_id="of_a_map").expand(x=[1, "ab"]))
