"""Every trigger rule, over pairs of tasks and over mapped tasks; the number of a rule is that of its row in the table."""

from itertools import combinations_with_replacement

from airflow.sdk import DAG, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

RULES = (
    "all_success",
    "all_failed",
    "all_done",
    "all_done_setup_success",
    "one_success",
    "one_failed",
    "one_done",
    "none_failed",
    "none_failed_min_one_success",
    "all_done_min_one_success",
    "none_skipped",
    "all_skipped",
    "always",
)
STATES = ("ok", "fail", "skip", "uf")
#: Which of these is seen first decides.
RACES = {("fail", "skip"), ("skip", "uf")}


@task
def act(what):
    if what == "fail":
        raise AirflowFailException("as asked")
    if what == "skip":
        raise AirflowSkipException("as asked")
    return what


@task
def after():
    return "ran"


for number, rule in enumerate(RULES, start=1):
    with DAG(f"r09_{number:02}_{rule}_over_tasks"):
        ends = {what: act.override(task_id=what)(what) for what in STATES}
        ends["fail"] >> ends["uf"]
        for what, end in ends.items():
            end >> after.override(task_id=f"after_{what}", trigger_rule=rule)()
        for pair in combinations_with_replacement(STATES, 2):
            if pair[0] != pair[1] and not (rule == "all_success" and pair in RACES):
                [ends[what] for what in pair] >> after.override(task_id=f"after_{'_'.join(pair)}", trigger_rule=rule)()

    with DAG(f"r09_{number:02}_{rule}_over_maps"):
        mixes = [("ok", "ok"), ("ok", "fail"), ("ok", "skip"), ("fail", "fail"), ("skip", "skip")]
        if rule != "all_success":
            mixes.append(("fail", "skip"))
        for mix in mixes:
            name = "_".join(mix)
            mapped = act.override(task_id=name).expand(what=list(mix))
            mapped >> after.override(task_id=f"after_{name}", trigger_rule=rule)()
