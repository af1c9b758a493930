"""Rendered template fields, all the way from a worker to the screen."""

from __future__ import annotations

from e2e.program import Program


def test_a_retried_instance_shows_what_each_try_was_given(fanjet: Program) -> None:
    file = fanjet.write(
        "query.py",
        """
        from datetime import timedelta

        from fanjet import dag, task


        @dag(params={"table": "sales"})
        def query():
            @task(retries=1, retry_delay=timedelta(seconds=0))
            def select(sql, shop, ti):
                if ti.try_number == 1:
                    raise ConnectionError("busy")
                return shop

            select.partial(sql="select {{ ti.try_number }} from {{ params.table }}").expand(shop=["Oslo", "Lima"])


        query()
        """,
    )
    fanjet("run", file)
    shown = fanjet.read_json("show", "1", "select[1]")
    fields = [part["rendered"]["op_kwargs"] for part in shown["tries"]]
    assert fields == [{"sql": f"select {number} from sales", "shop": "Lima"} for number in (1, 2)]
    assert shown["rendered"]["op_kwargs"] == fields[-1]
    assert [part["state"] for part in shown["tries"]] == ["up_for_retry", "success"]
    assert '"sql": "select 2 from sales"' in fanjet.read("show", "-", "select", "-i", "1")
