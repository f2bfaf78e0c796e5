"""The web server, the same in development and behind the TLS front; every value can be set from the environment."""

import os
import re
from pathlib import Path

from gunicorn.glogging import Logger

_is_debug = os.environ.get("DEBUG", "0").lower() in ("1", "true", "yes", "on")

wsgi_app = "portal.wsgi"
bind = os.environ.get("BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
worker_class = "gthread"
keepalive = 30
timeout = 60
graceful_timeout = int(os.environ.get("WEB_GRACE_SECONDS", "25"))
# What a worker may have piled up goes with it; the spread keeps workers from leaving together.
max_requests = 5000
max_requests_jitter = 500
# The heartbeat file on a disk can block a worker; memory cannot. Gunicorn gives it no name there.
_memory = Path("/dev/shm")
worker_tmp_dir = str(_memory) if _memory.is_dir() else None
# One socket in the home folder would be shared by all portals of a machine.
control_socket_disable = True
accesslog = "-"
access_log_format = (
    "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
    if _is_debug
    else '{"event": "request", "method": "%(m)s", "path": "%(U)s", "status": %(s)s, "bytes": "%(B)s", "ms": %(M)s}'
)

_SECRET = re.compile(
    r"(?<=/)(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:/|$))[A-Za-z0-9_:-]{16,}(?=/|$)"
)


def without_secrets(path: str) -> str:
    """A path with its long opaque parts blotted out: links of signers, invitations and confirmations open doors.

    Identifiers of objects (UUIDs) stay, since they open nothing by themselves.
    """
    return _SECRET.sub("***", path)


class _Logger(Logger):
    def atoms(self, resp, req, environ, request_time):  # type: ignore[no-untyped-def]
        safe = {**environ, "PATH_INFO": without_secrets(environ.get("PATH_INFO", ""))}
        return super().atoms(resp, req, safe, request_time)


logger_class = _Logger
