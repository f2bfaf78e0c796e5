"""The workers' application: the same on the embedded broker and on Redis."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "outbox",
        "billing",
        "documents",
        "customers",
        "signatures.envelopes",
        "signatures.catalogue",
        "signatures.certificates",
        "spid",
        "portal",
    ]
)
app.autodiscover_tasks(["billing"], related_name="wallet_tasks")
