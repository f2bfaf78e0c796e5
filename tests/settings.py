"""Settings of the tests: the portal's own, with keys of their own and services that belong to the test run."""

import os

from cryptography.fernet import Fernet

os.environ.setdefault("SECRET_KEY", "tests-" + "x" * 50)
os.environ.setdefault("ENCRYPTION_KEYS", Fernet.generate_key().decode())
os.environ.update(
    DEBUG="1",
    PORTAL_URL="http://localhost:8000",
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL", ""),
    LOG_LEVEL="WARNING",
)

from portal.settings import *  # noqa: E402, F403
from portal.settings import CACHES, STORAGES  # noqa: E402

DEBUG = False
ALLOWED_HOSTS = ["*"]
# Hashes as slow as in production would be most of the suite's time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A code that is made at the end of its half minute is still good at the beginning of the next.
MFA_TOTP_TOLERANCE = 1
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
STORAGES["archive"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
# Nobody listens there: tests that send SMS start a gateway of their own.
SMS_URL = ""
# The same with cards.
STRIPE_URL, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET = (
    "http://127.0.0.1:9",
    "sk_test_sandbox",
    "whsec_sandbox",
)
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BROKER_URL = "memory://"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LANGUAGE_CODE = "en"
