"""What must be true before the portal starts: the database up to date, the demo's people there, static files."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from .setup import EMBEDDED, PYTHON, ROOT, VAR, SetupFailed, done, is_on, needs, say

DATABASE = VAR / "sigillo.sqlite3"
LOGINS = VAR / "demo" / "logins.txt"


def prepare(environment: Mapping[str, str], *, with_demo_data: bool) -> None:
    """Bring everything up to date; skipped when nothing has changed since the last time.

    A database of one's own (``DATABASE_URL``) is asked each time: others may have changed it. Raises ``SetupFailed``.
    """
    sources = [*sorted(ROOT.glob("*/migrations/*.py")), *sorted(ROOT.glob("*/start_*.py"))]
    sources += [ROOT / "portal" / "demo.py", ROOT / "requirements.txt", EMBEDDED]
    is_kept = "DATABASE_URL" not in environment and DATABASE.exists() and not needs("database", sources)
    if not is_kept:
        _manage(environment, "migrate", "-v0")
        say("database ready")
    if with_demo_data and not (is_kept and LOGINS.exists()):
        logins = _manage(environment, "demo_data")
        LOGINS.parent.mkdir(exist_ok=True)
        LOGINS.write_text(logins)
        say("demo data ready")
    if not is_on(environment.get("DEBUG")):
        # With DEBUG on they are served from where they lie.
        _manage(environment, "collectstatic", "--noinput", "-v0")
        say("static files ready")
    if "DATABASE_URL" not in environment:
        done("database", sources)


def _manage(environment: Mapping[str, str], *arguments: str) -> str:
    command = [str(PYTHON), str(Path("manage.py")), *arguments]
    result = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, text=True)
    if result.returncode != 0:
        raise SetupFailed(f"manage.py {arguments[0]} failed:\n{result.stdout}{result.stderr}")
    return result.stdout
