"""`isolation="process"`: the fork asks for its values while its worker is sent the next tries."""

from __future__ import annotations

from e2e.program import Program, values


def test_work_that_is_sent_ahead_while_a_fork_asks_is_not_lost(fanjet: Program) -> None:
    """The fork's answers and the worker's next tries come through the same pipe; each must get its own."""
    file = fanjet.write(
        "isolated.py",
        """
        import time
        from fanjet import dag, task

        @dag
        def isolated():
            @task
            def first(i):
                time.sleep(0.01)
                return i

            @task(isolation="process")
            def second(i, ti):
                time.sleep(0.02 * (i % 3))
                assert ti.xcom_pull(task_ids="first", map_indexes=i) == i
                return i

            second.expand(i=first.expand(i=list(range(24))))

        isolated()
        """,
    )
    (run,) = fanjet.results("run", file, "--workers", "2")
    assert values(run, "second") == {(i,): i for i in range(24)}
