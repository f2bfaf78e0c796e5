"""``script/test``: everything that guards the project, each guard under its heading, all of them run.

The tests come last, so that the output ends with the test runner's own closing line.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .new_env import new_env
from .services import Missing, postgresql, redis
from .setup import PYTHON, ROOT, VENV, apt_install, say

BIN = VENV / "bin"
REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
NO_TESTS_CHOSEN = 5

# Settings of a portal that someone runs from this shell must not reach the tests.
OURS_TO_CHOOSE = (
    "DEBUG", "DEMO", "SECRET_KEY", "ENCRYPTION_KEYS", "DATABASE_URL", "REDIS_URL", "PORTAL_URL", "ALLOWED_HOSTS",
    "EMAIL_URL", "SMS_URL", "SMS_KEY", "ARCHIVE_FOLDER", "ARCHIVE_S3_BUCKET", "TRUST_ROOTS", "PROVIDER_ESIGNATURE_URL",
    "PROVIDER_FIRMADIGITALE_URL", "PROVIDER_OAUTH_URL", "PROVIDER_GENERATION", "CALLBACK_URL", "PORT",
)  # fmt: skip

PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "check-" + "k9Zq" * 15,
    "ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "ALLOWED_HOSTS": "sigillo.example",
    "PORTAL_URL": "https://sigillo.example",
    "PROVIDER_EMAIL": "reseller@sigillo.example",
    "PROVIDER_API_KEY": "a-key-of-its-own",
    "PROVIDER_ESIGNATURE_URL": "https://signature.example",
    "PROVIDER_FIRMADIGITALE_URL": "https://signature.example",
    "PROVIDER_OAUTH_URL": "https://signature.example",
    "DATABASE_URL": "sqlite:///:memory:",
}


class Results:
    """What each guard said, for the table."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, float]] = []

    @property
    def has_failed(self) -> bool:
        return any(outcome == "FAILED" for _, outcome, _ in self.rows)

    def run(
        self, name: str, command: Sequence[object], *, also_good: Sequence[int] = (), **environment: str
    ) -> None:
        """Run a guard with its output on the screen."""
        print(f"\n━━ {name}", flush=True)
        started = time.monotonic()
        status = subprocess.run(
            [str(part) for part in command], cwd=ROOT, env={**os.environ, **environment}
        ).returncode
        outcome = "ok" if status in (0, *also_good) else "FAILED"
        self.rows.append((name, outcome, time.monotonic() - started))

    def skip(self, name: str, why: str, *, counts: bool = REQUIRED) -> None:
        """Say loudly that a guard was left out; where services are required, that is a failure."""
        print(f"\n!! {name} SKIPPED: {why}", flush=True)
        self.rows.append((name, "FAILED" if counts else "skipped", 0.0))

    def print_table(self) -> None:
        if self.rows:
            lines = (f"  {outcome:8} {seconds:6.1f} s  {name}" for name, outcome, seconds in self.rows)
            print("\n━━ so far\n" + "\n".join(lines), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/test", description=__doc__, add_help=False)
    parser.add_argument("--fast", action="store_true")
    arguments, to_pytest = parser.parse_known_args()
    for name in OURS_TO_CHOOSE:
        os.environ.pop(name, None)
    results = Results()
    if not arguments.fast:
        run_guards(results)
    with services(results, is_fast=arguments.fast) as environment:
        run_tests(results, to_pytest, environment)
    return 1 if results.has_failed else 0


def run_guards(results: Results) -> None:
    """Everything but the tests."""
    manage = [PYTHON, "manage.py"]
    results.run("formatting", [BIN / "ruff", "format", "--check", "--quiet", "."])
    results.run("lint", [BIN / "ruff", "check", "--quiet", "."])
    results.run("who may import whom", [BIN / "lint-imports", "--no-cache", "--no-logo"])
    results.run("types", [BIN / "mypy"])
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/check.sqlite3"
        results.run("missing migrations", [*manage, "makemigrations", "--check", "--dry-run"],
                    DATABASE_URL=database)  # fmt: skip
    results.run("translations", [PYTHON, "-m", "portal.catalogues", "check"])
    deploy = [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    results.run("production settings", deploy, **PRODUCTION)
    check_compose(results)


def check_compose(results: Results) -> None:
    """docker-compose.yml as Docker reads it. No engine is needed for it, but Docker's client with its plugin is."""
    name = "docker-compose.yml"
    compose = ["docker", "compose"] if _succeeds("docker", "compose", "version") else ["docker-compose"]
    if shutil.which(compose[0]) is None:
        # Not a service that tests need: tests/scripts/test_compose.py reads the file itself on every machine.
        results.skip(f"{name} by Docker", "no docker compose here", counts=False)
        return
    with tempfile.NamedTemporaryFile("w", suffix=".env") as variables:
        variables.write(new_env("--demo"))
        variables.flush()
        results.run(name, [*compose, "--env-file", variables.name, "--profile", "demo", "config", "-q"])


def _succeeds(*command: str) -> bool:
    return bool(shutil.which(command[0])) and subprocess.run(command, capture_output=True).returncode == 0


@contextmanager
def services(results: Results, *, is_fast: bool) -> Iterator[dict[str, str]]:
    """The Redis, PostgreSQL and Chromium that the tests use: those that are there, else from wheels or Debian."""
    with redis() as redis_url:
        if redis_url:
            say(f"Redis for the tests: {redis_url}")
        else:
            results.skip("tests with Redis", "none on 127.0.0.1:6379, and none to be had as a wheel")
        environment = {"TEST_REDIS_URL": redis_url, "CHROMIUM": chromium(results), "TEST_DATABASE_URL": ""}
        if is_fast:
            yield environment
            return
        try:
            with postgresql() as database_url:
                say(f"PostgreSQL for the tests: {database_url.rpartition('@')[2]}")
                yield {**environment, "TEST_DATABASE_URL": database_url}
        except Missing as error:
            results.skip("tests on PostgreSQL", str(error))
            yield environment


def chromium(results: Results) -> str:
    """Where Chromium is; installed when it is not there and that is ours to do; empty when it cannot be had."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), "")
    if not found and apt_install("chromium", "fonts-dejavu-core"):
        found = shutil.which("chromium") or ""
    if not found:
        results.skip(
            "tests in a browser", "no Chromium, and it could not be installed (apt-get install chromium)"
        )
    return found


def run_tests(results: Results, to_pytest: list[str], environment: dict[str, str]) -> None:
    """pytest on SQLite, then what another database can change on PostgreSQL. It prints the last line."""
    is_parallel = any(argument.startswith(("-n", "--numprocesses")) for argument in to_pytest)
    # By group: the browser's tests share one running portal, so they all go to the same process.
    processes = ["-n", os.environ.get("TEST_PROCESSES", "auto"), "--dist", "loadgroup"]
    parallel = [] if is_parallel else processes
    pytest = [PYTHON, "-m", "pytest", "-q", *parallel]
    database_url = environment["TEST_DATABASE_URL"]
    on_sqlite = {**environment, "TEST_DATABASE_URL": ""}
    on_one = [*pytest, "-m", "not postgres", *to_pytest]
    if not database_url:
        results.print_table()
        results.run("tests on SQLite", on_one, **on_sqlite)
        return
    # With arguments, all that was chosen may belong to one pass alone.
    also_good = [NO_TESTS_CHOSEN] if to_pytest else []
    results.run("tests on SQLite", on_one, also_good=also_good, **on_sqlite)
    results.print_table()
    second = [*pytest, "-m", "not browser and not sqlite_only", *to_pytest]
    results.run("tests on PostgreSQL", second, also_good=also_good, **environment)


if __name__ == "__main__":
    sys.exit(main())
