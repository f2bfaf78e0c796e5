"""Settings of a worker that a test starts as a process of its own: the test's database, archive and provider."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, PROVIDER, STORAGES

DATABASES["default"].update(
    NAME=os.environ["WORKER_DATABASE"], USER=os.environ.get("WORKER_DATABASE_USER", "")
)
STORAGES["archive"] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": os.environ["WORKER_ARCHIVE"]},
}
for _name in ("esignature_url", "firmadigitale_url", "oauth_url"):
    PROVIDER[_name] = os.environ["WORKER_PROVIDER"]
CELERY_TASK_ALWAYS_EAGER = False
