"""Rate limits on the shared cache, so that all web processes count together."""

import hashlib
import time

from django.core.cache import cache


def allow(key: str, limit: int, period_seconds: int) -> bool:
    """Count one more event under this key. False once there were more than ``limit`` within the period.

    Periods are fixed stretches of the clock. Each has a counter of its own that outlives it, so no counter can
    run out between being made and being raised.
    """
    period = int(time.time() // period_seconds)
    name = f"limit:{hashlib.sha256(f'{key}:{period_seconds}:{period}'.encode()).hexdigest()}"
    cache.add(name, 0, period_seconds * 2)
    return cache.incr(name) <= limit
