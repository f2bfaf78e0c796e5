"""The identity providers and rules that a new database begins with, as far as they were found, with their source.

What was not found is left empty. Staff add newer rules; what exists is never changed here.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import AppConfig

READ_ON = date(2026, 1, 1)
# (code, name, sold here, rule)
START: list[tuple[str, str, bool, dict[str, Any]]] = [
    (
        "namirial", "Namirial", True,
        {
            "first_months": 24,
            "renewal_months": 12,
            "renewal": "automatic",
            "renewal_cost": Decimal("0.00"),
            "unused_months": 12,
            "languages": "it",
            "source": "Provider's FAQ (two years, then year by year; revoked after a year unused), read in November "
            "2026; free by press of early 2026. No languages are published: Italian is what an Italian provider "
            "surely speaks.",
        },
    ),
    (
        "aruba", "Aruba", False,
        {
            "renewal_months": 12,
            "renewal": "unknown",
            "renewal_cost": Decimal("5.98"),
            "unused_months": 24,
            "source": "guide.pec.it/revoca-automatica-per-mancato-utilizzo-spid.aspx (24 months, notices at 90, 60, "
            "30, 10, 1 days); 4.90 and VAT a year by press of 2025",
        },
    ),
    (
        "poste", "Poste Italiane", False,
        {
            "renewal_months": 12,
            "renewal": "unknown",
            "renewal_cost": Decimal("6.00"),
            "unused_months": 24,
            "source": "Press of 2025 and 2026: 6 EUR a year from the second year, kept 24 months",
        },
    ),
    (
        "infocert", "InfoCert", False,
        {
            "renewal_months": 12,
            "renewal": "on_request",
            "renewal_cost": Decimal("5.98"),
            "source": "Press of 2025: renewed only on explicit consent, 5.98 EUR a year",
        },
    ),
]  # fmt: skip


def fill_empty_rules(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """After each migration: write providers and rules where there are none."""
    from .models import IdentityProvider, KeepingRule

    for code, name, is_sold, rule in START:
        provider, is_new = IdentityProvider.objects.using(using).get_or_create(
            code=code, defaults={"name": name, "is_sold": is_sold}
        )
        if is_new:
            KeepingRule(provider=provider, valid_from=READ_ON, **rule).save(using=using)
