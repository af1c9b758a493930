"""Templates: what is rendered, with what, and what is said when one is wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fanjet import DAG, BaseOperator, task, task_group
from fanjet.model.runs import RunInfo
from runtime.bench import RUN, Bench


class Show(BaseOperator):
    """Gives its fields back."""

    template_fields = ("text", "more")
    template_ext = (".sql",)

    def __init__(self, *, text: Any = None, more: Any = None, plain: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.text = text
        self.more = more
        self.plain = plain

    def execute(self, context: Any) -> Any:
        return [self.text, self.more, self.plain]


def shown(tmp_path: Path, text: Any, run: RunInfo = RUN, **options: Any) -> Any:
    with DAG("d", **options) as dag:
        Show(task_id="t", text=text)
    return Bench(dag, tmp_path, run).value("t")[0]


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain", "plain"),
        ("a {{ ds }} b", "a 2024-01-31 b"),
        ("{{ ds_nodash }} {{ ts }} {{ ts_nodash }}", "20240131 2024-01-31T10:00:00+00:00 20240131T100000"),
        ("{{ ts_nodash_with_tz }}", "20240131T100000+0000"),
        ("{{ run_id }} {{ dag.dag_id }} {{ task.task_id }} {{ ti.task_id }}", "run-1 d t t"),
        ("{{ logical_date.year }} {{ data_interval_start | ds }} {{ data_interval_end | ts }}", None),
        ("{{ macros.ds_add(ds, -31) }} {{ macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%y') }}", "2023-12-31 31.01.24"),
        ("{{ (logical_date + macros.timedelta(days=1)) | ds_nodash }}", "20240201"),
        ("{{ macros.datetime(2020, 1, 1).year }} {{ macros.uuid.UUID(int=1) }}", None),
        ("{{ task_instance_key_str }}", "d__t__20240131"),
        ("{{ ti.map_index }} {{ dag_run.run_type }} {{ try_number }} {{ exception }}", "-1 manual 1 None"),
        ("{% for i in range(3) %}{{ i }}{% endfor %}", "012"),
        ("ends with a line\n", "ends with a line"),
        ("{{ var.value.get('nope', 'default') }}", "default"),
        (["{{ ds }}", ("{{ ds }}", {"k": "{{ ds }}", "{{ 1 + 1 }}": 5})], None),
        ("{{ task_instance.xcom_pull(task_ids='t') }}", "None"),
    ],
)
def test_what_templates_can_use(text: Any, rendered: Any, tmp_path: Path) -> None:
    special = {
        "{{ logical_date.year }} {{ data_interval_start | ds }} {{ data_interval_end | ts }}": (
            "2024 2024-01-31 2024-01-31T10:00:00+00:00"
        ),
        "{{ macros.datetime(2020, 1, 1).year }} {{ macros.uuid.UUID(int=1) }}": (
            "2020 00000000-0000-0000-0000-000000000001"
        ),
    }
    if rendered is None and isinstance(text, str):
        rendered = special[text]
    elif rendered is None:
        rendered = ["2024-01-31", ("2024-01-31", {"k": "2024-01-31", "2": 5})]
    assert shown(tmp_path, text) == rendered


def test_params_conf_macros_and_filters(tmp_path: Path) -> None:
    run = msgspec.structs.replace(RUN, params='{"p": 5, "q": "given"}', conf='{"c": [1]}')
    text = "{{ params.p }} {{ params['q'] }} {{ dag_run.conf.c[0] }} {{ mine(2) }} {{ 'x' | twice }} {{ word }}"
    rendered = shown(
        tmp_path,
        text,
        run,
        params={"p": 1, "q": "default"},
        user_defined_macros={"mine": lambda n: n + 1, "word": "w"},
        user_defined_filters={"twice": lambda s: s * 2},
    )
    assert rendered == "5 given 1 3 xx w"


def test_params_of_a_task_go_before_the_defaults_of_the_dag(tmp_path: Path) -> None:
    run = msgspec.structs.replace(RUN, params='{"p": 1, "q": "given"}')
    with DAG("d", params={"p": 1, "q": 2}) as dag:
        Show(task_id="t", text="{{ params.p }} {{ params.q }} {{ params.r }}", params={"p": 10, "q": 20, "r": 30})
    assert Bench(dag, tmp_path, run).value("t")[0] == "10 given 30"


def test_native_rendering_gives_values(tmp_path: Path) -> None:
    options: dict[str, Any] = {"render_template_as_native_obj": True}
    assert shown(tmp_path, "{{ [1, 2] }}", **options) == [1, 2]
    assert shown(tmp_path, "1", **options) == 1
    with DAG("d", **options) as dag:

        @task
        def show(x):
            return x

        show.expand(x=["{{ 1 + 1 }}", "{{ {'a': 1} }}"])
    assert Bench(dag, tmp_path).fan_out("show", 2) == [2, {"a": 1}]


def test_template_files(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "q.sql").write_text("SELECT '{{ ds }}'\n{% include 'part.sql' %}")
    (tmp_path / "sql" / "part.sql").write_text("-- {{ ti.task_id }}")
    options = {"template_searchpath": [str(tmp_path / "sql")]}
    assert shown(tmp_path, "q.sql", **options) == "SELECT '2024-01-31'\n-- t"
    assert shown(tmp_path, ["q.sql"], **options) == ["SELECT '2024-01-31'\n-- t"]
    with DAG("d", **options) as dag:
        Show(task_id="t", text="none.sql")
    error = Bench(dag, tmp_path).error("t")
    assert "Task 't', field 'text': there is no template file 'none.sql'" in error
    assert str(tmp_path / "sql") in error


def test_template_files_beside_the_dag_file(tmp_path: Path) -> None:
    beside = Path(__file__).parent / "beside.sql"
    beside.write_text("{{ 1 + 1 }}")
    try:
        assert shown(tmp_path, "beside.sql") == "2"
    finally:
        beside.unlink()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ nope }}", "Task 't', field 'text': in the template, 'nope' is undefined."),
        ("{{ params.nope }}", "has no attribute 'nope'"),
        ("{{ 1 + }}", "Task 't', field 'text': the template is wrong in its line 1"),
        ("{{ 1 / 0 }}", "ZeroDivisionError: division by zero Task 't', field 'text': raised while its template was"),
        ("{{ var.value.nope }}", "There is no variable 'nope', neither in the environment (FANJET_VAR_NOPE)"),
        ("{{ conn.nope.host }}", "There is no connection 'nope', neither in the environment (FANJET_CONN_NOPE)"),
        ({"k": ["{{ nope }}"]}, "field 'text': in the template, 'nope' is undefined."),
    ],
)
def test_wrong_templates_name_task_field_and_variable(text: Any, words: str, tmp_path: Path) -> None:
    with DAG("d") as dag:
        Show(task_id="t", text=text)
    assert words in Bench(dag, tmp_path).error("t")


def test_values_from_upstream_are_never_rendered(tmp_path: Path) -> None:
    evil = "{{ 1 + 1 }}"
    with DAG("d") as dag:

        @task
        def make():
            return [evil]

        @task
        def make_kwargs():
            return [{"x": evil, "y": evil}]

        @task
        def show(x, y, z):
            return [x, y, z]

        @task
        def shared(x, y):
            return [x, y]

        @task
        def kwargs(x, y):
            return [x, y]

        @task
        def inside(x):
            return x

        @task_group
        def group(x):
            inside(x)

        source = make()
        show.partial(y="{{ 2 + 2 }}", z=source).expand(x=source)
        shared.partial(y={"a": source, "b": "{{ 3 }}"}).expand(x=["{{ ti.map_index }}", "plain", ["{{ ds }}"]])
        kwargs.expand_kwargs(make_kwargs())
        Show.partial(task_id="classic", more=["{{ 5 }}", source]).expand(text=source)
        Show.partial(task_id="literal").expand_kwargs([{"text": "{{ 6 }}", "plain": "{{ 7 }}"}, {"text": source}])
        Show(task_id="single", text=source, more=[source, "{{ 8 }}"])
        group.expand(x=[evil])
    bench = Bench(dag, tmp_path)
    bench.value("make")
    bench.value("make_kwargs")
    assert bench.fan_out("show", 1) == [[evil, "4", [evil]]]
    assert bench.fan_out("shared", 3) == [[x, {"a": [evil], "b": "3"}] for x in ("0", "plain", ["2024-01-31"])]
    assert bench.fan_out("kwargs", 1) == [[evil, evil]]
    assert bench.fan_out("classic", 1) == [[evil, ["5", [evil]], None]]
    assert bench.fan_out("literal", 2) == [["6", None, "{{ 7 }}"], [[evil], None, None]]
    assert bench.value("single") == [[evil], [[evil], "8"], None]
    assert bench.value("group.inside", (0,)) == evil


def test_one_try_does_not_see_what_another_did_to_its_operator(tmp_path: Path) -> None:
    class Counts(BaseOperator):
        seen = 0

        def execute(self, context: Any) -> int:
            self.seen += 1
            return self.seen

    with DAG("d") as dag:
        Counts(task_id="t", execution_timeout=timedelta(seconds=60))
    bench = Bench(dag, tmp_path)
    assert [bench.value("t"), bench.value("t")] == [1, 1]


def test_objects_with_template_fields_of_their_own(tmp_path: Path) -> None:
    class Part:
        template_fields = ("name",)

        def __init__(self, name: str) -> None:
            self.name = name

    part = Part("{{ ds }}")
    with DAG("d") as dag:
        Show(task_id="t", text="{{ ds }}", more=part)

        @task
        def unused():
            return None

    assert Bench(dag, tmp_path).value("t")[1].name == "2024-01-31"
    assert part.name == "{{ ds }}"
