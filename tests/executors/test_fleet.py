"""Many programs at once: they share the slots, come and go, and what goes wrong with one is no matter to the others."""

from __future__ import annotations

import gc
import os
import resource
import signal
import textwrap
import time
from pathlib import Path

import pytest

from executors.fleet_driver import FleetDriver, count_descriptors, list_children, read_spec
from fanjet.errors import ExecutionError
from fanjet.executors.fleet.executor import FleetExecutor
from fanjet.executors.fleet.options import FleetOptions
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.worker_numbers import MOST_WORKERS
from fanjet.model.changes import MeasureMaps, RunCallbacks
from fanjet.model.events import CallbacksRan, MapsMeasured
from fanjet.model.programs import Program
from fanjet.model.requests import Count, Found, SetVariable
from fanjet.model.states import State

FLOW = """
import os, signal, time
from fanjet import DAG, task
with DAG("NAME"):
    @task
    def name(i): return "NAME"
    @task
    def rest(i): time.sleep(0.05)
    @task
    def sleep(i): time.sleep(30)
    @task
    def exits(i): os._exit(3)
    name(1); rest(1); sleep(1); exits(1)
"""


@pytest.fixture
def make_program(tmp_path):
    """A program of a name; `as_loaded` is what its file says by the time it is loaded."""

    def make(name: str, text: str = FLOW, *, as_loaded: str | None = None) -> Program:
        root = tmp_path / "bundles" / name
        root.mkdir(parents=True, exist_ok=True)
        file = root / "flow.py"
        file.write_text(textwrap.dedent(text).replace("NAME", name))
        spec = read_spec(file, root)
        if as_loaded is not None:
            file.write_text(textwrap.dedent(as_loaded).replace("NAME", name))
        return Program(root=root, file="flow.py", bundle=name, spec=spec)

    return make


@pytest.fixture
def start(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    executors = []

    def start_fleet(*, fleet: FleetOptions | None = None, parse_timeout_s: float = 20.0, **options) -> FleetDriver:
        executor = FleetExecutor(
            home=tmp_path / "home",
            session=7,
            options=LocalOptions(**options),
            fleet=fleet,
            parse_timeout_s=parse_timeout_s,
            runners="plain_runners:make_runners",
        )
        executors.append(executor)
        return FleetDriver(executor)

    yield start_fleet
    for executor in executors:
        executor.close(kill=True)


def test_each_run_gets_the_code_of_its_program_and_all_share_the_slots(start, make_program):
    driver = start(workers=2)
    runs = {driver.open(make_program(name)): name for name in ("a", "b", "c")}
    for run in runs:
        driver.queue(run, "name", range(40))
        driver.queue(run, "rest", range(100, 103))
    driver.run_all()
    for run, name in runs.items():
        assert set(driver.states[run].values()) == {State.SUCCESS}
        assert {driver.values[run][i] for i in range(40)} == {f'j"{name}"'.encode()}
    assert driver.most_busy == 2


def test_worker_numbers_and_segments_are_never_shared(start, make_program):
    driver = start(workers=4)
    runs = [driver.open(make_program(name)) for name in "abcd"]
    for run in runs:
        driver.queue(run, "rest", range(6))
    driver.run_all()
    run_of_worker = {}
    for launch in driver.launches:
        assert run_of_worker.setdefault(launch.worker, launch.run) == launch.run
    segments = [worker.slot.words[2] for worker in driver.workers()]
    assert len(set(segments)) == len(segments) >= 4
    assert {segment >> 32 for segment in segments} == {7}


@pytest.mark.parametrize(
    ("as_loaded", "reason"),
    [
        ("import nothing_like_it", "flow.py:1: There is no module named 'nothing_like_it'"),
        ("import os; os.write(2, b'oh no'); os._exit(4)", "exit code 4). Its last output:\noh no"),
        ("import time; time.sleep(60)", "took longer than 3 s and was stopped. Fix: move slow work"),
        (FLOW.replace('DAG("NAME")', 'DAG("other")'), "DAG 'bad' is not in it; it has 'other'"),
        (FLOW.replace("rest", "renamed"), "task 'rest' is not there any more"),
    ],
    ids=["raises", "exits", "hangs", "other-dag", "other-tasks"],
)
def test_a_program_that_cannot_be_loaded_fails_its_runs_alone(start, make_program, as_loaded, reason):
    driver = start(workers=2, parse_timeout_s=3.0)
    bad = make_program("bad", as_loaded=as_loaded)
    failing, good = [driver.open(bad), driver.open(bad)], driver.open(make_program("good"))
    for run in (*failing, good):
        driver.queue(run, "rest", range(4))
    driver.executor.run_callbacks(callbacks(failing[0]))
    driver.run_until(lambda: len(driver.states[good]) == 4)
    driver.run_until(lambda: len(driver.failed) == 2)
    assert list(driver.failed) == failing
    assert all(reason in text for text in driver.failed.values()), driver.failed
    answer = next(event for event in driver.events if isinstance(event, CallbacksRan))
    assert reason in answer.error
    assert not driver.executor._crews._failed


def callbacks(run: int, kind: str = "success") -> RunCallbacks:
    return RunCallbacks(run=run, task=0, parent=(), index=0, try_number=1, kind=kind, error=None)


def measure(run: int) -> MeasureMaps:
    return MeasureMaps(run=run, map=0, parent=(), indexes=[1, 2])


def test_a_run_of_a_failed_program_is_tried_again_with_the_next_run(start, make_program):
    driver = start(workers=1)
    program = make_program("late", as_loaded="raise OSError('not mounted yet')")
    first = driver.open(program)
    driver.run_until(lambda: first in driver.failed)
    make_program("late")
    second = driver.open(program)
    driver.queue(second, "name", [0])
    driver.run_all()
    assert driver.states[second] == {0: State.SUCCESS}


def test_what_is_ordered_before_a_program_is_loaded_is_kept(start, make_program, tmp_path):
    driver = start(workers=1)
    opened = tmp_path / "opened"
    waits = f"import os, time\nwhile not os.path.exists({str(opened)!r}): time.sleep(0.01)\n"
    run = driver.open(make_program("slow", as_loaded=waits + FLOW))
    driver.executor.measure(measure(run))
    driver.executor.run_callbacks(callbacks(run))
    driver.queue(run, "name", [3])
    driver.turn(0.0)
    opened.touch()  # nobody has waited for it
    driver.run_until(lambda: len(driver.events) == 3)
    measured = next(event for event in driver.events if isinstance(event, MapsMeasured))
    assert (measured.counts, measured.errors) == ([11, 12], {})


def test_a_dead_zygote_takes_nothing_of_other_programs_along(start, make_program):
    driver = start(workers=4)
    hurt, other = driver.open(make_program("hurt")), driver.open(make_program("other"))
    driver.queue(hurt, "sleep", [0])
    driver.queue(other, "sleep", [0])
    driver.run_until(lambda: sum(bool(worker.running) for worker in driver.workers()) == 2)
    os.kill(driver.zygote_pid(hurt), signal.SIGKILL)
    driver.run_until(lambda: driver.states[hurt])
    assert driver.states[hurt] == {0: State.FAILED}
    assert "process that starts the workers died" in driver.errors[hurt, 0]
    assert not driver.states[other]
    driver.queue(hurt, "name", [1])
    driver.run_until(lambda: len(driver.states[hurt]) == 2)
    assert not driver.failed


def test_a_program_whose_workers_cannot_start_fails_alone(start, make_program):
    driver = start(workers=2)
    stillborn = FLOW + "\nos.register_at_fork(after_in_child=lambda: os._exit(5))"
    bad, good = driver.open(make_program("bad", as_loaded=stillborn)), driver.open(make_program("good"))
    driver.queue(bad, "rest", range(20))
    driver.queue(good, "rest", range(20))
    driver.run_all()
    assert "Workers end as soon as they are started" in driver.failed[bad]
    assert set(driver.states[good].values()) == {State.SUCCESS}


def test_a_program_whose_zygote_dies_before_it_works_over_and_over_fails_alone(start, make_program):
    driver = start(workers=2)
    run, good = driver.open(make_program("bad")), driver.open(make_program("good"))
    driver.queue(run, "sleep", [0])
    driver.run_until(lambda: any(worker.running for worker in driver.workers()))
    for _ in range(4):  # the first has worked
        assert not driver.failed
        guard = driver.crew(run).family.pool.guard
        driver.run_until(lambda new=guard: list_children(new._pid), timeout_s=0.01)
        os.kill(driver.zygote_pid(run), signal.SIGKILL)
        driver.run_until(lambda old=guard: run in driver.failed or driver.crew(run).family.pool.guard is not old)
    assert "process that starts the workers died" in driver.failed[run]
    assert driver.states[run] == {0: State.FAILED}
    driver.queue(good, "name", [0])
    driver.run_all()
    assert driver.states[good] == {0: State.SUCCESS}


def test_a_zygote_that_works_may_be_killed_any_number_of_times(start, make_program):
    driver = start(workers=1)
    run = driver.open(make_program("a"))
    for index in range(5):
        driver.queue(run, "name", [index])
        driver.run_all()
        guard = driver.crew(run).family.pool.guard
        os.kill(driver.zygote_pid(run), signal.SIGKILL)
        driver.run_until(lambda old=guard: driver.crew(run).family.pool.guard is not old)
    assert not driver.failed


def test_a_zygote_that_somebody_kills_while_it_loads_is_replaced(start, make_program):
    driver = start(workers=1)
    slow = (
        "import time\nfrom fanjet import DAG, task\ntime.sleep(0.3)\n"
        'with DAG("NAME"):\n    @task\n    def name(i): return "NAME"\n    name(1)\n'
    )
    run = driver.open(make_program("slow", slow))
    driver.queue(run, "name", [0])
    driver.run_until(lambda: driver.crew(run).family is not None)
    guard = driver.crew(run).family.pool.guard
    driver.run_until(lambda: list_children(guard._pid), timeout_s=0.01)
    os.kill(driver.zygote_pid(run), signal.SIGKILL)
    driver.run_all()
    assert not driver.failed
    assert driver.states[run] == {0: State.SUCCESS}


def test_tries_that_end_their_process_are_no_failure_of_the_program(start, make_program):
    driver = start(workers=2)
    run = driver.open(make_program("a"))
    driver.queue(run, "exits", range(5))
    driver.run_all()
    assert set(driver.states[run].values()) == {State.FAILED}
    assert not driver.failed


@pytest.mark.parametrize("count", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_many_programs_have_their_turn_on_two_slots(start, make_program, count):
    driver = start(workers=2, max_workers=4, fleet=FleetOptions(most_programs=6, least_stay_s=0.0))
    body = 'from fanjet import DAG, task\nwith DAG("NAME"):\n    @task\n    def name(i): return "NAME"\n    name(1)\n'
    runs = {driver.open(make_program(f"p{at}", body)): f"p{at}" for at in range(count)}
    for run in runs:
        driver.queue(run, "name", range(3))
    most_present = 0
    while any(driver.todo.values()) or driver.executor.busy():
        driver.turn()
        most_present = max(most_present, sum(c.family is not None for c in driver.executor._crews))
    assert {run: driver.values[run][0] for run in runs} == {run: f'j"{name}"'.encode() for run, name in runs.items()}
    assert driver.most_busy <= 2
    assert driver.most_workers <= 4
    assert most_present <= 6


def test_idle_workers_of_one_program_make_room_for_another(start, make_program):
    driver = start(workers=2, max_workers=2)
    first, second = driver.open(make_program("a")), driver.open(make_program("b"))
    driver.queue(first, "rest", range(4))
    driver.run_all()
    assert len(driver.crew(first).workers) == 2
    driver.queue(second, "rest", range(4))
    driver.run_all()
    driver.run_until(lambda: len(driver.crew(first).workers) == 0)
    assert driver.most_workers == 2


def test_many_short_tries_of_one_program_do_not_starve_another(start, make_program):
    driver = start(workers=2)
    many, few = driver.open(make_program("many")), driver.open(make_program("few"))
    driver.queue(few, "name", [0])
    driver.run_all()
    driver.queue(many, "name", range(100_000))
    driver.run_until(lambda: len(driver.states[many]) > 100)
    driver.queue(few, "rest", [1])
    began_at = time.monotonic()
    driver.run_until(lambda: len(driver.states[few]) == 2, timeout_s=0.05)
    assert time.monotonic() - began_at < 20.0
    assert any(driver.todo.values()), "there was no competition"


def test_a_program_without_runs_is_closed_and_can_come_back(start, make_program):
    driver = start(workers=1, fleet=FleetOptions(idle_program_s=0.0))
    program = make_program("a")
    for _ in range(2):
        run = driver.open(program)
        driver.queue(run, "name", [0])
        driver.run_all()
        (guard,) = driver.guard_pids()
        driver.close(run)
        driver.executor._turnover._looked_at = 0.0
        driver.run_until(lambda: not driver.executor._crews, timeout_s=0.02)
        driver.run_until(lambda gone=guard: not Path(f"/proc/{gone}").exists())


def test_no_more_than_some_idle_programs_stay(start, make_program):
    driver = start(workers=2, fleet=FleetOptions(most_idle_programs=1))
    runs = [driver.open(make_program(name)) for name in "abc"]
    for run in runs:
        driver.queue(run, "name", [0])
    driver.run_all()
    for run in runs:
        driver.close(run)
    driver.executor._turnover._looked_at = 0.0
    driver.run_until(lambda: len(driver.executor._crews) == 1)


def test_a_closed_run_leaves_nothing_behind(start, make_program):
    driver = start(workers=1)
    program = make_program("a")
    keeps, leaves = driver.open(program), driver.open(program)
    driver.queue(leaves, "name", range(20))
    driver.run_all()
    driver.queue(leaves, "sleep", [100])
    driver.run_until(lambda: any(worker.running for worker in driver.workers()))
    driver.close(leaves)
    driver.run_until(lambda: not driver.executor.busy())
    family = driver.crew(keeps).family
    driver.turn(0.0)
    assert list(family.runs.numbers) == [keeps]
    assert list(family.durations._dags) == [keeps]


def test_stopping_gives_back_what_has_not_started(start, make_program):
    driver = start(workers=2)
    runs = [driver.open(make_program(name)) for name in "ab"]
    for run in runs:
        driver.queue(run, "rest", range(50))
    driver.run_until(lambda: all(len(driver.states[run]) >= 3 for run in runs))
    driver.take(driver.executor.stop_launching())
    while driver.executor.busy():
        driver.turn()
    for run in runs:
        left = [index for (of_run, _), indexes in driver.todo.items() if of_run == run for index in indexes]
        assert sorted([*driver.states[run], *left]) == list(range(50))
    driver.executor.close(kill=False)


def test_opening_and_closing_programs_leaves_no_descriptor_open(start, make_program):
    driver = start(workers=2, fleet=FleetOptions(idle_program_s=0.0, most_idle_programs=0))
    program = make_program("a")
    counts, departures = [], driver.executor._departures
    for _ in range(3):
        for _ in range(2):
            run = driver.open(program)
            driver.queue(run, "name", [0])
            driver.run_all()
            driver.close(run)
            driver.executor._turnover._looked_at = 0.0
            driver.run_until(lambda: not driver.executor._crews, timeout_s=0.01)
        driver.run_until(lambda: not departures._guards and not departures._stopping, timeout_s=0.01)
        counts.append(count_descriptors())
    assert len(set(counts)) == 1, counts


def test_workers_that_end_leave_no_descriptor_open(start, make_program):
    driver = start(workers=1)
    run = driver.open(make_program("a"))
    counts = []
    for first in range(0, 9, 3):
        driver.queue(run, "exits", range(first, first + 3))
        driver.run_all()
        driver.run_until(lambda: not driver.workers())
        counts.append(count_descriptors())
    assert len(set(counts)) == 1, counts


def test_variables_are_answered_while_programs_load_and_changes_reach_all_of_them(start, make_program):
    text = """
    from fanjet import DAG, Variable, task
    LOADED = ""
    with DAG("NAME"):
        @task
        def name(i): return f"{LOADED} {Variable.get('x')}"
        @task
        def change(i): Variable.set("x", "new")
        name(1); change(1)
    """
    stored = {"x": "old"}

    def serve(_run, request):
        if isinstance(request, SetVariable):
            stored[request.name] = request.value
            return Count(1)
        return Found(stored[request.name])

    asks = text.replace('""', "Variable.get('x')")
    programs = [make_program(name, text, as_loaded=asks) for name in "ab"]
    driver = start(workers=2)
    driver.executor.connect(serve)
    reads, changes = map(driver.open, programs)
    driver.queue(reads, "name", [0])
    driver.run_all()
    driver.queue(changes, "change", [0])
    driver.run_all()
    driver.queue(reads, "name", [1])
    driver.run_all()
    assert driver.values[reads] == {0: b'j"old old"', 1: b'j"old new"'}


def test_the_numbers_of_a_session_run_out_with_a_warning_and_a_clear_error(start, make_program):
    driver = start(workers=1)
    run = driver.open(make_program("a"))
    numbers = driver.executor._starter.numbers
    numbers._started = MOST_WORKERS - 1000
    assert driver.executor.needs_session
    driver.executor.begin_session(8)
    assert not driver.executor.needs_session
    driver.queue(run, "rest", [0])
    driver.run_all()
    assert [worker.slot.words[2] >> 32 for worker in driver.workers()] == [8]
    numbers._started = MOST_WORKERS
    with pytest.raises(ExecutionError, match="no numbers left"):
        numbers.take_segments()


def test_a_service_that_has_nothing_to_do_sleeps(start, make_program):
    driver = start(workers=2)
    for name in "abc":
        run = driver.open(make_program(name))
        driver.queue(run, "name", [0])
    driver.run_all()
    driver.turn(0.0)
    cpu_s, began_at = time.process_time(), time.monotonic()
    assert driver.executor.poll(1.0) == []
    assert time.monotonic() - began_at > 0.9
    assert time.process_time() - cpu_s < 0.5


def test_tries_that_only_wait_let_other_programs_go_on(start, make_program):
    driver = start()
    waits, works = driver.open(make_program("a")), driver.open(make_program("b"))
    driver.queue(waits, "sleep", range(os.cpu_count() or 1))
    driver.run_until(lambda: driver.executor.busy() == (os.cpu_count() or 1))
    driver.queue(works, "name", [0])
    driver.run_until(lambda: driver.states[works] == {0: State.SUCCESS})


def test_want_of_descriptors_delays_tries_and_leaks_nothing(start, make_program):
    driver = start(workers=2)
    run = driver.open(make_program("a"))
    driver.run_until(lambda: driver.crew(run).is_ready)
    driver.queue(run, "name", range(5))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    gc.collect()  # what earlier tests have left
    fds = [int(path.name) for path in Path("/proc/self/fd").iterdir()]
    few = next(number for number in range(10_000) if number not in fds) + 3
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))
    try:
        for _ in range(30):
            driver.turn(0.01)
        assert len(driver.todo[run, 0]) == 5
        assert len(list(Path("/proc/self/fd").iterdir())) <= len(fds)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    driver.run_all()
    assert set(driver.states[run].values()) == {State.SUCCESS}
