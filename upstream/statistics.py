"""What the provider counted of our calls (`/stats…`): a day, a domain and a scope at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from . import answers


@dataclass(frozen=True)
class Counts:
    """Calls of one day: how many, how many paid and from what, how many failed, and EUR taken from the wallet.

    None is what the answer does not tell.
    """

    total: int | None = None
    wallet: int | None = None
    subscription: int | None = None
    errors: int | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class DomainCounts:
    """The same of one of the provider's domains, and of each of its scopes."""

    domain: str
    counts: Counts
    scopes: Mapping[str, Counts] = field(default_factory=dict)


def read_counts(row: Mapping[str, Any]) -> Counts:
    """The counters of an answer, which may be numbers or texts."""
    return Counts(
        total=answers.count(row.get("totalRequests")),
        wallet=answers.count(row.get("walletRequests")),
        subscription=answers.count(row.get("subscriptionRequests")),
        errors=answers.count(row.get("errorRequests")),
        amount=answers.amount(row.get("walletAmount")),
    )


def read_domains(data: Any) -> dict[str, Counts]:
    """The counters by domain; an empty object may come as an empty list."""
    return {
        answers.text(name): read_counts(answers.mapping(row)) for name, row in answers.mapping(data).items()
    }


def read_domain(domain: str, data: Any) -> DomainCounts:
    """One domain with its scopes."""
    row = answers.mapping(data)
    scopes = answers.mapping(row.get("scopes"))
    by_scope = {answers.text(name): read_counts(answers.mapping(one)) for name, one in scopes.items()}
    return DomainCounts(domain, read_counts(row), by_scope)
