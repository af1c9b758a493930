"""Two minutes of random kills over 50,000 instances: every one of them ends exactly once by record."""

from __future__ import annotations

import pytest

from fanjet.store.database.database import Database
from postgres_server import PostgresServer
from service.chaos import Outcome, Storm, is_quick
from service.running import Service

RUNS, COUNT, LAST_S = (2, 1_000, 20.0) if is_quick() else (5, 10_000, 120.0)


def check(outcome: Outcome) -> None:
    print(outcome)
    assert outcome.states == ["success"] * RUNS, outcome
    assert outcome.ended == [COUNT] * RUNS, outcome
    assert outcome.sums == [sum(range(COUNT))] * RUNS, outcome
    assert outcome.changed == [], outcome
    assert is_quick() or outcome.hurt["scheduler"] > 0, outcome


@pytest.mark.slow
@pytest.mark.timeout(500)
@pytest.mark.parametrize(("schedulers", "workers"), [("1", "2"), ("2", "1")])
def test_a_service_on_sqlite_loses_nothing(
    service: Service, capsys: pytest.CaptureFixture[str], schedulers: str, workers: str
) -> None:
    service.settings |= {"schedulers": schedulers, "workers": workers}
    outcome = Storm(service, Database(service.home), seed=1).run([], runs=RUNS, count=COUNT, last_s=LAST_S)
    with capsys.disabled():
        check(outcome)


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_two_schedulers_on_postgresql_lose_nothing(
    service: Service, server: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    def restart() -> None:
        server.kill()
        server.start()

    url = server.url(server.create())
    service.settings |= {"schedulers": "2", "workers": "1", "database": url}
    storm = Storm(service, Database(service.home, url), seed=2, restart_database=restart)
    outcome = storm.run([], runs=RUNS, count=COUNT, last_s=LAST_S)
    with capsys.disabled():
        check(outcome)
    assert outcome.hurt["database"] > 0
