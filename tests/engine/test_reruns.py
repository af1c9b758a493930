"""What is run again, and what is left alone: one small graph for each sentence of SEMANTICS 15 but 15.2."""

from __future__ import annotations

from engine.drive import FAILED, NONE, OK, SKIPPED, UF
from engine.graphs import Graph
from engine.rerun_drive import RerunDrive, paths
from fanjet.model.lengths import (
    LongestLength,
    ProductLength,
    ResultLength,
    ShortestLength,
    SumLength,
    ValuesLength,
)
from fanjet.model.states import RunStatus, State

# --- 15.1, 15.6: what was asked for and what depends on it; nothing else ---


def test_one_failed_item_of_a_map_and_the_reduce_after_it() -> None:
    graph = Graph()
    load = graph.task(over=4)
    reduce = graph.task([load])
    other = graph.task()
    run = RerunDrive(graph, {(load, (2,)): FAILED})
    run.finish()
    assert run.state(reduce) == UF
    assert run.status == RunStatus.FAILED
    assert run.rerun(failed_only=True, to={(load, (2,)): OK}) == {load: paths(2), reduce: [()]}
    assert run.status == RunStatus.SUCCESS
    assert run.state(other) == OK


def test_a_plain_map_over_results_reruns_the_instance_that_the_item_feeds() -> None:
    graph = Graph()
    load = graph.task(over=4)
    train = graph.task(over=ValuesLength(load))
    run = RerunDrive(graph)
    run.finish()
    assert run.rerun(load, (1,)) == {load: paths(1), train: paths(1)}


def test_results_of_none_are_not_fed_to_anybody() -> None:
    """Positions close up: value k goes to index k (5.1, 5.4)."""
    graph = Graph()
    load = graph.task(over=4)
    train = graph.task(over=ValuesLength(load))
    run = RerunDrive(graph, {(load, (1,)): None})
    run.finish()
    assert run.rerun(load, (3,)) == {load: paths(3), train: paths(2)}
    assert run.rerun(load, (1,)) == {load: paths(1)}


def test_a_rerun_of_the_source_reruns_all_its_map() -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    load = graph.task(over=ResultLength(find))
    reduce = graph.task([load])
    run = RerunDrive(graph, {find: 3})
    run.finish()
    assert run.rerun(find) == {find: [()], load: paths(0, 1, 2), reduce: [()]}


def test_a_group_per_customer_reruns_one_customer() -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    customer = graph.group(ResultLength(find))
    clean = graph.task([find], inside=customer)
    fit = graph.task([clean], inside=customer)
    report = graph.task([fit])
    run = RerunDrive(graph, {find: 5, (fit, (3,)): FAILED})
    run.finish()
    assert run.rerun(fit, (3,), to={(fit, (3,)): OK}) == {fit: paths(3), report: [()]}
    assert run.rerun(clean, (1,)) == {clean: paths(1), fit: paths(1), report: [()]}


def test_ragged_inner_maps_are_rerun_within_their_index() -> None:
    graph = Graph()
    customer = graph.group(3)
    history = graph.task(inside=customer, feeds_map=True)
    month = graph.task(inside=customer, over=ResultLength(history))
    fit = graph.task([month], inside=customer)
    run = RerunDrive(graph, {(history, (0,)): 1, (history, (1,)): 0, (history, (2,)): 3})
    run.finish()
    assert run.show(month) == {(0, 0): OK, (1,): SKIPPED, (2, 0): OK, (2, 1): OK, (2, 2): OK}
    assert run.rerun(month, (2, 1)) == {month: [(2, 1)], fit: paths(2)}
    assert run.rerun(history, (1,), to={(history, (1,)): 2}) == {
        history: paths(1),
        month: [(1, 0), (1, 1)],
        fit: paths(1),
    }


def test_a_reduce_at_each_level_of_nested_maps() -> None:
    graph = Graph()
    model = graph.group(2)
    fold = graph.group(2, inside=model)
    fit = graph.task(inside=fold, over=2)
    per_fold = graph.task([fit], inside=fold)
    per_model = graph.task([per_fold], inside=model)
    best = graph.task([per_model])
    run = RerunDrive(graph)
    run.finish()
    assert run.rerun(fit, (1, 0, 1)) == {fit: [(1, 0, 1)], per_fold: [(1, 0)], per_model: paths(1), best: [()]}
    assert run.rerun(fit, (0,)) == {
        fit: [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)],
        per_fold: [(0, 0), (0, 1)],
        per_model: paths(0),
        best: [()],
    }


def test_concat_knows_which_part_an_item_comes_from() -> None:
    graph = Graph()
    left, right = graph.task(over=2), graph.task(over=3)
    both = graph.task(over=SumLength((ValuesLength(left), ValuesLength(right))))
    run = RerunDrive(graph, {(left, (0,)): None})
    run.finish()
    assert run.rerun(right, (1,)) == {right: paths(1), both: paths(2)}


def test_zip_pairs_by_value() -> None:
    graph = Graph()
    left, right = graph.task(over=2), graph.task(over=3)
    short = graph.task(over=ShortestLength((ValuesLength(left), ValuesLength(right))))
    long = graph.task(over=LongestLength((ValuesLength(left), ValuesLength(right))))
    run = RerunDrive(graph)
    run.finish()
    assert run.rerun(right, (2,)) == {right: paths(2), long: paths(2)}
    assert run.rerun(left, (1,)) == {left: paths(1), short: paths(1), long: paths(1)}


def test_a_cross_product_reruns_the_combinations_of_an_item() -> None:
    graph = Graph()
    model, fold = graph.task(over=2), graph.task(over=3)
    fit = graph.task(over=ProductLength((ValuesLength(model), ValuesLength(fold))))
    run = RerunDrive(graph)
    run.finish()
    assert run.rerun(model, (1,)) == {model: paths(1), fit: paths(3, 4, 5)}
    assert run.rerun(fold, (1,)) == {fold: paths(1), fit: paths(1, 4)}


def test_what_reads_a_mapped_source_whole_as_well_is_rerun_whole() -> None:
    graph = Graph()
    load = graph.task(over=3)
    compare = graph.task(over=ValuesLength(load), reads_whole=(load,))
    run = RerunDrive(graph)
    run.finish()
    assert run.rerun(load, (0,)) == {load: paths(0), compare: paths(0, 1, 2)}


def test_only_leaves_dependants_alone() -> None:
    graph = Graph()
    load = graph.task(over=3)
    train = graph.task(over=ValuesLength(load))
    reduce = graph.task([train])
    run = RerunDrive(graph)
    run.finish()
    assert run.rerun(load, (1,), only=True) == {load: paths(1)}
    assert run.rerun(load, (1,), only=True, to={(load, (1,)): FAILED}) == {load: paths(1)}
    assert run.state(reduce) == OK


def test_failed_only_takes_what_was_held_back_too() -> None:
    graph = Graph()
    first = graph.task()
    second = graph.task([first])
    alert = graph.task([first], rule="one_failed")
    fine = graph.task()
    run = RerunDrive(graph, {first: FAILED})
    run.finish()
    assert run.rerun(failed_only=True, to={first: OK}) == {first: [()], second: [()]}
    assert run.state(alert) == SKIPPED, "nothing failed any more"
    assert run.state(fine) == OK


def test_nothing_failed_nothing_is_done() -> None:
    graph = Graph()
    graph.task()
    run = RerunDrive(graph)
    run.finish()
    assert run.ask(failed_only=True) == []
    assert run.status == RunStatus.SUCCESS


# --- 15.3: once, after everything ---


def test_an_unmapped_dependant_runs_once_and_last() -> None:
    graph = Graph()
    load = graph.task(over=3)
    eager = graph.task([load], rule="one_success")
    run = RerunDrive(graph)
    run.finish()
    run.ask(load)
    run.end_one(load, (0,))
    run.end_one(load, (1,))
    assert run.state(eager) == NONE, "in a rerun it waits for all that is cleared"
    run.end_one(load, (2,))
    assert set(run.ready) == {(eager, ())}
    assert run.finish() == {eager: [()]}


def test_a_diamond_meets_once() -> None:
    graph = Graph()
    top = graph.task()
    left, right = graph.task([top]), graph.task([top], over=2)
    bottom = graph.task([left, right])
    run = RerunDrive(graph)
    run.finish()
    assert run.rerun(top) == {top: [()], left: [()], right: paths(0, 1), bottom: [()]}


def test_an_alert_is_judged_by_what_stands_in_the_end() -> None:
    graph = Graph()
    load = graph.task(over=2)
    alert = graph.task([load], rule="one_failed")
    run = RerunDrive(graph, {(load, (0,)): FAILED})
    run.finish()
    assert run.state(alert) == OK
    assert run.rerun(load, (0,), to={(load, (0,)): OK}) == {load: paths(0)}
    assert run.state(alert) == SKIPPED


# --- 15.4: tries ---


def test_numbers_go_on_and_retries_begin_anew() -> None:
    graph = Graph()
    task = graph.task(retries=1, retry_delay_s=5.0)
    run = RerunDrive(graph, {task: FAILED})
    run.finish()
    assert run.recorder is not None
    assert run.recorder.rows[task, ()].try_number == 2
    run.rerun(task)
    assert run.recorder.rows[task, ()].try_number == 4
    run.rerun(task, to={task: OK})
    assert run.recorder.rows[task, ()].try_number == 5
    assert run.recorder.rows[task, ()].tries_before == 4


# --- branches, setups, fail_fast ---


def test_the_skipped_side_of_a_branch_stays_skipped() -> None:
    """The branch is not run again, so its choice holds."""
    graph = Graph()
    branch = graph.task(kind="branch")
    left, right = graph.task([branch]), graph.task([branch])
    join = graph.task([left, right], rule="none_failed_min_one_success")
    run = RerunDrive(graph, {branch: (right,)})
    run.finish()
    assert run.rerun(right) == {join: [()]}
    assert run.state(right) == SKIPPED
    assert run.rerun(branch, to={branch: (left,)}) == {branch: [()], right: [()], join: [()]}
    assert run.state(left) == SKIPPED


def test_a_branch_in_a_group_chooses_anew_within_its_index() -> None:
    graph = Graph()
    group = graph.group(2)
    branch = graph.task(inside=group, kind="branch")
    left, right = graph.task([branch], inside=group), graph.task([branch], inside=group)
    run = RerunDrive(graph, {branch: (right,)})
    run.finish()
    assert run.rerun(branch, (1,), to={(branch, (1,)): (left,)}) == {branch: paths(1), right: paths(1)}
    assert run.show(left) == {(0,): OK, (1,): SKIPPED}
    assert run.show(right) == {(0,): SKIPPED, (1,): OK}


def test_a_group_that_a_branch_had_left_out_comes_into_being() -> None:
    graph = Graph()
    find, branch = graph.task(feeds_map=True), graph.task(kind="branch")
    group = graph.group(ResultLength(find))
    first = graph.task([find, branch], inside=group)
    second = graph.task([first], inside=group)
    run = RerunDrive(graph, {branch: (first,)})
    run.finish()
    assert run.show(first) == {(): SKIPPED}
    assert run.rerun(branch, to={branch: ()}) == {branch: [()], first: paths(0, 1), second: paths(0, 1)}


def test_a_setup_comes_along_with_its_teardown_but_not_with_its_other_work() -> None:
    graph = Graph()
    setup = graph.task(is_setup=True)
    one = graph.task([setup], setups=(setup,))
    two = graph.task([setup], setups=(setup,))
    down = graph.task([setup, one, two], rule="all_done_setup_success", is_teardown=True)
    run = RerunDrive(graph, {one: FAILED})
    run.finish()
    assert run.rerun(one, to={one: OK}) == {setup: [()], one: [()], down: [()]}
    assert run.rerun(setup) == {setup: [()], one: [()], two: [()], down: [()]}
    assert run.state(two) == OK


def test_a_rerun_of_a_teardown_alone_brings_its_setup_not_the_work() -> None:
    """Observed choice: a teardown has no setups of its own to wait for in the spec, so it runs by itself."""
    graph = Graph()
    setup = graph.task(is_setup=True)
    work = graph.task([setup], setups=(setup,))
    down = graph.task([setup, work], rule="all_done_setup_success", is_teardown=True)
    run = RerunDrive(graph)
    run.finish()
    assert run.rerun(down) == {down: [()]}
    assert run.state(work) == OK


def test_after_fail_fast_the_rest_runs_when_the_failure_is_mended() -> None:
    graph = Graph()
    first = graph.task()
    rest = graph.task(over=2)
    last = graph.task([first, rest])
    run = RerunDrive(graph, {first: FAILED}, fail_fast=True)
    run.finish()
    assert run.show(rest) == {(0,): SKIPPED, (1,): SKIPPED}
    assert run.rerun(first, to={first: OK}) == {first: [()]}, "what was left out does not depend on the failure"
    assert run.state(last) == SKIPPED
    assert run.rerun() == {first: [()], rest: paths(0, 1), last: [()]}
    assert run.status == RunStatus.SUCCESS


def test_a_cancelled_run_is_rerun() -> None:
    graph = Graph()
    load = graph.task(over=3)
    reduce = graph.task([load])
    run = RerunDrive(graph)
    run.end_one(load, (0,))
    fence = run.launch_one(load, (1,))
    run.cancel()
    assert fence
    run.finish()
    assert run.show(load) == {(0,): OK, (1,): FAILED, (2,): SKIPPED}
    assert run.rerun(load, (1,)) == {load: paths(1)}
    assert run.state(reduce) == SKIPPED, "one item is still left out"
    assert run.rerun(load, (2,)) == {load: paths(2), reduce: [()]}
    assert run.status == RunStatus.SUCCESS


# --- 15.5: while it runs ---


def test_clearing_what_runs_cancels_it_and_refuses_its_result() -> None:
    graph = Graph()
    load = graph.task(over=2)
    reduce = graph.task([load])
    run = RerunDrive(graph)
    launch = run.launch(load, (0,), (1,))
    run.ask(load, (0,))
    assert run.show(load)[0,] == State.SCHEDULED
    assert run.ready == {(load, (0,)): (2, None)}
    late = run.ends(launch, [OK], indexes=[0])
    assert run.apply(late) == []
    run.apply(run.ends(launch, [OK], indexes=[1]))
    assert run.finish() == {load: paths(0), reduce: [()]}
    assert run.recorder is not None
    assert run.recorder.rows[load, (0,)].try_number == 2
