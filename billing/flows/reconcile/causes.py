"""What probably lies behind a difference, likeliest first, with what points to it. Nothing here decides anything."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from ...models import Cause, ProviderLine, Purchase, PurchaseStep, RequestCount
from ..explain import CLOCKS_APART
from .calls import HOSTS
from .match import Offers, any_whole
from .sides import Deal, Line, Pair

MOST_NAMED = 20
Clues = tuple[list[str], list[dict[str, str]]]


def _named(purchase: Purchase) -> dict[str, str]:
    return {"purchase": str(purchase.pk), "fact": purchase.fact_key}


def named(deals: Iterable[Deal]) -> list[dict[str, str]]:
    """Purchases as candidates, by what they are called."""
    keys = [deal.key for deal in deals][:MOST_NAMED]
    rows = Purchase.objects.in_bulk(keys)
    return [_named(rows[key]) for key in keys if key in rows]


class ExtraCauses:
    """Why a line may be there that no purchase explains."""

    def __init__(self, explained: Sequence[Pair], missing: Sequence[Deal]) -> None:
        self._explained = Offers((pair.deal for pair in explained), any_whole)
        self._missing = missing

    def of(self, line: Line, row: ProviderLine) -> Clues:
        """Causes and candidates of a line."""
        causes: list[str] = []
        candidates: list[dict[str, str]] = []
        twice = [offer.deal for offer in self._explained.fitting(line)]
        if twice:
            causes.append(Cause.CHARGED_TWICE)
            candidates += named(twice)
        near = [
            deal
            for deal in self._missing
            if deal.start <= line.at <= deal.end and line.host in {"", deal.host}
        ]
        if near:
            causes.append(Cause.OTHER_AMOUNT)
            candidates += named(near)
        for cause, purchases in _by_history(row):
            causes.append(cause)
            candidates += [_named(purchase) for purchase in purchases]
        if row.host and row.host not in HOSTS.values():
            causes.append(Cause.OTHER_SERVICE)
        if _is_fee(row):
            causes.append(Cause.SUBSCRIPTION_FEE)
        return [*causes, Cause.OUTSIDE], candidates[:MOST_NAMED]


def _by_history(row: ProviderLine) -> list[tuple[str, list[Purchase]]]:
    """Purchases whose steps tell of a call at that time that was taken for no purchase."""
    since = row.at - settings.PURCHASE_STALE_AFTER - CLOCKS_APART
    calls = PurchaseStep.objects.filter(
        state=Purchase.State.SENDING, at__gte=since, at__lte=row.at + CLOCKS_APART
    ).select_related("purchase")
    found: dict[str, list[Purchase]] = {}
    for step in calls[:MOST_NAMED]:
        purchase = step.purchase
        if purchase.state == Purchase.State.REFUSED:
            found.setdefault(Cause.REFUSED_CHARGED, []).append(purchase)
        elif purchase.sent_at and purchase.sent_at > step.at + CLOCKS_APART:
            # It was sent again later: this call was proven, or decided, to have bought nothing.
            found.setdefault(Cause.EARLIER_ATTEMPT, []).append(purchase)
        elif purchase.state == Purchase.State.WITHDRAWN:
            found.setdefault(Cause.STAFF_DECIDED, []).append(purchase)
    second = PurchaseStep.objects.filter(
        known__has_key="also_bought", at__gte=row.at - timedelta(days=1), at__lte=row.at + timedelta(days=1)
    ).select_related("purchase")
    twice = [step.purchase for step in second[:MOST_NAMED]]
    return [*found.items(), *([(Cause.BOUGHT_TWICE, twice)] if twice else [])]


def _is_fee(row: ProviderLine) -> bool:
    """Whether a subscription began near the line that costs just as much."""
    near = RequestCount.objects.filter(
        starts_at__gte=row.at - timedelta(days=2), starts_at__lte=row.at + timedelta(days=2)
    )
    return any(
        count.total and count.price and count.total * count.price == -row.amount
        for count in near[:MOST_NAMED]
    )


def of_missing(purchase: Purchase) -> list[str]:
    """Why a purchase may not be in the provider's books."""
    is_decided = purchase.steps.filter(state=purchase.state).exclude(who="").exists()
    return [*([Cause.STAFF_DECIDED] if is_decided else []), Cause.COMES_LATE, Cause.NOT_CHARGED]


def of_other_amount(purchase: Purchase, expected: Decimal, actual: Decimal) -> list[str]:
    """Why a purchase may have cost something else."""
    if purchase.product.startswith("order:") and actual > expected:
        return [Cause.OPTION_PRICE, Cause.PRICE_CHANGED]
    return [Cause.PRICE_CHANGED]


def as_candidates(rows: Iterable[Any]) -> list[dict[str, str]]:
    """Lines as candidates."""
    return [{"line": row.reference} for row in rows][:MOST_NAMED]
