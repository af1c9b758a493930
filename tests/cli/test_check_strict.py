"""`fanjet check --strict`: each rule with a DAG that breaks it and one that does not."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from cli.conftest import Call

HEAD = "from fanjet import DAG, BashOperator, EmptyOperator, PythonSensor, setup, task, task_group\n"

RETRIES = """
with DAG("breaks"):
    @task
    def plain(): ...
    plain()
    PythonSensor(task_id="wait", python_callable=print)
    BashOperator.partial(task_id="mapped").expand(bash_command=["a"])
with DAG("keeps", default_args={"retries": 1}):
    BashOperator(task_id="by_default", bash_command="a")
with DAG("keeps_too"):
    @task(retries=0)
    def once(): ...
    @task.branch
    def choose(): ...
    once() >> choose() >> EmptyOperator(task_id="empty")
    BashOperator.partial(task_id="own", retries=3).expand(bash_command=["a"])
"""

RESULTS = """
with DAG("breaks"):
    @task
    def work(x):
        return x
    @task
    def done(): ...
    work.expand(x=[1]) >> done()
    @task_group
    def group(x):
        @task
        def inside(x):
            if x:
                return x
        inside(x) >> done()
    group.expand(x=[1])
with DAG("keeps"):
    @task
    def no_value(x):
        def inner():
            return 1
        print(inner())
    @task
    def says_none(x) -> None:
        return print(x)
    @task(do_xcom_push=False)
    def not_pushed(x):
        return x
    @task
    def read(x):
        return x
    @task
    def chained(x):
        return x
    @task
    def pulled(x):
        return x
    @task
    def pulled_by_template(x):
        return x
    @task
    def last(xs, ti=None):
        return ti.xcom_pull(task_ids=["pulled"])
    end = last(read.expand(x=[1]))
    for each in (no_value, says_none, not_pushed, pulled, pulled_by_template):
        each.expand(x=[1]) >> end
    last.override(task_id="other")(chained.expand(x=[1]).map(str))
    BashOperator.partial(task_id="shell").expand(bash_command=["a"]) >> end
    end >> BashOperator(task_id="t", bash_command="{{ ti.xcom_pull(task_ids='pulled_by_template') }}")
    @task
    def leaf(x):
        return x
    leaf.expand(x=[1])
"""

TEMPLATES = """
with DAG("breaks", params={"depth": 1}):
    BashOperator(task_id="variable", bash_command="{{ dss }}")
    BashOperator(task_id="param", bash_command="{{ params.dept }}{{ params['width'] }}")
    BashOperator(task_id="macro", bash_command="{{ macros.ds_ad(ds, 1) }}")
    BashOperator(task_id="filter", bash_command="{{ ds | foo }}")
    BashOperator(task_id="syntax", bash_command="{{ ds ")
    BashOperator(task_id="file", bash_command="gone.sh")
    BashOperator(task_id="in_file", bash_command="there.sh")
    BashOperator(task_id="attribute", bash_command="{{ ti.tri_number }}")
    BashOperator.partial(task_id="mapped").expand(bash_command=["{{ ds }}", "{{ dss }}"])
    @task
    def function(where): ...
    function({"a": ["{{ nope }}"]})
with DAG("keeps", params={"depth": 1}, user_defined_macros={"mine": len}, user_defined_filters={"half": str}):
    BashOperator(task_id="all", env={"A": "{{ params.depth }}", "B": "{{ params['depth'] }}{{ params.items() }}"},
        bash_command="{{ ds }} {{ mine('a') | half }} {{ macros.ds_add(ds, 1) }} {{ ti.try_number }} {{ var.value.x }}"
        "{% for x in range(3) %}{{ x }}{{ loop.index }}{% endfor %}{% set y = 1 %}{{ y }}"
        "{{ maybe | default('') }}{% if other is defined %}{{ other }}{% endif %}{{ params.more | default(1) }}")
    BashOperator(task_id="own_params", params={"own": 1}, bash_command="{{ params.own }}")
    @task(map_index_template="{{ what_the_task_sets }}")
    def label(x): ...
    label.expand(x=["{{ ds }}"])
import jinja2
with DAG("lenient", template_undefined=jinja2.Undefined):
    BashOperator(task_id="any", bash_command="{{ whatever }}")
"""

SLOW = "import time\nimport json\ntime.sleep(1.1)\nwith DAG('d'):\n    EmptyOperator(task_id='e')\n"


def find(call: Call, folder: Path, text: str, *options: str) -> list[tuple[str, str | None, str | None]]:
    """The findings of a file as (rule, DAG, task)."""
    (folder / "file.py").write_text(HEAD + dedent(text))
    result = call("check", "--strict", "--json", *options, "file.py")
    data = json.loads(result.out)
    assert not data["errors"], data["errors"]
    assert result.status == (2 if data["findings"] else 0)
    return [(each["rule"], each["dag_id"], each["task_id"]) for each in data["findings"]]


def test_no_retries(call: Call, tmp_path: Path) -> None:
    found = find(call, tmp_path, RETRIES)
    assert found == [("no-retries", "breaks", task) for task in ("plain", "wait", "mapped")]


def test_unused_results(call: Call, tmp_path: Path) -> None:
    found = find(call, tmp_path, RESULTS, "--ignore", "no-retries")
    assert found == [("unused-results", "breaks", task) for task in ("work", "group.inside")]


def test_unused_results_say_nothing_where_only_a_run_can_tell(call: Call, tmp_path: Path) -> None:
    pulling = (
        '\n    @task\n    def any_of(ids, ti=None):\n        return ti.xcom_pull(task_ids=ids)\n    any_of(["work"])\n'
    )
    assert not find(call, tmp_path, RESULTS + pulling, "--ignore", "no-retries")


def test_broken_templates(call: Call, tmp_path: Path) -> None:
    (tmp_path / "there.sh").write_text("echo {{ dss }}\n")
    found = find(call, tmp_path, TEMPLATES, "--ignore", "no-retries")
    tasks = [
        "variable",
        "param",
        "param",
        "macro",
        "filter",
        "syntax",
        "file",
        "in_file",
        "attribute",
        "mapped",
        "function",
    ]
    assert found == [("broken-template", "breaks", task) for task in tasks]


def test_slow_files(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text(HEAD + SLOW)
    result = call("check", "--strict", "file.py")
    assert result.status == 2
    assert "file.py:4: slow-file: The file took 1." in result.out
    assert "s of it for line 4: time.sleep(1.1)\n    fix: do that in a task" in result.out
    assert not find(call, tmp_path, SLOW.replace("1.1", "0.1"))


def test_a_strict_load_runs_a_file_as_always(call: Call, tmp_path: Path) -> None:
    text = '"""The docstring."""\nfrom __future__ import annotations\n' + HEAD
    text += 'assert __doc__ == "The docstring."\n"another text"\nassert __doc__ == "The docstring."\n'
    text += "x: Undefined = 1\ndef f(a: Undefined) -> Undefined: ...\nwith DAG('d'):\n    EmptyOperator(task_id='e')\n"
    (tmp_path / "file.py").write_text(text)
    assert call("check", "--strict", "file.py").out.endswith("1 file, 1 DAG: no errors, no findings\n")
    (tmp_path / "file.py").write_text(HEAD + "x = (1 +\n    undefined_here)\n")
    assert "file.py:3: exception: NameError" in call("check", "--strict", "file.py").out


@pytest.mark.parametrize(
    "text",
    [
        "@task  # fanjet: ignore[no-retries]\n    def a(): ...\n    a()",
        "@task\n    def a(): ...  # fanjet: ignore[no-retries, slow-file]\n    a()",
        "@task\n    def a(): ...\n    a()  # fanjet: ignore",
        "BashOperator(\n        task_id='a',  # fanjet: ignore[no-retries]\n        bash_command='a',\n    )",
        "# fanjet: ignore-file[no-retries]\n    BashOperator(task_id='a', bash_command='a')",
    ],
)
def test_comments_switch_rules_off(call: Call, tmp_path: Path, text: str) -> None:
    other = "\n    BashOperator(task_id='other', bash_command='a')\n"
    found = find(call, tmp_path, f"with DAG('d'):\n    {text}{other}")
    assert found == ([] if "ignore-file" in text else [("no-retries", "d", "other")])


def test_misspelt_rules_are_told(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text(
        f"{HEAD}with DAG('d'):  # fanjet: ignore[no-retry]\n    EmptyOperator(task_id='e')\n"
    )
    result = call("check", "--strict", "file.py")
    assert "file.py:2: unknown-rule: The comment names a rule 'no-retry', which there is not." in result.out
    assert "fix: did you mean 'no-retries'?" in result.out
    for arguments, message in (
        (("--strict", "--ignore", "no-retry"), "there is no such rule. Did you mean 'no-retries'?"),
        (("--ignore", "no-retries"), "Add --strict, or leave it out."),
    ):
        refused = call("check", *arguments, "file.py")
        assert refused.status == 2
        assert message in refused.err


def test_without_strict_nothing_is_found(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text(HEAD + RETRIES)
    result = call("check", "--json", "file.py")
    assert result.status == 0
    assert "findings" not in json.loads(result.out)
