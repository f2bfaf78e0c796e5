"""Which tariff the provider will charge: by the call, or from a subscription that still has requests."""

import logging

from django.core.cache import cache

from upstream import ProviderError, Subscription

from ..models import Tariff
from ..provider import provider

log = logging.getLogger(__name__)
REMEMBERED_SECONDS = 300
# What a subscription is for, as scopes write it: method and first segment of the path.
PAID_CALLS = {
    "esignature": ("POST", "EU-SES"),
    "firmadigitale": ("POST", "firma_elettronica"),
    "spid": ("GET", "spid_personale"),
}


def tariff_now(what: str, quantity: int) -> str:
    """The tariff for so many pieces of one of ``PAID_CALLS`` now.

    What cannot be asked counts as a single call: the dearer one.
    """
    key = f"tariff:{what}"
    available = cache.get(key)
    if available is None:
        available = _available_requests(what)
        cache.set(key, available, REMEMBERED_SECONDS)
    return Tariff.SUBSCRIPTION if available >= quantity else Tariff.SINGLE


def pays_for(subscription: Subscription, what: str) -> bool:
    """Whether this subscription is for one of ``PAID_CALLS``."""
    method, segment = PAID_CALLS[what]
    return subscription.scope.startswith(f"{method}:") and subscription.scope.endswith(f"/{segment}")


def _available_requests(what: str) -> int:
    try:
        subscriptions = provider().account.subscriptions()
    except ProviderError as error:
        log.info("subscriptions not known: %s", error)
        return 0
    return sum(
        subscription.available_requests or 0
        for subscription in subscriptions
        if subscription.active and pays_for(subscription, what)
    )
