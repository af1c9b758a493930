"""DAGs that the tests run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fanjet import DAG, BashOperator, EmptyOperator, SkipException, dag, task, task_group


@dag(params={"least": 0})
def words() -> None:
    @task
    def find_words() -> list[str]:
        return ["fan", "out", "over", "what", "you", "find"]

    @task(retries=2, retry_delay=timedelta(hours=1), map_index_template="{{ word }}")
    def measure(word: str, params: Any = None) -> int:
        print("measuring", word)
        if len(word) < params["least"]:
            raise SkipException("too short")
        return len(word)

    @task(trigger_rule="none_failed")
    def report(lengths: Any) -> int:
        return sum(lengths)

    report(measure.expand(word=find_words()))


@dag
def customers() -> None:
    """A group per customer with ragged inner maps."""

    @task
    def list_customers() -> list[int]:
        return [1, 2]

    @task_group
    def customer(number: int) -> Any:
        @task
        def orders(number: int) -> list[int]:
            return list(range(number))

        @task
        def fit(order: int) -> int:
            return order * 10

        @task
        def best(fits: Any) -> int:
            return max(fits)

        return best(fit.expand(order=orders(number)))

    @task
    def compare(bests: Any) -> list[int]:
        return list(bests)

    compare(customer.expand(number=list_customers()))


def branching() -> DAG:
    with DAG("branching") as made:

        @task.branch
        def choose(params: Any = None) -> str:
            return "left"

        start = EmptyOperator(task_id="start")
        start >> choose() >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
    return made


def shell() -> DAG:
    with DAG("shell", params={"who": "you"}) as made:
        BashOperator(task_id="greet", bash_command="echo hello {{ params.who }} on {{ ds }}")
    return made
