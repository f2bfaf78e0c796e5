"""Settings of processes that a test starts to close months: the test's database, as a file."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["CLOSER_DATABASE"]
CELERY_TASK_ALWAYS_EAGER = False
