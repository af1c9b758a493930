"""Maps inside maps, with real processes: ragged, three levels deep, a reduce at each level (SEMANTICS 14)."""

from __future__ import annotations

from e2e.program import Program, states, values

THREE_LEVELS = """
    from fanjet import dag, task, task_group

    @dag
    def nested():
        @task
        def countries():
            return [["a", ["a1", "a2"]], ["b", []], ["c", ["c1"]]]

        @task
        def shops(country):
            return country[1]

        @task
        def days(shop):
            return list(range(len(shop) if shop.endswith("1") else 1))

        @task
        def sell(shop, day):
            return f"{shop}:{day}"

        @task(trigger_rule="all_done")
        def of_shop(sales):
            return list(sales)

        @task(trigger_rule="all_done")
        def of_country(sales):
            return [list(shop) for shop in sales]

        @task(trigger_rule="all_done")
        def of_all(sales):
            return [[list(shop) for shop in country] for country in sales]

        @task_group
        def per_shop(shop):
            sold = sell.partial(shop=shop).expand(day=days(shop))
            of_shop(sold)
            return sold

        @task_group
        def per_country(country):
            sold = per_shop.expand(shop=shops(country))
            of_country(sold)
            return sold

        of_all(per_country.expand(country=countries()))

    nested()
"""


def test_three_levels_ragged_with_a_reduce_at_each_level(fanjet: Program) -> None:
    (run,) = fanjet.results("run", fanjet.write("nested.py", THREE_LEVELS))
    assert values(run, "per_country.per_shop.sell") == {
        (0, 0, 0): "a1:0",
        (0, 0, 1): "a1:1",
        (0, 1, 0): "a2:0",
        (2, 0, 0): "c1:0",
        (2, 0, 1): "c1:1",
    }
    assert values(run, "per_country.per_shop.of_shop") == {
        (0, 0): ["a1:0", "a1:1"],
        (0, 1): ["a2:0"],
        (2, 0): ["c1:0", "c1:1"],
    }
    assert states(run, "per_country.per_shop.of_shop")[(1,)] == "skipped"
    assert values(run, "per_country.of_country") == {
        (0,): [["a1:0", "a1:1"], ["a2:0"]],
        (1,): [],
        (2,): [["c1:0", "c1:1"]],
    }
    assert values(run, "of_all") == {(): [[["a1:0", "a1:1"], ["a2:0"]], [], [["c1:0", "c1:1"]]]}


LITERAL = """
    from fanjet import dag, task, task_group

    @dag
    def literal():
        @task
        def pair(x, y):
            return f"{x}{y}"

        @task
        def join(parts):
            return "+".join(parts)

        @task
        def count(ti=None, expanded_ti_count=None):
            return expanded_ti_count

        @task_group
        def inner(y, x):
            p = pair(x, y)
            return p

        @task_group
        def outer(x, ys):
            made = inner.partial(x=x).expand(y=ys)
            join(made)
            return made

        @task
        def all_of(parts):
            return [list(p) for p in parts]

        all_of(outer.expand_kwargs([{"x": "a", "ys": [1, 2]}, {"x": "b", "ys": [3]}]))

    literal()
"""


def test_a_group_in_a_group_over_its_argument(fanjet: Program) -> None:
    (run,) = fanjet.results("run", fanjet.write("literal.py", LITERAL))
    assert values(run, "outer.inner.pair") == {(0, 0): "a1", (0, 1): "a2", (1, 0): "b3"}
    assert values(run, "outer.join") == {(0,): "a1+a2", (1,): "b3"}
    assert values(run, "all_of") == {(): [["a1", "a2"], ["b3"]]}


def test_a_reduce_over_values_that_are_larger_together_than_a_pipe(fanjet: Program) -> None:
    file = fanjet.write(
        "large.py",
        """
        from fanjet import dag, task

        @dag
        def large():
            @task
            def work(item):
                return "v" * 3000

            @task
            def total(texts):
                return sum(map(len, texts))

            total(work.expand(item=list(range(1200))))

        large()
        """,
    )
    (run,) = fanjet.results("run", file)
    assert values(run, "total") == {(): 1200 * 3000}
