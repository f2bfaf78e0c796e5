"""The provider as this portal is connected to it: by its settings, with sealed tokens, and on the record."""

import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError

from upstream import Exchange, Provider, ProviderConfig
from vault import SealBroken, open_sealed, seal

from .models import ProviderCall

log = logging.getLogger(__name__)
PURPOSE = "provider-token"


class CachedTokens:
    """Bearer tokens on the shared cache, sealed, so that all processes use the same one."""

    def get(self, name: str) -> str | None:
        sealed = cache.get(f"provider-token:{name}")
        try:
            return open_sealed(sealed, PURPOSE).decode() if sealed else None
        except SealBroken:
            return None

    def set(self, name: str, value: str, ttl: int) -> None:
        cache.set(f"provider-token:{name}", seal(value, PURPOSE), ttl)


@lru_cache(maxsize=4)
def _connected(options: tuple[tuple[str, Any], ...]) -> Provider:
    return Provider(ProviderConfig(**dict(options)), CachedTokens(), observe=record)


def provider() -> Provider:
    """The connection to the provider, one per process and set of settings."""
    return _connected(tuple(sorted(settings.PROVIDER.items())))


def record(exchange: Exchange) -> None:
    """Keep an exchange that changed something, cost something or failed. Never stands in the way of the call itself."""
    if exchange.error or exchange.is_paid or exchange.method != "GET":
        record_all([exchange])


def record_all(exchanges: Iterable[Exchange]) -> None:
    """Keep these exchanges."""
    rows = [
        ProviderCall(
            at=exchange.at,
            method=exchange.method,
            host=exchange.host[:100],
            path=exchange.path[:200],
            status=exchange.status,
            duration_ms=exchange.duration_ms,
            attempt=exchange.attempt,
            error=exchange.error[:100],
            request=dict(exchange.request),
            answer=dict(exchange.answer),
        )
        for exchange in exchanges
    ]
    try:
        ProviderCall.objects.bulk_create(rows)
    except DatabaseError:
        # The record is worth less than the purchase that it tells of.
        log.exception("provider call not recorded")
