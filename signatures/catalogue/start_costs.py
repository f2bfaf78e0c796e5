"""What a new price book begins with for options of orders: nothing is known of their cost, so it stands at nothing."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.apps import AppConfig

from .products import KEY_PREFIX, OPTIONS

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = "Published nowhere by the provider (November 2026): to be corrected once it is known"


def fill_option_costs(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """After each migration: write the costs that are missing. Changes nothing that exists."""
    from billing.models import Price

    known = set(
        Price.objects.using(using).filter(side=Price.Side.BUY).values_list("product", flat=True).distinct()
    )
    for option in OPTIONS.values():
        if option.key not in known and not option.key.startswith(KEY_PREFIX):
            Price(
                side=Price.Side.BUY, product=option.key, amount=Decimal(0), valid_from=SINCE, source=SOURCE
            ).save(using=using)
