"""Settings of the sandbox's own Django project. Everything comes from ``SANDBOX_*`` variables."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SANDBOX_DIR = Path(os.environ.get("SANDBOX_DIR", "var/sandbox")).resolve()
SANDBOX_PORT = int(os.environ.get("SANDBOX_PORT", "8001"))
SANDBOX_SMTP_PORT = int(os.environ.get("SANDBOX_SMTP_PORT", "8025"))
# Where signers' browsers reach the sandbox: the origin of all signing links.
SANDBOX_URL = os.environ.get("SANDBOX_URL", f"http://localhost:{SANDBOX_PORT}").rstrip("/")
SANDBOX_EMAIL = os.environ.get("SANDBOX_EMAIL", "sandbox@sigillo.example")
# The key of the SMS gateway that stands beside the provider.
SANDBOX_SMS_KEY = os.environ.get("SANDBOX_SMS_KEY", "sandbox-sms-key")
# The card processor's key and the secret that its events are signed with; where they go, if not to the payer's shop.
SANDBOX_CARD_KEY = os.environ.get("SANDBOX_CARD_KEY", "sk_test_sandbox")
SANDBOX_CARD_HOOK_SECRET = os.environ.get("SANDBOX_CARD_HOOK_SECRET", "whsec_sandbox")
SANDBOX_CARD_HOOK = os.environ.get("SANDBOX_CARD_HOOK", "")
SANDBOX_API_KEY = os.environ.get("SANDBOX_API_KEY", "sandbox-api-key")

# Nothing here is real and nothing is secret; a fresh key at each start only ends half-filled forms.
SECRET_KEY = os.environ.get("SANDBOX_SECRET_KEY") or os.urandom(32).hex()
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "sandbox.urls"
INSTALLED_APPS = ["sandbox.apps.SandboxConfig"]
MIDDLEWARE = ["sandbox.middleware.provider_middleware"]
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"
STATIC_URL = "/static/"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"],
            "builtins": ["sandbox.pages.tags"],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": SANDBOX_DIR / "sandbox.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            # A crash of the machine may lose the last moments of a play: no reason to wait for the disk.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-32000;",
        },
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# The provider states no limit of size; the knob `max_megabytes` does the refusing.
DATA_UPLOAD_MAX_MEMORY_SIZE = None

# Cookies on localhost are shared by all ports: a name of its own keeps the portal's apart.
CSRF_COOKIE_NAME = "sandbox_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "sandbox.pages.views.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "ERROR"},
        "sandbox": {"handlers": ["console"], "level": "INFO"},
        "pyhanko": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "pyhanko_certvalidator": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}
SILENCED_SYSTEM_CHECKS = ["security.W003"]
