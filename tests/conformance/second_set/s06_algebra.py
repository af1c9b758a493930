""".map(), .zip() and .concat()."""

from datetime import timedelta

from airflow.sdk import DAG, task, task_group
from airflow.sdk.exceptions import AirflowSkipException


@task
def make(what):
    return what


@task
def show(x):
    return x


@task
def collect(xs):
    return [len(xs), list(xs)]


def double(x):
    return x * 2


def no_b(x):
    if x == "b":
        raise AirflowSkipException("no b")
    return x.upper()


def only_odd(x):
    if x % 2 == 0:
        raise ValueError("even")
    return x


with DAG("r06_01_applied_where_it_is_used"):
    show.override(retries=1, retry_delay=timedelta(0)).expand(x=make([1, 2, 3]).map(only_odd))

with DAG("r06_01_skips_its_instance"):
    show.expand(x=make(["a", "b", "c"]).map(no_b))

with DAG("r06_01_skips_in_a_product"):

    @task
    def pair(a, b):
        return f"{a}{b}"

    pair.expand(a=make(["a", "b", "c"]).map(no_b), b=[1, 2])

with DAG("r06_01_none_is_passed_on"):
    show.expand(x=make([{"k": 1}, {}]).map(lambda one: one.get("k")))

with DAG("r06_01_in_a_group"):

    @task_group
    def group(x):
        show(x)
        show(x)

    group.expand(x=make([1, 2]).map(double))

with DAG("r06_02_whole_to_an_unmapped_task"):
    collect(make([1, 2, 3]).map(double))
    collect(show.expand(x=[4, 5]).map(double))

with DAG("r06_02_a_skip_while_reading"):
    collect(make(["a", "b"]).map(no_b))

    @task
    def first(xs):
        return xs[0]

    first(make(["a", "b"]).map(no_b))

with DAG("r06_03_functions_lambdas_and_chains"):

    def nested(x):
        def plus(y):
            return y + 1

        return plus(x)

    show.expand(x=make([1, 2]).map(nested).map(lambda x: x * 10).map(double))

with DAG("r06_04_map_of_a_dict"):
    show.expand(x=make({"a": 1, "b": 2}).map(lambda pair: list(pair)))

with DAG("r06_04_concat_of_a_dict"):
    show.expand(x=make({"a": 1, "b": 2}).concat(make([3])))

with DAG("r06_05_shortest_and_longest"):
    a, b = make([1, 2, 3]), make(["x", "y"])
    show.expand(x=a.zip(b))
    show.expand(x=a.zip(b, fillvalue="-"))
    show.expand(x=b.zip(a, fillvalue=None))
    show.expand(x=a.zip())

with DAG("r06_05_pairs_by_value"):
    show.expand(x=make(["a", "b", "c"]).zip(show.override(task_id="holes").expand(x=[1, None, 3])))

with DAG("r06_05_zip_of_three_and_of_none"):
    show.expand(x=make([1, 2]).zip(make([3, 4]), make([5, 6, 7])))
    show.expand(x=make([1, 2]).zip(make([])))

with DAG("r06_06_concat_of_everything"):
    mapped = show.override(task_id="mapped").expand(x=[1, None, 3])
    show.expand(x=mapped.concat(make(["a"]), make(("t", "u")), make([])))
    collect(mapped.concat(make([9])))

with DAG("r06_06_free_chains"):
    a, b = make([1, 2]), make([3, 4])
    show.expand(x=a.concat(b).map(double).zip(b.map(lambda x: f"s{x}").concat(a)))
    show.expand(x=a.zip(b).map(lambda two: list(two)).concat(b))

with DAG("r06_06_into_expand_kwargs"):

    @task
    def pair(a, b):
        return [a, b]

    pair.expand_kwargs(make([1, 2]).zip(make(["x", "y"])).map(lambda two: {"a": two[0], "b": two[1]}))
    pair.partial(b=0).expand_kwargs(make([{"a": 1}]).concat(make([{"a": 2}])))

with DAG("r06_07_a_key_in_partial"):

    @task
    def both(a, b):
        return [a, b]

    both.partial(a=make({"k": [1, 2]})["k"]).expand(b=[3, 4])

with DAG("r06_07_one_of_several_outputs_in_partial"):

    @task(multiple_outputs=True)
    def several():
        return {"k": [1, 2], "l": 3}

    @task
    def both(a, b):
        return [a, b]

    both.partial(a=several()["k"]).expand(b=[3, 4])
