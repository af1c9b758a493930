"""`import airflow...` gives Fanjet's names where it should, and nowhere else."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from fanjet.airflow import airflow_names
from fanjet.errors import DagError


@pytest.fixture
def names():
    with airflow_names():
        yield importlib.import_module


def test_old_and_new_homes_give_the_same_class(names):
    from fanjet import BashOperator, EmptyOperator

    for home in (
        "airflow.operators.bash_operator",
        "airflow.operators.bash",
        "airflow.providers.standard.operators.bash",
    ):
        assert names(home).BashOperator is BashOperator
    assert names("airflow.operators.dummy").DummyOperator is EmptyOperator


def test_modules_can_be_imported_from_their_packages(names):
    from airflow import models, settings
    from airflow.operators import bash, python_operator
    from airflow.utils import dates

    assert models.DAG is sys.modules["airflow"].DAG
    assert bash.__name__ == "airflow.operators.bash"
    assert python_operator.PythonOperator
    assert dates.days_ago
    assert settings.Session


def test_a_star_import_gives_all_there_is(names):
    space: dict[str, object] = {}
    exec("from airflow.sdk import *", space)
    assert {"DAG", "task", "Asset", "chain"} <= space.keys()
    assert "lineage" not in space


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("from airflow.operators.bash import BashOperater", "did you mean 'BashOperator'?"),
        ("from airflow.models import task_group", "import it from 'airflow.sdk'"),
        ("from airflow.operators.bsh import BashOperator", "did you mean 'bash'?"),
        ("from airflow.contrib.operators.x import X", "Airflow has moved what was there to providers"),
        ("import airflow.utils.daets", "did you mean 'dates'?"),
        ("from airflow.models import DagBag", "it is a table of Airflow's database"),
        ("from airflow.secrets import BaseSecretsBackend", "use Variable and Connection"),
        ("from airflow.sdk.serde import serialize", "values are stored in another way"),
        ("from airflow.callbacks.callback_requests import X", "it is a part of Airflow's server"),
        ("from airflow.providers.standard.decorators.bash import bash_task", "write @task.bash"),
        ("from airflow.www.app import create_app", "it is a part of Airflow's server"),
        ("from airflow.providers.nowhere.hooks.x import X", "pip install --no-deps apache-airflow-providers-nowhere"),
        ("from airflow.providers.apache.nope.x import X", "apache-airflow-providers-apache-nope"),
        ("from airflow.providers.standard.operators.bsh import X", "airflow.providers.standard.operators.bash"),
    ],
)
def test_a_name_that_is_not_there_says_what_to_do(names, statement, message):
    with pytest.raises(ImportError) as caught:
        exec(statement)
    assert message in str(caught.value)
    assert isinstance(caught.value, DagError)


def test_files_may_try_one_name_after_another(names):
    try:
        from airflow import nowhere as thing
    except ImportError:
        thing = None
    assert thing is None
    assert not hasattr(names("airflow.models"), "Nothing")
    assert getattr(names("airflow"), "__file__", None) is None


def test_nothing_is_left_behind(names):
    names("airflow.sdk")
    with airflow_names():
        names("airflow.models")
    assert "airflow.sdk" in sys.modules


def test_outside_there_is_no_airflow():
    finders = list(sys.meta_path)
    with airflow_names():
        importlib.import_module("airflow.sdk")
    assert not [name for name in sys.modules if name.partition(".")[0] == "airflow"]
    assert sys.meta_path == finders
    with pytest.raises(ImportError):
        importlib.import_module("airflow.sdk")


def test_an_airflow_of_others_is_put_aside_for_a_while(tmp_path: Path, monkeypatch):
    package = tmp_path / "airflow"
    package.mkdir()
    (package / "__init__.py").write_text("whose = 'theirs'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    theirs = importlib.import_module("airflow")
    try:
        with airflow_names():
            import airflow

            assert airflow.__version__ == "3.3.2"
            assert not hasattr(airflow, "whose")
        assert sys.modules["airflow"] is theirs
    finally:
        del sys.modules["airflow"]


def test_modules_of_installed_providers_are_theirs(tmp_path: Path, monkeypatch, names):
    hooks = tmp_path / "airflow" / "providers" / "acme" / "hooks"
    hooks.mkdir(parents=True)
    (hooks.parent / "__init__.py").write_text("__version__ = '1.2'\n")
    (hooks / "__init__.py").touch()
    (hooks / "acme.py").write_text("from airflow.hooks.base import BaseHook\nclass AcmeHook(BaseHook): ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    hook = names("airflow.providers.acme.hooks.acme").AcmeHook
    assert hook.__mro__[1] is names("airflow.hooks.base").BaseHook
    assert names("airflow.providers.acme").__version__ == "1.2"


def test_files_that_import_nothing_of_airflow_pay_nothing(tmp_path: Path):
    file = tmp_path / "plain.py"
    file.write_text(
        "from fanjet import dag, task\n@dag\ndef d():\n    task(lambda: 1, task_id='t')() if 0 else None\nd()\n"
    )
    code = (
        "import sys; from pathlib import Path; from fanjet.parsing.loader import load_file\n"
        f"load_file(Path({str(file)!r}), Path({str(tmp_path)!r}))\n"
        "print(sorted(name for name in sys.modules if name.startswith('fanjet.airflow') or name == 'pendulum'))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert shown.strip() == "['fanjet.airflow', 'fanjet.airflow.finder']"


def test_a_file_may_ask_what_there_is(names):
    import importlib.util

    assert importlib.util.find_spec("airflow.providers.nowhere") is None
    assert importlib.util.find_spec("airflow.operators.bash") is not None
