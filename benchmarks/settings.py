"""The portal's settings for a benchmark: a database of its own, and no broker needed.

``BENCHMARK_DATABASE_URL`` names another database than SQLite in a temporary folder; it is filled and left behind.
"""

import os

from cryptography.fernet import Fernet

os.environ.setdefault("SECRET_KEY", "benchmarks-" + "x" * 50)
os.environ.setdefault("ENCRYPTION_KEYS", Fernet.generate_key().decode())
os.environ.update(DEBUG="1", LOG_LEVEL="WARNING")
os.environ["DATABASE_URL"] = (
    os.environ.get("BENCHMARK_DATABASE_URL") or f"sqlite:///{os.environ['BENCHMARK_FOLDER']}/portal.sqlite3"
)

from portal.settings import *  # noqa: F403
from portal.settings import CACHES, PROVIDER, STORAGES

# With DEBUG on, Django keeps every query that it has made.
DEBUG = False
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
STORAGES["archive"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
CELERY_BROKER_URL = "memory://"
for _name in ("esignature_url", "firmadigitale_url", "oauth_url"):
    PROVIDER[_name] = os.environ["BENCHMARK_PROVIDER"]
