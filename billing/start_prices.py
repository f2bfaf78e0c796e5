"""What a new price book begins with: the provider's published costs and the VAT rate in force.

Sell prices are never invented: staff set them, and until they do nothing can be sold.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.apps import AppConfig

_PER_SIGNER = "Provider's FAQ, per signer (/firma_elettronica/base), read in November 2026"
_PER_VOUCHER = "Provider's FAQ and API description, per voucher (/spid_personale), read in November 2026"
COSTS = [
    ("simple_signature", "single", Decimal("0.70"), _PER_SIGNER),
    ("simple_signature", "subscription", Decimal("0.14"), _PER_SIGNER),
    ("spid", "single", Decimal("14.20"), _PER_VOUCHER),
    ("spid", "subscription", Decimal("9.90"), _PER_VOUCHER),
]
COSTS_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
VAT_SINCE = datetime(2013, 9, 30, 22, 0, tzinfo=UTC)  # 1 October 2013 in Rome
VAT_SOURCE = "DPR 633/72 art. 16; 22 % since 1 October 2013 (D.L. 98/2011 art. 40)"


def fill_empty_price_book(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """After each migration: write the start rows where there are none. Changes nothing that exists."""
    from .models import Price, VatRate

    if not VatRate.objects.using(using).exists():
        VatRate(rate=Decimal("22.00"), valid_from=VAT_SINCE, source=VAT_SOURCE).save(using=using)
    for product, tariff, amount, source in COSTS:
        costs = Price.objects.using(using).filter(side=Price.Side.BUY, product=product, tariff=tariff)
        if not costs.exists():
            Price(
                side=Price.Side.BUY,
                product=product,
                tariff=tariff,
                amount=amount,
                valid_from=COSTS_SINCE,
                source=source,
            ).save(using=using)
