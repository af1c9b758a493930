"""How whoever a deadline names is called, and what cannot be named."""

from __future__ import annotations

import asyncio
import re
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fanjet import DAG, task
from fanjet.authoring.deadline_references import BaseDeadlineReference, DeadlineReference
from fanjet.authoring.deadlines import AsyncCallback, Callback, DeadlineAlert, SyncCallback
from fanjet.errors import DagError
from fanjet.runtime.notifier import BaseNotifier
from runtime.bench import NOW, RUN, Bench

_QUEUED = DeadlineReference.DAGRUN_QUEUED_AT
_heard: list[Any] = []


@pytest.fixture(autouse=True)
def heard() -> list[Any]:
    _heard.clear()
    return _heard


def call(callback: Callback, folder: Path, *, name: str | None = None) -> str | None:
    with DAG("d", deadline=DeadlineAlert(_QUEUED, timedelta(hours=1), callback, name=name)) as dag:
        task(lambda: None, task_id="t")()
    at = datetime(2024, 1, 31, 11, tzinfo=UTC)
    return Bench(dag, folder).runner.run_callbacks(RUN, None, (), -1, 0, "deadline", at.isoformat())


def with_context(context: dict[str, Any], **given: Any) -> None:
    _heard.append((context, given))


def without_context(text: str) -> None:
    _heard.append(text)


async def in_time(text: str, context: dict[str, Any]) -> None:
    await asyncio.sleep(0)
    _heard.append((text, context["run_id"]))


class Tells(BaseNotifier):
    template_fields = ("text",)

    def __init__(self, text: str, **others: Any) -> None:
        super().__init__(**others)
        self.text = text

    def notify(self, context: Any) -> None:
        _heard.append(self.text)

    async def async_notify(self, context: Any) -> None:
        await asyncio.sleep(0)
        _heard.append(f"async {self.text}")


def test_a_function_gets_its_arguments_and_the_context(tmp_path: Path) -> None:
    assert call(SyncCallback(with_context, {"to": "me"}), tmp_path, name="an hour") is None
    ((context, given),) = _heard
    assert given == {"to": "me"}
    assert context["deadline"] == {"id": "1-0", "name": "an hour", "deadline_time": NOW + timedelta(hours=1)}
    assert {key: context["dag_run"][key] for key in ("dag_id", "dag_run_id", "logical_date", "end_date")} == {
        "dag_id": "d", "dag_run_id": "run-1", "logical_date": NOW.isoformat(), "end_date": None,
    }  # fmt: skip
    assert context["dag"].dag_id == "d"


@pytest.mark.parametrize(
    ("callback", "said"),
    [
        (SyncCallback(without_context, {"text": "late"}), "late"),
        (AsyncCallback(in_time, {"text": "late"}), ("late", "run-1")),
        (SyncCallback(Tells, {"text": "{{ dag_run.dag_run_id }} is late"}), "run-1 is late"),
        (AsyncCallback(Tells, {"text": "{{ dag_run.dag_run_id }} is late"}), "async run-1 is late"),
        (SyncCallback(f"{__name__}.without_context", {"text": "by name"}), "by name"),
    ],
    ids=["without context", "async", "notifier", "async notifier", "by name"],
)
def test_all_kinds_of_callbacks_are_called(callback: Callback, said: Any, tmp_path: Path) -> None:
    assert call(callback, tmp_path) is None
    assert _heard == [said]


@pytest.mark.parametrize(
    ("callback", "error"),
    [
        (SyncCallback(without_context), "without_context: TypeError: "),
        (SyncCallback("no_such_module.tell"), "no_such_module.tell: ModuleNotFoundError: "),
        (AsyncCallback(f"{__name__}.without_context", {"text": ""}), "gave nothing to wait for"),
    ],
    ids=["arguments", "module", "not async"],
)
def test_a_callback_that_cannot_be_called_says_why(
    callback: Callback, error: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert error in (call(callback, tmp_path) or "")
    assert "failed; this changes nothing about how it ended" in capfd.readouterr()[1]


class OwnReference(BaseDeadlineReference):
    """Asks a database for the instant."""


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: SyncCallback(3), "has no function"),
        (lambda: SyncCallback("tell"), "names no function. Fix: write 'module.function'"),
        (lambda: SyncCallback(print, {"context": 1}), "kwargs has 'context'"),
        (lambda: SyncCallback(print, [1]), "kwargs=[1]) cannot be used"),
        (lambda: SyncCallback(in_time), "is async. Fix: use AsyncCallback"),
        (lambda: SyncCallback(print, executor="Celery"), "executor='Celery' has no meaning"),
        (lambda: AsyncCallback(without_context), "is not async"),
        (lambda: DeadlineAlert(OwnReference(), timedelta(1), SyncCallback(print)), "give DeadlineReference."),
        (lambda: DeadlineAlert(_QUEUED, 60, SyncCallback(print)), "interval=60) is no duration"),
        (lambda: DeadlineAlert(_QUEUED, timedelta(1), print), "give AsyncCallback(function)"),
        (lambda: DeadlineReference.FIXED_DATETIME("2024"), "is no instant"),
        (lambda: DeadlineReference.AVERAGE_RUNTIME(2, 3), "min_runs not above max_runs"),
        (lambda: DeadlineReference.AVERAGE_RUNTIME(min_runs=0), "whole numbers from 1"),
        (lambda: DAG("d", deadline=[print]), "a DeadlineAlert or a list of them"),
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_file_is_loaded(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(DagError, match=re.escape(text)):
        make()


def test_deadlines_are_equal_when_they_say_the_same() -> None:
    def make() -> DeadlineAlert:
        return DeadlineAlert(_QUEUED, timedelta(hours=1), SyncCallback(print, {"end": ""}))

    assert make() == make()
    assert hash(make()) == hash(make())
    assert make() != DeadlineAlert(_QUEUED, timedelta(hours=1), SyncCallback(print))


def test_a_file_written_for_airflow_has_them(tmp_path: Path) -> None:
    from fanjet.testing import run_dag

    file = tmp_path / "late.py"
    file.write_text(
        textwrap.dedent(
            """
            from datetime import datetime, timedelta
            from pathlib import Path
            from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference, task

            async def tell(text, context):
                Path(__file__).with_name("told").write_text(f"{text} {context['dag_run']['dag_id']}")

            with DAG(
                "late",
                deadline=DeadlineAlert(
                    reference=DeadlineReference.FIXED_DATETIME(datetime(2020, 1, 1)),
                    interval=timedelta(minutes=5),
                    callback=AsyncCallback(tell, kwargs={"text": "missed"}),
                ),
            ):
                @task
                def work():
                    pass
                work()
            """
        )
    )
    run_dag(file)
    assert (tmp_path / "told").read_text() == "missed late"
