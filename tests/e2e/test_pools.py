"""`fanjet pools`, and that runs keep to the pools of the database."""

from __future__ import annotations

import json

from e2e.program import Program

FLOW = """
from fanjet import dag, task

@dag
def flow():
    @task(pool="api")
    def call():
        return 1
    call()

flow()
"""


def test_pools_of_the_database_hold_for_runs(fanjet: Program) -> None:
    file = fanjet.write("flow.py", FLOW)
    assert "pool 'api', which does not exist" in fanjet("run", file, code=2).stderr
    assert (
        fanjet("pools", "set", "api", "4", "--description", "the partner's API").stdout == "Pool 'api' has 4 slots.\n"
    )
    fanjet("run", file)
    fanjet("pools", "set", "default_pool", "-1")
    assert json.loads(fanjet("pools", "list", "--json").stdout) == [
        {"pool": "api", "slots": 4, "from": "database", "description": "the partner's API"},
        {"pool": "default_pool", "slots": None, "from": "database", "description": None},
    ]
    assert "no limit" in fanjet("pools", "list").stdout
    fanjet("pools", "delete", "api")
    assert "There is no pool 'api'" in fanjet("pools", "delete", "api", code=2).stderr
