"""Set-up: what a fresh machine with nothing but Python needs, done once and found done the next time."""

from __future__ import annotations

import base64
import ctypes.util
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
VAR = ROOT / "var"
PYTHON = VENV / "bin" / "python"
EMBEDDED = VAR / "embedded.env"
UV = Path(__file__).with_name("uv.txt")
PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")


class SetupFailed(Exception):
    """What is missing, and the one line that mends it."""


def is_on(value: str | None) -> bool:
    """Whether a variable of the environment says yes, as the settings read it."""
    return (value or "").strip().lower() in ("true", "on", "ok", "y", "yes", "1")


def say(text: str) -> None:
    print(f"» {text}", flush=True)


def set_up(*, with_dev: bool = False) -> None:
    """Libraries, secrets and translations. Raises ``SetupFailed``."""
    VAR.mkdir(exist_ok=True)
    make_venv()
    install(with_dev=with_dev)
    install_pango()
    write_secrets()
    catalogues = sorted((ROOT / "locale").rglob("*.po"))
    if needs("translations", catalogues) or not all(po.with_suffix(".mo").exists() for po in catalogues):
        run([PYTHON, "-m", "portal.catalogues", "compile"], "translations compiled")
        done("translations", catalogues)


def make_venv() -> None:
    """A virtual environment; where Debian left its module out, install it if that is ours to do.

    One that was moved here with its folder is made anew: its commands begin with the old path.
    """
    activate = VENV / "bin" / "activate"
    if PYTHON.exists() and activate.exists() and str(VENV) in activate.read_text() and _has_pip():
        return
    say(f"virtual environment with Python {sys.version.split()[0]}")
    for stamp in (VAR / "stamps").glob("libraries*"):
        stamp.unlink()
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if _venv_works():
        return
    if not (apt_install(f"python{version}-venv") or apt_install("python3-venv")) or not _venv_works():
        raise SetupFailed(f"Python's venv module is missing. Run: sudo apt-get install python{version}-venv")


def _has_pip() -> bool:
    return any(VENV.glob("lib/python3*/site-packages/pip/__init__.py"))


def _venv_works() -> bool:
    # Not sys.executable: that may be the very environment that is made anew.
    base = getattr(sys, "_base_executable", sys.executable)
    made = subprocess.run([base, "-m", "venv", "--clear", str(VENV)], capture_output=True)
    return made.returncode == 0


def apt_install(*packages: str) -> bool:
    """Install Debian packages when we may: as root, or by a sudo that asks nothing."""
    apt = shutil.which("apt-get")
    if not apt:
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and not shutil.which("sudo"):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        command = [*prefix, apt, *arguments]
        if (
            subprocess.run(command, env=environment, capture_output=True).returncode != 0
            and "install" in arguments
        ):
            return False
    return True


def install(*, with_dev: bool) -> None:
    """The locked libraries, with their digests checked; nothing to do when these exact ones are there.

    uv is some ten times faster where it can be had; plain pip does the same.
    """
    runtime, dev = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    if not needs("libraries-dev", [runtime, dev]) or not (with_dev or needs("libraries", [runtime])):
        return
    wanted = dev if with_dev else runtime
    say(f"libraries of {wanted.name}")
    locked = ["--require-hashes", "-r", str(wanted)]
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    uv = [str(PYTHON), "-m", "uv", "pip", "install", "-q", "--python", str(PYTHON)]
    has_uv = _succeeds([*pip, "--only-binary", ":all:", "--require-hashes", "-r", str(UV)])
    if not has_uv or not _succeeds([*uv, *locked]):
        run([*pip, *locked], f"{wanted.name} installed")
    done("libraries-dev" if with_dev else "libraries", [runtime, dev] if with_dev else [runtime])


def install_pango() -> None:
    """What sets the type of PDF invoices; no wheel brings it. Without it everything else works."""
    if ctypes.util.find_library("pango-1.0") and ctypes.util.find_library("pangoft2-1.0"):
        return
    if apt_install(*PANGO):
        say("Pango installed, for invoices in PDF")
    else:
        say(f"Invoices will have no PDF until Pango is installed: sudo apt-get install {' '.join(PANGO)}")


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0


def write_secrets() -> None:
    """Secrets of this machine, made once. Production has its own, in its environment."""
    if EMBEDDED.exists():
        return
    settings = {
        "DEBUG": "1",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "TRUST_ROOTS": str(VAR / "sandbox" / "trust"),
        "STAFF_ALERTS": "staff@sigillo.example",
    }
    text = "".join(f"{name}={value}\n" for name, value in settings.items())
    descriptor = os.open(EMBEDDED, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("# Written by script/setup for this machine alone; never copy it to another.\n" + text)
    say("secrets of this machine written to var/embedded.env")


def needs(name: str, sources: list[Path], extra: str = "") -> bool:
    """Whether a step must be done (again): its sources are not the ones it was done with."""
    stamp = VAR / "stamps" / name
    return not stamp.exists() or stamp.read_text() != _digest(sources, extra)


def done(name: str, sources: list[Path], extra: str = "") -> None:
    """Remember what a step was done with."""
    (VAR / "stamps").mkdir(parents=True, exist_ok=True)
    (VAR / "stamps" / name).write_text(_digest(sources, extra))


def _digest(sources: list[Path], extra: str) -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]}{VENV}{extra}".encode())
    for source in sources:
        digest.update(f"{source.relative_to(ROOT)}\0".encode())
        digest.update(source.read_bytes() if source.exists() else b"")
    return digest.hexdigest()


def run(command: list[object], what: str) -> None:
    """Run a step; its output is shown only when it fails."""
    result = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        raise SetupFailed(f"{what} failed:\n{result.stdout}{result.stderr}")
    say(what)


def main() -> None:
    try:
        set_up(with_dev="--dev" in sys.argv[1:])
    except SetupFailed as error:
        sys.exit(f"Set-up cannot go on. {error}")


if __name__ == "__main__":
    main()
