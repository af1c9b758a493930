"""What starts often stays light."""

from __future__ import annotations

import subprocess
import sys

from e2e.program import Program

HEAVY = ("sqlalchemy", "alembic", "rich", "pandas", "numpy", "pyarrow", "fsspec", "cloudpickle", "jinja2", "asyncio")
HEAVY += ("cryptography", "fastapi", "pydantic", "starlette", "uvicorn", "prometheus_client")


def test_run_imports_nothing_heavy_off_a_terminal(fanjet: Program) -> None:
    file = fanjet.write(
        "small.py",
        """
        from fanjet import dag, task

        @dag
        def small():
            @task
            def add(x):
                return x + 1

            add.expand(x=[1, 2, 3])

        small()
        """,
    )
    code = (
        "import sys\nfrom fanjet.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('heavy:', *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "run", str(file)],
        env=fanjet.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "heavy:"


def test_import_fanjet_brings_in_nothing_heavy() -> None:
    code = f"import sys, fanjet\nprint(*[name for name in {(*HEAVY, 'click', 'sqlite3')!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == ""
