"""What a portal of this machine is given: the secrets that set-up wrote, and the addresses of what runs beside it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .setup import EMBEDDED, VAR, is_on

LONGEST_SOCKET_PATH = 100  # bytes; the system allows 107
PROVIDER_ADDRESSES = ("PROVIDER_ESIGNATURE_URL", "PROVIDER_FIRMADIGITALE_URL", "PROVIDER_OAUTH_URL")
TOLD_TO_OTHERS = ("PORTAL_URL", "REDIS_URL", "EMAIL_URL", "SMS_URL", *PROVIDER_ADDRESSES)
RUNNING = VAR / "running.env"


class Plan:
    """The environment of all processes, and which of them are ours to start."""

    def __init__(self, given: Mapping[str, str]) -> None:
        """``given`` wins over ``var/embedded.env``, and that over what is chosen here."""
        chosen = {**read(EMBEDDED), **given, "PYTHONUNBUFFERED": "1"}
        self.port = int(chosen.setdefault("PORT", "8000"))
        self.sandbox_port = int(chosen.setdefault("SANDBOX_PORT", "8001"))
        self.mail_port = int(chosen.setdefault("SANDBOX_SMTP_PORT", "8025"))
        self.portal = chosen.setdefault("PORTAL_URL", f"http://localhost:{self.port}").rstrip("/")
        self.sandbox = f"http://localhost:{self.sandbox_port}"
        self.has_sandbox = not any(chosen.get(name) for name in PROVIDER_ADDRESSES)
        self.broker_socket = None if chosen.get("REDIS_URL") else socket_path()
        self.is_demo = is_on(chosen.get("DEBUG")) or is_on(chosen.get("DEMO"))
        if self.has_sandbox:
            chosen |= dict.fromkeys(PROVIDER_ADDRESSES, self.sandbox)
            chosen.setdefault("EMAIL_URL", f"smtp://localhost:{self.mail_port}")
            chosen.setdefault("SMS_URL", f"{self.sandbox}/sms")
        if self.broker_socket:
            chosen["REDIS_URL"] = f"unix://{self.broker_socket}"
        # A proxy of the machine must not be asked for what runs on it.
        for name in ("no_proxy", "NO_PROXY"):
            chosen[name] = ",".join(filter(None, [chosen.get(name), "localhost", "127.0.0.1", "::1"]))
        self.environment = chosen

    def ports(self) -> dict[str, int]:
        """The ports that must be free, by the name of the variable that changes them."""
        ours = {"PORT": self.port}
        if self.has_sandbox:
            ours |= {"SANDBOX_PORT": self.sandbox_port, "SANDBOX_SMTP_PORT": self.mail_port}
        return ours

    def tell_others(self) -> None:
        """Leave the addresses for ``script/manage``, for as long as we run."""
        lines = [f"{name}={self.environment[name]}\n" for name in TOLD_TO_OTHERS if name in self.environment]
        RUNNING.write_text("".join(lines))


def read(path: Path) -> dict[str, str]:
    """The variables of a file of ``NAME=value`` lines; nothing when there is none."""
    if not path.exists():
        return {}
    lines = [line.strip() for line in path.read_text().splitlines()]
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def socket_path(folder: Path = VAR) -> Path:
    """Where the broker listens: in ``var/``, or in a short folder of our own when that is too deep down."""
    usual = folder / "valkey.sock"
    if len(os.fsencode(usual)) <= LONGEST_SOCKET_PATH:
        return usual
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"sigillo-{os.getuid()}-{mark}"
    short.mkdir(mode=0o700, exist_ok=True)
    if short.stat().st_uid != os.getuid() or short.stat().st_mode & 0o077:
        raise OSError(f"{short} belongs to somebody else: remove it, or set REDIS_URL")
    return short / "valkey.sock"
