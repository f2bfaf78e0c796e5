"""What runs beside the portal, and where it is told to others."""

from pathlib import Path

import pytest

from script.lib import embedded
from script.lib.embedded import Plan, read, socket_path


@pytest.fixture(autouse=True)
def _no_file_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded, "EMBEDDED", tmp_path / "embedded.env")
    monkeypatch.setattr(embedded, "RUNNING", tmp_path / "running.env")


def test_with_nothing_set_broker_and_sandbox_are_ours_to_start() -> None:
    plan = Plan({})
    assert plan.has_sandbox
    assert plan.broker_socket
    assert plan.environment["REDIS_URL"] == f"unix://{plan.broker_socket}"
    assert plan.environment["PROVIDER_OAUTH_URL"] == "http://localhost:8001"
    assert plan.environment["EMAIL_URL"] == "smtp://localhost:8025"
    assert plan.portal == "http://localhost:8000"


def test_what_is_set_is_used_as_it_is() -> None:
    given = {"REDIS_URL": "redis://queue:6379/0", "PROVIDER_ESIGNATURE_URL": "https://provider.example"}
    plan = Plan(given)
    assert not plan.has_sandbox
    assert plan.broker_socket is None
    assert plan.environment.items() >= given.items()
    assert "EMAIL_URL" not in plan.environment
    assert plan.ports() == {"PORT": 8000}


def test_the_environment_wins_over_the_file_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "embedded.env").write_text("# a note\nDEBUG=1\nPORT=9000\nREDIS_URL=redis://file/0\n")
    plan = Plan({"PORT": "9100"})
    assert plan.port == 9100
    assert plan.environment["REDIS_URL"] == "redis://file/0"
    assert plan.is_demo


def test_other_ports_move_every_address() -> None:
    plan = Plan({"PORT": "9100", "SANDBOX_PORT": "9101", "SANDBOX_SMTP_PORT": "9125"})
    assert plan.environment["PORTAL_URL"] == "http://localhost:9100"
    assert plan.environment["PROVIDER_ESIGNATURE_URL"] == "http://localhost:9101"
    assert plan.environment["EMAIL_URL"] == "smtp://localhost:9125"
    assert plan.environment["SMS_URL"] == "http://localhost:9101/sms"
    assert set(plan.ports().values()) == {9100, 9101, 9125}


def test_what_runs_here_is_not_asked_through_a_proxy() -> None:
    plan = Plan({"http_proxy": "http://proxy.example:3128", "no_proxy": "intranet.example"})
    assert plan.environment["no_proxy"] == "intranet.example,localhost,127.0.0.1,::1"


def test_other_commands_are_told_the_addresses_and_no_secrets(tmp_path: Path) -> None:
    Plan({"SECRET_KEY": "hush", "PORT": "9100"}).tell_others()
    told = read(tmp_path / "running.env")
    assert told["PORTAL_URL"] == "http://localhost:9100"
    assert "hush" not in told.values()


def test_a_socket_too_deep_down_moves_to_a_short_folder(tmp_path: Path) -> None:
    assert socket_path(Path("/var/sigillo")) == Path("/var/sigillo/valkey.sock")
    deep = tmp_path / ("very-" * 20) / "var"
    path = socket_path(deep)
    assert len(str(path)) < 100
    assert path.parent.stat().st_mode & 0o077 == 0
    assert socket_path(deep) == path
    path.parent.rmdir()
