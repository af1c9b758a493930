"""The pytest plugin, as somebody has it who installed Fanjet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

DAG = """
from fanjet import DAG, task
with DAG("shop"):
    @task
    def count():
        return 3
    count()
"""


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, without the plugins that this project has besides."""
    plugins = ["-p", "fanjet.testing.pytest_plugin"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins, *options],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_fixture_finds_files_and_failures_are_readable(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "shop.py").write_text(DAG)
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "tests" / "test_shop.py").write_text(
        dedent("""
        def test_from_the_root(run_dag):
            assert run_dag("dags/shop.py")["count"].value == 3

        def test_from_the_test_file(run_dag):
            assert run_dag("../dags/shop.py")["count"].value == 3

        def test_that_fails(run_dag):
            run_dag("dags/shop.py", replace={"count": ValueError("no stock")}).assert_success()
        """)
    )
    done = run_pytest(tmp_path)
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "count  failed  ValueError: no stock" in done.stdout


def test_the_plugin_imports_nothing_of_weight() -> None:
    code = (
        "import sys, pytest\nbefore = set(sys.modules)\nimport fanjet.testing.pytest_plugin\n"
        "print(*sorted(name for name in set(sys.modules) - before if not name.startswith('fanjet')))\n"
        "print(any(name.startswith(('fanjet.engine', 'fanjet.store', 'fanjet.runtime')) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    imported, has_layers = done.stdout.splitlines()
    assert has_layers == "False"
    assert not set(imported.split()) & {"sqlite3", "msgspec", "jinja2", "click"}
