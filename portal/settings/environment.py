"""Where settings come from: the environment, and for the embedded default a file that set-up wrote.

With nothing set, ``var/embedded.env`` (made by ``script/setup`` with secrets of this machine) is read.
Real environment variables win over it, and in production that file does not exist.
"""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
_embedded = VAR_DIR / "embedded.env"
if _embedded.exists():
    environ.Env.read_env(_embedded, overwrite=False)

DEBUG: bool = env.bool("DEBUG", default=False)
