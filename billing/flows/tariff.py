"""Which tariff the provider will charge: by the call, or from a subscription that still has requests."""

import logging

from django.core.cache import cache

from upstream import ProviderError

from ..models import Tariff
from ..provider import provider

log = logging.getLogger(__name__)
REMEMBERED_SECONDS = 300
PAID_CALLS = {"esignature": "/EU-SES", "firmadigitale": "/firma_elettronica"}


def tariff_now(generation: str, quantity: int) -> str:
    """The tariff for so many signers now. What cannot be asked counts as a single call: the dearer one."""
    key = f"tariff:{generation}"
    available = cache.get(key)
    if available is None:
        available = _available_requests(generation)
        cache.set(key, available, REMEMBERED_SECONDS)
    return Tariff.SUBSCRIPTION if available >= quantity else Tariff.SINGLE


def _available_requests(generation: str) -> int:
    try:
        subscriptions = provider().account.subscriptions()
    except ProviderError as error:
        log.info("subscriptions not known: %s", error)
        return 0
    path = PAID_CALLS[generation]
    return sum(
        subscription.available_requests or 0
        for subscription in subscriptions
        if subscription.active
        and subscription.scope.startswith("POST:")
        and subscription.scope.endswith(path)
    )
