"""Set-up is done once, and found done the next time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from script.lib import setup
from script.lib.embedded import read

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    for name, value in {
        "ROOT": tmp_path,
        "VAR": tmp_path / "var",
        "EMBEDDED": tmp_path / "var" / "embedded.env",
    }.items():
        monkeypatch.setattr(setup, name, value)
    return tmp_path


def test_a_step_is_needed_until_done_and_again_when_its_source_changes(here: Path) -> None:
    source = here / "requirements.txt"
    source.write_text("django==5.2")
    assert setup.needs("libraries", [source])
    setup.done("libraries", [source])
    assert not setup.needs("libraries", [source])
    source.write_text("django==5.3")
    assert setup.needs("libraries", [source])


def test_secrets_are_made_once_and_for_this_user_alone(here: Path) -> None:
    setup.write_secrets()
    first = read(setup.EMBEDDED)
    setup.write_secrets()
    assert read(setup.EMBEDDED) == first
    assert setup.EMBEDDED.stat().st_mode & 0o777 == 0o600
    assert len(first["SECRET_KEY"]) >= 50


def test_secrets_differ_between_machines(here: Path) -> None:
    setup.write_secrets()
    first = read(setup.EMBEDDED)
    setup.EMBEDDED.unlink()
    setup.write_secrets()
    second = read(setup.EMBEDDED)
    assert first["SECRET_KEY"] != second["SECRET_KEY"]
    assert first["ENCRYPTION_KEYS"] != second["ENCRYPTION_KEYS"]


def test_a_step_that_fails_shows_what_it_said(here: Path) -> None:
    with pytest.raises(setup.SetupFailed, match="no such table"):
        setup.run([sys.executable, "-c", "raise SystemExit('no such table')"], "database ready")


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("True", True), ("on", True), ("0", False), ("", False), (None, False)]
)
def test_yes_and_no_are_read_as_the_settings_read_them(value: str | None, meant: bool) -> None:
    assert setup.is_on(value) is meant


def test_an_old_python_is_passed_over(tmp_path: Path) -> None:
    """The Python that the scripts take is 3.11 or newer, whatever stands first."""
    for name in ("python3", "python3.13"):
        old = tmp_path / name
        old.write_text("#!/bin/sh\nexit 1\n")
        old.chmod(0o755)
    lib = tmp_path / "script" / "lib"
    lib.mkdir(parents=True)
    (lib / "python.sh").write_text((ROOT / "script" / "lib" / "python.sh").read_text())
    path = f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin"
    found = subprocess.run(
        ["bash", "-c", f"source {lib}/python.sh; echo $python"],
        env={"PATH": path},
        capture_output=True,
        text=True,
    )
    assert found.stdout.strip() not in ("python3", "python3.13")
    assert found.stdout.strip() or "Sigillo needs Python 3.11 or newer" in found.stderr
