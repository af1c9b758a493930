"""Tries that wait for triggers: what they leave, how they go on, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fanjet import (
    DAG,
    BaseOperator,
    BaseSensorOperator,
    BaseTrigger,
    DateTimeSensor,
    FileSensor,
    StartTriggerArgs,
    TaskDeferralError,
    TaskDeferralTimeout,
    TimeDeltaTrigger,
)
from fanjet.model.deferrals import Deferral, Firing, Outcome, find_deferral, fire
from fanjet.model.states import State
from fanjet.runtime.try_result import TryResult
from fanjet.runtime.value_store import ValueOwner
from fanjet.runtime.values import decode, encode
from runtime.bench import NOW, Bench


class Bell(BaseTrigger):
    def __init__(self, tone: Any) -> None:
        self.tone = tone

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Bell", {"tone": self.tone}


class Listen(BaseOperator):
    template_fields = ("tone",)

    def __init__(self, *, tone: Any = "a", wait: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.tone, self.wait = tone, wait or {}

    def execute(self, context: Any) -> Any:
        self.defer(**{"trigger": Bell(self.tone), "method_name": "heard", **self.wait})

    def heard(self, context: Any, event: Any = None, **more: Any) -> Any:
        return [event, more, self.tone, context["ti"].try_number]


def left(result: TryResult) -> Deferral:
    """What a try that waits has left."""
    assert result.state is State.DEFERRED, result
    assert result.extra is not None
    deferral = find_deferral(result.extra.carry)
    assert deferral is not None
    return deferral


def go_on(bench: Bench, task_id: str, outcome: Outcome | None, payload: Any = None, **firing: Any) -> TryResult:
    """Wait, then go on; None for a wait that took too long."""
    deferral = left(bench.result(task_id))
    if outcome is None:
        return bench.result(task_id, carry=fire(deferral, None))  # type: ignore[arg-type] # as what waits in vain
    has_none = payload is None and outcome is not Outcome.EVENT
    data = None if has_none else encode(payload, bench.client.store, ValueOwner(1, task_id, (), 1, "event"))
    return bench.result(task_id, carry=fire(deferral, Firing(outcome, data, **firing)))


def make(folder: Path, **arguments: Any) -> Bench:
    with DAG("d") as dag:
        Listen(task_id="t", **arguments)
    return Bench(dag, folder)


def test_what_a_try_leaves_says_how_to_make_the_trigger_and_how_to_go_on(tmp_path: Path) -> None:
    bench = make(tmp_path, tone="{{ ds }}", wait={"kwargs": {"n": (1, 2)}, "timeout": timedelta(minutes=2)})
    before = datetime.now(UTC).timestamp()
    result = bench.result("t")
    deferral = left(result)
    assert (deferral.classpath, deferral.method, deferral.task_id) == (f"{__name__}.Bell", "heard", "t")
    assert decode(deferral.kwargs) == {"tone": "2024-01-31"}
    assert decode(deferral.method_kwargs) == {"n": (1, 2)}
    assert result.extra.resume_at == pytest.approx(before + 120, abs=10)
    assert left(make(tmp_path).result("t")).timeout_s is None


def test_the_method_gets_the_payload_and_its_kwargs_under_the_same_try_number(tmp_path: Path, capfd: Any) -> None:
    bench = make(tmp_path, wait={"kwargs": {"n": (1, 2)}})
    result = go_on(bench, "t", Outcome.EVENT, {"at": NOW}, output="dong")
    assert decode(result.value) == [{"at": NOW}, {"n": (1, 2)}, "a", 1]
    assert "dong\n" in capfd.readouterr().err


def test_a_failed_trigger_and_a_timeout_are_raised_into_the_try(tmp_path: Path) -> None:
    bench = make(tmp_path, wait={"timeout": 5})
    failed = go_on(bench, "t", Outcome.FAILED, error="the bell is broken")
    assert failed.extra.error == "TaskDeferralError: the bell is broken"
    assert not failed.extra.no_retry
    late = go_on(bench, "t", None)
    assert "TaskDeferralTimeout" in late.extra.error
    assert "within 5 s" in late.extra.error


def test_an_operator_may_handle_the_failure_itself(tmp_path: Path) -> None:
    class Careful(Listen):
        def resume_execution(self, next_method: str, next_kwargs: Any, context: Any) -> Any:
            try:
                return super().resume_execution(next_method, next_kwargs, context)
            except (TaskDeferralError, TaskDeferralTimeout) as error:
                return type(error).__name__

    with DAG("d") as dag:
        Careful(task_id="t")
    bench = Bench(dag, tmp_path)
    assert decode(go_on(bench, "t", Outcome.FAILED, error="no").value) == "TaskDeferralError"
    assert decode(go_on(bench, "t", None).value) == "TaskDeferralTimeout"


def test_events_that_end_the_task_run_callbacks_and_no_method(tmp_path: Path) -> None:
    told: list[str] = []
    with DAG("d") as dag:
        Listen(
            task_id="t",
            on_success_callback=lambda _: told.append("success"),
            on_failure_callback=lambda _: told.append("failure"),
            retries=3,
        )
    bench = Bench(dag, tmp_path)
    result = go_on(bench, "t", Outcome.TASK_SUCCESS, {"return_value": 4, "k": 5})
    assert (result.state, decode(result.value)) == (State.SUCCESS, 4)
    assert decode(bench.client.pushed["k"]) == 5
    assert go_on(bench, "t", Outcome.TASK_SKIPPED).state is State.SKIPPED
    failed = go_on(bench, "t", Outcome.TASK_FAILED)
    assert failed.extra.no_retry
    assert told == ["success", "failure"]


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        ({"method_name": "nowhere"}, "wants to go on in its method 'nowhere' after a wait, and Listen has none"),
        ({"trigger": "a bell"}, "cannot wait for 'a bell'"),
        ({"timeout": "soon"}, "timeout='soon' cannot be used"),
        ({"trigger": Bell(open)}, ""),
        ({"kwargs": {"f": (x for x in ())}}, "the kwargs of its method cannot be stored"),
    ],
)
def test_what_nobody_could_wait_for_is_refused_at_once(tmp_path: Path, wait: dict[str, Any], words: str) -> None:
    bench = make(tmp_path, wait=wait)
    if words:
        assert words in bench.error("t")
    else:
        left(bench.result("t"))


def test_a_class_may_start_with_the_wait_also_when_mapped(tmp_path: Path) -> None:
    class Start(Listen):
        start_from_trigger = True
        start_trigger_args = StartTriggerArgs(f"{__name__}.Bell", "heard", {"tone": "{{ task.tone * 2 }}"})

        def execute(self, context: Any) -> Any:
            raise AssertionError

    with DAG("d") as dag:
        Start.partial(task_id="t").expand(tone=["a", "b"])
    bench = Bench(dag, tmp_path)
    assert decode(left(bench.result("t", (1,))).kwargs) == {"tone": "bb"}


def test_a_sensor_whose_wait_is_over_in_vain_times_out_or_is_skipped(tmp_path: Path) -> None:
    with DAG("d") as dag:
        FileSensor(task_id="strict", filepath=str(tmp_path / "x"), deferrable=True, timeout=9)
        FileSensor(task_id="soft", filepath=str(tmp_path / "x"), deferrable=True, timeout=9, soft_fail=True)
    bench = Bench(dag, tmp_path)
    strict = go_on(bench, "strict", None)
    assert strict.extra.error.startswith("SensorTimeout")
    assert strict.extra.no_retry
    assert go_on(bench, "soft", None).state is State.SKIPPED
    assert go_on(bench, "soft", Outcome.FAILED, error="no").state is State.SKIPPED
    (tmp_path / "x").touch()
    assert bench.result("strict").state is State.SUCCESS, "it is there already: nothing to wait for"


def test_a_sensor_may_poke_after_a_wait(tmp_path: Path) -> None:
    class Both(BaseSensorOperator):
        def execute(self, context: Any) -> Any:
            self.defer(trigger=TimeDeltaTrigger(timedelta(hours=1)), method_name="poke_on")

        def poke_on(self, context: Any, event: Any) -> Any:
            return super().execute(context)

        def poke(self, context: Any) -> bool:
            return True

    with DAG("d") as dag:
        Both(task_id="t")
    assert go_on(Bench(dag, tmp_path), "t", Outcome.EVENT).state is State.SUCCESS


def test_an_instant_that_has_come_is_not_waited_for(tmp_path: Path) -> None:
    with DAG("d") as dag:
        DateTimeSensor(task_id="past", target_time="{{ ds }}", deferrable=True)
        DateTimeSensor(task_id="future", target_time="2999-01-01T00:00:00+01:00", deferrable=True)
    bench = Bench(dag, tmp_path)
    assert bench.result("past").state is State.SUCCESS
    deferral = left(bench.result("future"))
    assert decode(deferral.kwargs)["moment"] == datetime(2998, 12, 31, 23, tzinfo=UTC)
    assert deferral.timeout_s is None
