"""Broker, cache and the clockwork of the workers. Redis and the embedded Valkey are the same code."""

from celery.schedules import crontab

from .environment import VAR_DIR, env
from .provider import FOLLOW_SECONDS

REDIS_URL: str = env.str("REDIS_URL", default=f"unix://{VAR_DIR / 'valkey.sock'}")


def _database(number: int) -> tuple[str, str]:
    """Broker-style and cache-style address of one database of the Redis at REDIS_URL."""
    if REDIS_URL.startswith("unix://"):
        path = REDIS_URL.removeprefix("unix://").split("?")[0]
        return f"redis+socket://{path}?virtual_host={number}", f"unix://{path}?db={number}"
    scheme, rest = REDIS_URL.split("://", 1)
    host = rest.split("/", 1)[0]
    first = int(rest.split("/", 1)[1] or 0) if "/" in rest else 0
    return (f"{scheme}://{host}/{first + number}",) * 2


# Two databases: clearing the cache is FLUSHDB, which must never take the queue with it.
CELERY_BROKER_URL = _database(0)[0]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _database(1)[1],
        "KEY_PREFIX": "sigillo",
    }
}

CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 280
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# What is due is a question to the database: each beat asks it. Expire, so that a stopped worker
# does not find a heap of stale questions when it comes back.
CELERY_BEAT_SCHEDULE = {
    "send what is bought": {
        "task": "signatures.envelopes.tasks.send_due",
        "schedule": FOLLOW_SECONDS,
        "options": {"expires": 30},
    },
    "follow envelopes": {
        "task": "signatures.envelopes.tasks.follow_due",
        "schedule": FOLLOW_SECONDS,
        "options": {"expires": 30},
    },
    "collect what is signed": {
        "task": "signatures.envelopes.tasks.collect_due",
        "schedule": FOLLOW_SECONDS,
        "options": {"expires": 30},
    },
    "settle unclear purchases": {
        "task": "signatures.envelopes.tasks.settle_due",
        "schedule": 15.0,
        "options": {"expires": 60},
    },
    "remind and expire": {
        "task": "signatures.envelopes.tasks.remind_and_expire",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "deliver mail": {
        "task": "outbox.tasks.deliver_due",
        "schedule": FOLLOW_SECONDS,
        "options": {"expires": 30},
    },
    "buy SPID vouchers in line": {
        "task": "spid.tasks.send_line",
        "schedule": FOLLOW_SECONDS,
        "options": {"expires": 30},
    },
    "write to SPID holders": {
        "task": "spid.tasks.write_due",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "keep up with SPID rules": {
        "task": "spid.tasks.keep_up",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "send SMS": {
        "task": "outbox.tasks.send_texts_due",
        "schedule": FOLLOW_SECONDS,
        "options": {"expires": 30},
    },
    "read the catalogue": {
        "task": "signatures.catalogue.tasks.sync_catalogue",
        # It asks the database whether it is time, and the provider once an hour.
        "schedule": 3 * FOLLOW_SECONDS,
        "options": {"expires": 60},
    },
    "follow orders": {
        "task": "signatures.certificates.tasks.follow_due",
        "schedule": FOLLOW_SECONDS,
        "options": {"expires": 30},
    },
    "fetch request forms": {
        "task": "signatures.certificates.tasks.fetch_forms_due",
        "schedule": FOLLOW_SECONDS,
        "options": {"expires": 30},
    },
    "send approved papers": {
        "task": "signatures.certificates.tasks.submit_papers_due",
        "schedule": FOLLOW_SECONDS,
        "options": {"expires": 30},
    },
    "remind of orders and certificates": {
        "task": "signatures.certificates.tasks.remind_and_lapse",
        "schedule": 1800.0,
        "options": {"expires": 1800},
    },
    "forget ID documents and codes": {
        "task": "signatures.certificates.tasks.forget",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "sweep drafts of orders": {
        "task": "signatures.certificates.tasks.sweep_drafts",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "sweep drafts": {
        "task": "signatures.envelopes.tasks.sweep_drafts",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "close last month": {
        "task": "billing.tasks.close_last_month",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "issue approved invoices": {
        "task": "billing.tasks.issue_approved",
        "schedule": 15.0,
        "options": {"expires": 60},
    },
    "archive invoices": {
        "task": "billing.tasks.file_invoices",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "remind of unpaid invoices": {
        "task": "billing.tasks.remind_debtors_due",
        "schedule": 4 * 3600.0,
        "options": {"expires": 3600},
    },
    "prove statements and invoices": {
        "task": "billing.tasks.prove_invoices",
        "schedule": 24 * 3600.0,
        "options": {"expires": 3600},
    },
    "watch what SdI says": {
        "task": "billing.tasks.watch_transmissions",
        "schedule": crontab(hour="4", minute="0"),
        "options": {"expires": 3600},
    },
    "clear sessions": {
        "task": "portal.tasks.clear_sessions",
        "schedule": crontab(hour="2", minute="15"),
        "options": {"expires": 3600},
    },
    "check histories": {
        "task": "portal.tasks.check_histories",
        "schedule": crontab(hour="1", minute="30"),
        "options": {"expires": 3600},
    },
    "let go on what waited for credit": {
        "task": "billing.wallet_tasks.go_on_due",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "charge fees of plans": {
        "task": "billing.wallet_tasks.charge_fees",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "prove usage by the day": {
        "task": "billing.wallet_tasks.prove_usage_days",
        "schedule": crontab(hour="2", minute="0"),
        "options": {"expires": 3600},
    },
    "prove ledgers": {
        "task": "billing.wallet_tasks.prove_ledgers",
        "schedule": crontab(hour="1", minute="45"),
        "options": {"expires": 3600},
    },
    "sweep unused files": {
        "task": "documents.tasks.sweep_unused",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "compare the provider's books": {
        "task": "billing.tasks.reconcile",
        "schedule": crontab(hour="3", minute="10"),
        "options": {"expires": 3600},
    },
}
