"""docker-compose.yml without an engine: each command started as it stands, in a folder that holds what the image holds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
import yaml

from sandbox.testing import free_port
from script.lib.new_env import new_env

ROOT = Path(__file__).resolve().parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = {"migrate", "web", "worker", "beat", "sandbox", "demo-data"}
BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 60


def test_every_service_that_is_ours_has_a_command() -> None:
    assert {name for name, service in SERVICES.items() if service.get("image") == "sigillo"} == OURS
    assert all(SERVICES[name]["command"] for name in OURS)


def test_only_the_front_is_reached_from_outside() -> None:
    open_to_all = {
        name
        for name, service in SERVICES.items()
        for port in service.get("ports", [])
        if not port.startswith("127.0.0.1:")
    }
    assert open_to_all == {"front"}


def test_the_sandbox_and_its_people_come_only_when_asked_for() -> None:
    assert {name for name, service in SERVICES.items() if service.get("profiles")} == {"sandbox", "demo-data"}
    assert all(SERVICES[name]["profiles"] == ["demo"] for name in ("sandbox", "demo-data"))


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_every_setting_can_be_given(service: str) -> None:
    """What Docker does not pass on may stand in .env for ever. (That all are documented: test_production.py.)"""
    settings = "".join(path.read_text() for path in (ROOT / "portal" / "settings").glob("*.py"))
    server = (ROOT / "deploy" / "gunicorn.conf.py").read_text()
    read = re.findall(r"env\.\w+\(\s*\"([A-Z0-9_]+)\"", settings)
    read += re.findall(r"os\.environ\.get\(\"([A-Z0-9_]+)\"", server)
    # Where the web server listens is the front's to know.
    assert sorted(set(read) - {"BIND"} - set(SERVICES[service]["environment"])) == []


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder with what ``.dockerignore`` lets into the image, prepared as the Dockerfile says."""
    folder = tmp_path / "image"
    folder.mkdir()
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        source = ROOT / line.removeprefix("!")
        if line.startswith("!") and source.is_dir():
            shutil.copytree(
                source, folder / source.name, ignore=shutil.ignore_patterns("tests", "__pycache__")
            )
        elif line.startswith("!"):
            shutil.copy(source, folder)
    (folder / "var" / "archive").mkdir(parents=True)
    (folder / "var" / "sandbox").mkdir()
    run = re.search(r"^RUN (DEBUG=0 .*?) \\\n && python -m compileall", _dockerfile(), re.M | re.S)
    assert run
    subprocess.run(["sh", "-ec", run[1]], cwd=folder, env=_plain(), check=True, capture_output=True)
    return folder


@pytest.fixture
def database() -> Iterator[str]:
    """An empty PostgreSQL database of this test's own."""
    parts = urlsplit(os.environ["TEST_DATABASE_URL"])
    name = f"sigillo_compose_{os.getpid()}"
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
        yield urlunsplit(parts._replace(path=f"/{name}"))
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.postgres
@pytest.mark.slow
def test_every_command_starts_as_it_stands(image: Path, database: str, tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("web", "sandbox", "mail")}
    sandbox = f"http://localhost:{ports['sandbox']}"
    elsewhere = {
        "DATABASE_URL": database,
        "REDIS_URL": os.environ["TEST_REDIS_URL"],
        "ARCHIVE_FOLDER": str(image / "var" / "archive"),
        "TRUST_ROOTS": str(image / "var" / "sandbox" / "trust"),
        "EMAIL_URL": f"smtp://localhost:{ports['mail']}",
        "BIND": f"127.0.0.1:{ports['web']}",
        **dict.fromkeys(
            ["PROVIDER_ESIGNATURE_URL", "PROVIDER_FIRMADIGITALE_URL", "PROVIDER_OAUTH_URL"], sandbox
        ),
    }
    with ExitStack() as running:

        def environment(service: str) -> dict[str, str]:
            return {**_plain(), **_environment_of(service), **elsewhere}

        def finishes(service: str) -> str:
            done = subprocess.run(
                SERVICES[service]["command"],
                cwd=image,
                env=environment(service),
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        def keeps_running(service: str, *replaced: tuple[str, int]) -> None:
            command = [dict(replaced).get(part, part) for part in SERVICES[service]["command"]]
            log = tmp_path / f"{service}.log"
            running.enter_context(_running(command, image, environment(service), log))

        finishes("migrate")
        assert "giulia@bottega.example" in finishes("demo-data")
        keeps_running(
            "sandbox", ("0.0.0.0", "127.0.0.1"), ("8001", ports["sandbox"]), ("8025", ports["mail"])
        )
        keeps_running("web")
        keeps_running("worker")
        keeps_running("beat")

        _until(lambda: httpx.get(sandbox).is_success)
        healthcheck = [sys.executable, "deploy/healthcheck.py"]
        _until(
            lambda: (
                subprocess.run(healthcheck, cwd=image, env=environment("web"), capture_output=True).returncode
                == 0
            )
        )
        page = httpx.get(
            f"http://127.0.0.1:{ports['web']}/accounts/login/",
            headers={"Host": "sigillo.localhost", "X-Forwarded-Proto": "https"},
        )
        assert page.status_code == 200
        assert "/static/css/sigillo." in page.text
        _until(lambda: list((image / "var").glob("celerybeat-schedule*")))
        _until(lambda: "ready" in (tmp_path / "worker.log").read_text())


def _dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def _plain() -> dict[str, str]:
    """An environment that says nothing about this checkout; its libraries are those of the image."""
    kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
    return {**kept, "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}


def _environment_of(service: str) -> dict[str, str]:
    """What the service is given, with the variables of a new demo portal filled in as Docker does it."""
    lines = [line for line in new_env("--demo").splitlines() if line and not line.startswith("#")]
    variables = dict(line.split("=", 1) for line in lines)
    given = SERVICES[service]["environment"]
    filled = {name: _filled(value, variables) for name, value in given.items()}
    return {name: value for name, value in filled.items() if value is not None}


def _filled(value: str | None, variables: Mapping[str, str]) -> str | None:
    if value is None:
        return None

    def one(match: re.Match[str]) -> str:
        name, needed, default = match[1], match[2], match[3]
        assert variables.get(name) or needed != ":?", f"{name} is needed, and a new env does not name it"
        return variables.get(name) or default or ""

    return re.sub(r"\$\{(\w+)(?:(:[?-])([^}]*))?\}", one, value)


@contextmanager
def _running(command: list[Any], folder: Path, environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=folder, env=environment, stdout=output, stderr=output
        )
        try:
            yield
            assert process.poll() is None, log.read_text()[-2000:]
        finally:
            process.terminate()
            process.wait(30)


def _until(claim: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if claim():
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
