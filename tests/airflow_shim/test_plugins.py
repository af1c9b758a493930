"""Macros of plugins that the DAG file does not import: templates find them under the plugin's name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from e2e.program import Program

PLUGIN = """
from airflow.plugins_manager import AirflowPlugin

def shout(text):
    return str(text).upper()

class Loud(AirflowPlugin):
    name = "loud"
    macros = [shout]
"""
DAG = """
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("d"):
    BashOperator(task_id="t", bash_command="echo {{ macros.loud.shout('hear ' + ds) }}")
    BashOperator(task_id="wrong", bash_command="echo {{ macros.nobody.shout(ds) }}")
"""


@pytest.mark.parametrize("by_setting", [False, True])
def test_macros_of_the_plugins_folder(tmp_path: Path, by_setting: bool) -> None:
    program = Program(tmp_path)
    plugins = tmp_path / ("elsewhere" if by_setting else "project/plugins")
    dags = tmp_path / "project" / "dags"
    for folder in (plugins, dags):
        folder.mkdir(parents=True)
    (plugins / "loud_plugin.py").write_text(PLUGIN)
    (plugins / "broken_plugin.py").write_text(
        "from airflow.plugins_manager import AirflowPlugin\nimport nothing_there\n"
    )
    (plugins / "script.py").write_text("raise SystemExit('no plugin, and not loaded')\n")
    if by_setting:
        program.settings["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(plugins)
    (dags / "d.py").write_text(DAG)
    (run,) = program.results("run", dags / "d.py", "--logical-date", "2024-01-31", code=1)
    found = {instance["task_id"]: instance for instance in run["instances"]}
    assert found["t"]["value"] == "HEAR 2024-01-31"
    assert found["wrong"]["state"] == "failed"
    assert "no attribute 'nobody'" in json.dumps(program.read_json("show", "1"))
    assert "The plugin" in program.read("logs", "1", "t") + program.read("logs", "1", "wrong")
    program.close()
