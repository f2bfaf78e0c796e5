"""SQLite by default, PostgreSQL by DATABASE_URL, with the same code."""

from .environment import VAR_DIR, env

_url = env.str("DATABASE_URL", default="")
_default = env.db_url_config(_url) if _url else env.db_url_config(f"sqlite:///{VAR_DIR / 'sigillo.sqlite3'}")
if _default["ENGINE"].endswith("sqlite3"):
    # WAL and IMMEDIATE together are what makes concurrent writers wait instead of failing.
    _default["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
    }
else:
    _default.setdefault("OPTIONS", {})["pool"] = {
        "min_size": 0,
        "max_size": env.int("DATABASE_POOL", default=8),
        "timeout": 10,
    }
    _default["CONN_HEALTH_CHECKS"] = True

DATABASES = {"default": _default}
