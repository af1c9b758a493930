"""What is large or deep: thousands of failures and tasks, groups in groups, long lists, slow imports."""

from __future__ import annotations

import time

import pytest

from e2e.program import Program, states, values

FAILING = """
    from fanjet import dag, task

    @dag
    def failing():
        @task
        def work(item):
            print("about to fail", item)
            if item % 1000 == 7:
                raise KeyError(f"special {item}")
            raise ValueError(f"item {item} is bad")

        work.expand(item=list(range(10_000)))

    failing()
"""


@pytest.mark.slow
def test_ten_thousand_failures_are_two_paragraphs(fanjet: Program) -> None:
    done = fanjet("run", fanjet.write("failing.py", FAILING), code=1)
    assert len(done.stdout.splitlines()) < 25
    for screen in (done.stdout, fanjet.read("show")):
        assert (
            "ValueError: item 0 is bad (failing.py:11)\n    and 9,989 more like it: work[1], work[2], work[3], ...\n"
            in screen
        )
        assert (
            "KeyError: 'special 7' (failing.py:10)\n    and 9 more like it: work[1007], work[2007], work[3007], ...\n"
            in screen
        )
        assert screen.count("→ fanjet logs") == 2
    found = fanjet.read_json("show")
    assert [failure["more_like_it"] for failure in found["failed"]] == [9989, 9]
    assert fanjet.read("show", "--failures", "3").count("→ fanjet logs") == 3
    assert fanjet.read("logs", "1", "work", "-i", "9999").startswith("about to fail 9999\n")


LAYERS = """
    from fanjet import DAG, task

    with DAG("layers"):
        before = []
        for layer in range(100):
            now = []
            for number in range(20):
                @task(task_id=f"t_{layer:03}_{number:02}")
                def work():
                    return 1
                now.append(work())
            for one in before:
                one >> now
            before = now
"""


@pytest.mark.slow
def test_two_thousand_tasks_in_dense_layers(fanjet: Program) -> None:
    """39,600 edges."""
    started_at = time.monotonic()
    done = fanjet("run", fanjet.write("layers.py", LAYERS))
    assert "layers run 1: success" in done.stdout
    assert "2,000 success" in done.stdout
    assert len(done.stdout.splitlines()) < 60
    assert "2000 tasks" in fanjet("check", fanjet.folder / "layers.py").stdout.replace(",", "")
    assert fanjet.read("show").count("t_0") == 2000
    assert time.monotonic() - started_at < 30


@pytest.mark.parametrize("shape", ["chain", "fan"])
@pytest.mark.slow
def test_two_thousand_tasks_in_a_row_and_side_by_side(fanjet: Program, shape: str) -> None:
    made = {
        "chain": "for n in range(2000):\n            x = step.override(task_id=f's_{n}')(x)",
        "fan": "for n in range(2000):\n            step.override(task_id=f's_{n}')(x)",
    }[shape]
    file = fanjet.write(
        "wide.py",
        "from fanjet import dag, task\n\n@dag\ndef wide():\n    @task\n    def step(x):\n        return x + 1\n\n"
        f"    x = step(0)\n    if True:\n        {made}\n\nwide()\n",
    )
    assert "2,001 success" in fanjet("run", file).stdout


NESTED = """
    from fanjet import dag, task, task_group

    def nest(level, xs):
        if level == 0:
            @task
            def work(x):
                print("work", x)
                return x
            return work.expand(x=xs)

        @task_group(group_id=f"level_{level}")
        def group(x):
            @task
            def items(x):
                return [x + "a", x + "b"] if level in (1, 20) else [x]
            return nest(level - 1, items(x))

        return group.expand(x=xs)

    @dag
    def nested():
        @task
        def depth(xs):
            levels = 0
            while not isinstance(xs, str):
                xs, levels = xs[-1], levels + 1
            return [levels, xs]

        depth(nest(20, ["x"]))

    nested()
"""


def test_maps_twenty_levels_deep(fanjet: Program) -> None:
    (run,) = fanjet.results("run", fanjet.write("nested.py", NESTED))
    task = ".".join(f"level_{level}" for level in range(20, 0, -1)) + ".work"
    assert len(values(run, task)) == 4
    assert values(run, "depth") == {(): [21, "xbb"]}
    path = max(values(run, task))
    assert len(path) == 21
    assert fanjet("logs", "1", task, "-i", ",".join(map(str, path))).stdout == "work xbb\n"
    lines = fanjet.read("show").splitlines()
    (leaf,) = [line for line in lines if "work[]" in line]
    assert len(leaf) < 120


def test_plain_groups_twenty_levels_deep_have_ids_that_may_be_too_long(fanjet: Program) -> None:
    text = """
        from fanjet import dag, task, task_group

        def nest(level):
            if level == 0:
                return task(task_id="work")(lambda: 1)()

            @task_group(group_id=f"{NAME}_{level}")
            def group():
                nest(level - 1)

            group()

        @dag
        def deep():
            nest(20)

        deep()
    """
    assert "1 success" in fanjet("run", fanjet.write("deep.py", text.replace("{NAME}", "level"))).stdout
    done = fanjet("run", fanjet.write("longer.py", text.replace("{NAME}", "a_much_longer_name")), code=2)
    assert "longer.py:6" in done.stderr
    assert "cannot have the id of 435 characters" in done.stderr
    assert "prefix_group_id=False" in done.stderr


@pytest.mark.slow
def test_a_map_of_200_000_over_a_list_made_by_a_generator(fanjet: Program) -> None:
    file = fanjet.write(
        "generated.py",
        """
        from fanjet import dag, task

        def generate():
            for i in range(200_000):
                yield {"id": i, "path": f"data/customers/{i:08d}.parquet", "size": i * 31 % 9973}

        @dag
        def generated():
            @task
            def find():
                return list(item for item in generate())

            @task
            def load(item):
                return item["size"]

            @task
            def total(sizes):
                return sum(sizes)

            total(load.expand(item=find()))

        generated()
        """,
    )
    assert "200,002 success" in fanjet("run", file).stdout
    assert fanjet.read("xcom", "1", "total").strip() == str(sum(i * 31 % 9973 for i in range(200_000)))


def test_imports_that_take_long_are_paid_for_where_they_stand(fanjet: Program) -> None:
    fanjet.write("slow_module.py", "import time\ntime.sleep(0.7)\nX = 1\nprint('imported')\n")
    body = """
        {top}
        from fanjet import dag, task

        @dag
        def slow():
            @task
            def use(item):
                {inner}
                return slow_module.X + item
            use.expand(item=[1, 2, 3, 4])

        slow()
    """
    at_top = fanjet.write("at_top.py", body.format(top="import slow_module", inner="pass"))
    inside = fanjet.write("inside.py", body.format(top="", inner="import slow_module"))
    (run,) = fanjet.results("run", inside, "--workers", "1")
    printed = [fanjet.read("logs", "1", "use", "-i", index) for index in ("0", "1")]
    assert printed == ["imported\n", ""], "a worker imports once"
    assert set(states(run, "use").values()) == {"success"}
    fanjet.settings["FANJET_PARSE_TIMEOUT_S"] = "0.5"
    fanjet.write("slow_module.py", "import time\ntime.sleep(60)\nX = 1\n")
    done = fanjet("run", at_top, code=2)
    assert "Loading the file took longer than 0.5 s" in done.stderr
    assert "raise parse_timeout_s" in done.stderr


@pytest.mark.slow
def test_a_file_that_takes_twenty_seconds_to_load_is_waited_for_with_a_word(fanjet: Program) -> None:
    file = fanjet.write(
        "slow.py",
        """
        import time
        time.sleep(20)
        from fanjet import DAG, EmptyOperator
        with DAG("s"):
            EmptyOperator(task_id="a")
        """,
    )
    done = fanjet("run", file)
    assert "still loading after 4 s" in done.stdout
    assert "s run 1: success" in done.stdout
