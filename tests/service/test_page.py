"""docs/running-a-service.md: its DAG is served, requests are answered as shown, and its metrics are those there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from docs.pages import ROOT, read_blocks
from docs.sessions import agrees, read_steps
from fanjet.bootstrap.service.folder_meters import FolderMeters
from fanjet.folder.counters import Counters
from fanjet.scheduler.meters import Meters
from installed import FANJET
from service.running import Service

PAGE = ROOT / "docs" / "running-a-service.md"


def test_requests_are_answered_as_the_page_shows(service: Service) -> None:
    blocks = read_blocks(PAGE)
    folder = service.home / "dags"
    folder.mkdir(parents=True)
    for block in blocks:
        if block.kind == "served":
            (folder / block.name).write_text(block.text)
    service.start()
    service.wait_until(lambda: service.ask("/api/v1/dags")[1]["dags"], "the DAG is loaded")
    service.wait_until(lambda: service.ask("/health")[1]["folder_looked_at"], "the folder has been looked at")
    address = service.find_address() or ""
    for block in blocks:
        for step in read_steps(block.text) if block.kind == "asked" else ():
            command = step.command.replace("http://127.0.0.1:8080", address)
            if command.endswith("/result"):  # the page shows what there is when the run has ended
                service.wait_until(lambda command=command: "detail" not in _ask(command), "the run has ended")
            told = _ask(command)
            assert agrees(step.output, told), f"{block.place}: $ {step.command}\n{told}"


def _ask(command: str) -> str:
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=True).stdout


def test_the_page_names_each_metric(service: Service) -> None:
    service.start()
    families = re.findall(r"^# TYPE (\w+)", service.ask("/metrics")[1], re.MULTILINE)
    samples = [*Meters().all.read(), *FolderMeters().read(Counters())]
    named = set(re.findall(r"`(fanjet_\w+)`", PAGE.read_text(encoding="utf-8")))
    assert named == {*families, *(sample.name for sample in samples)}


def test_the_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    checker = shutil.which("systemd-analyze")
    if checker is None:
        return  # not on this system
    unit = tmp_path / "fanjet.service"
    text = (ROOT / "deploy" / "fanjet.service").read_text(encoding="utf-8")
    unit.write_text(text.replace("/opt/fanjet/bin/fanjet", str(FANJET)))
    done = subprocess.run([checker, "verify", unit], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0
    assert "fanjet.service" not in done.stderr, done.stderr


def test_a_container_is_healthy_while_its_service_is(service: Service) -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    found = re.search(r"^HEALTHCHECK .*\\\n +CMD (\[.*\])$", text, re.MULTILINE)
    assert found is not None
    _, *arguments = json.loads(found[1])
    service.start()
    port = (service.find_address() or "").rpartition(":")[2]

    def look(port: str) -> int:
        environment = {**service.environment(), "FANJET_PORT": port, "http_proxy": "http://127.0.0.1:1"}
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, timeout=30, check=False).returncode

    assert look(port) == 0
    assert look("1") == 1


def test_the_files_of_a_deployment_name_settings_that_exist() -> None:
    from fanjet.settings.table import SETTINGS

    known = {setting.variable for setting in SETTINGS}
    for name in ("fanjet.service", "Containerfile", "compose.yaml"):
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        assert set(re.findall(r"\bFANJET_(?!NAME)[A-Z_]+\b", text)) <= known, name
