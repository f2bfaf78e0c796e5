"""What the tax rules begin with, each with its source; staff add newer rows. Seller's data are never invented.

There is no rule for private persons in the EU outside Italy: their accountant decides (OSS), and until a row says how,
nothing is invoiced to them.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import AppConfig

ORDINARY = "DPR 633/72 art. 16: the ordinary rate"
SPLIT = "DPR 633/72 art. 17-ter; decision (EU) 2023/1552, to 2026-06-30"
SPLIT_ENDS = (
    "Extended to 2029-06-30 by a Council decision of July 2026, known from secondary sources: check it"
)
ABROAD = "DPR 633/72 art. 7-ter: services to companies established outside Italy"
# customer, nature, reference on the invoice, split payment, counts for stamp duty, valid from, source
RULES = [
    ("italian", "", "", False, False, date(2013, 10, 1), ORDINARY),
    ("consumer", "", "", False, False, date(2013, 10, 1), ORDINARY),
    ("public_body", "", "", True, False, date(2015, 1, 1), SPLIT),
    ("public_body", "", "", False, False, date(2029, 7, 1), SPLIT_ENDS),
    ("split_list", "", "", True, False, date(2017, 7, 1), SPLIT),
    ("split_list", "", "", False, False, date(2029, 7, 1), SPLIT_ENDS),
    (
        "eu_business", "N2.1", "Inversione contabile, art. 7-ter DPR 633/72", False, True,
        date(2021, 1, 1), ABROAD,
    ),
    (
        "foreign", "N2.1", "Operazione non soggetta, art. 7-ter DPR 633/72", False, True,
        date(2021, 1, 1), ABROAD,
    ),
]  # fmt: skip
STAMP_AMOUNT, STAMP_THRESHOLD, STAMP_SINCE = Decimal("2.00"), Decimal("77.47"), date(2013, 6, 26)
STAMP_SOURCE = "DPR 642/72, tariff art. 13; D.L. 43/2013 art. 7-bis"


def fill_empty_rules(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """After each migration: write the start rows where there are none. Changes nothing that exists."""
    from .models import StampDuty, TaxRule

    if not TaxRule.objects.using(using).exists():
        for customer, nature, reference, is_split, bears_stamp, valid_from, source in RULES:
            TaxRule(
                customer=customer,
                nature=nature,
                reference=reference,
                is_split=is_split,
                bears_stamp=bears_stamp,
                valid_from=valid_from,
                source=source,
            ).save(using=using)
    if not StampDuty.objects.using(using).exists():
        StampDuty(
            amount=STAMP_AMOUNT, threshold=STAMP_THRESHOLD, valid_from=STAMP_SINCE, source=STAMP_SOURCE
        ).save(using=using)
