"""Settle what ended unclear: look the fact up at the provider, decide by proof, or leave it to staff."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm
from upstream import ProviderError

from ..models import Price, Purchase, Tariff
from ..models.price_book import PriceMissing
from ..provider import provider
from .buyers import buyer_of
from .purchase import move, note, record_bought, withdraw

log = logging.getLogger(__name__)
State = Purchase.State

LEASE = timedelta(seconds=60)
LOOK_AGAIN = timedelta(seconds=15)
WORRYING_AFTER = timedelta(minutes=30)
# How far our clock and the provider's may lie apart.
CLOCKS_APART = timedelta(minutes=2)


def settle_due(limit: int = 50) -> int:
    """Settle every purchase that is due to be looked up. One that cannot be settled never stops the others."""
    now = timezone.now()
    due = list(
        Purchase.objects.to_settle(now).order_by("next_attempt_at").values_list("pk", flat=True)[:limit]
    )
    settled = 0
    for purchase_id in due:
        try:
            settled += settle(purchase_id)
        except Exception:
            log.exception("purchase %s could not be settled", purchase_id)
    return settled


def settle(purchase_id: Any) -> bool:
    """Look one purchase up and settle it if the facts allow.

    1. Take it by one conditional UPDATE. One that is still *being bought* has lost its sender: it is unclear now.
    2. Ask the provider for everything that came of it. Found: bought.
    3. Not found, and too early for that to prove anything: look again later.
    4. Not found after long enough: not bought, unless the wallet shows a charge that nothing explains.
    """
    purchase = _take(purchase_id)
    if purchase is None:
        return False
    _tell_if_unclear_for_long(purchase)
    try:
        found = buyer_of(purchase).look_up(purchase)
    except ProviderError as error:
        log.warning("purchase %s could not be looked up: %s", purchase.pk, error)
        return False
    if found:
        record_bought(purchase, found[0], how="found at the provider")
        for other in found[1:]:
            record_bought(purchase, other, how="found at the provider")
        return True
    if not _is_late_enough(purchase, timezone.now()):
        _look_again(purchase)
        return False
    try:
        charges = unexplained_charges(purchase)
    except ProviderError as error:
        log.warning("wallet not readable for purchase %s: %s", purchase.pk, error)
        return False
    if charges and _may_belong_to_another(purchase):
        _look_again(purchase)
        return False
    if charges:
        _leave_to_staff(purchase, charges)
    else:
        send_again(purchase, known={"proof": "absent from the provider's list, no unexplained charge"})
    return True


def _take(purchase_id: Any) -> Purchase | None:
    now = timezone.now()
    with transaction.atomic():
        due = Purchase.objects.to_settle(now).filter(pk=purchase_id)
        lost = due.filter(state=State.SENDING).update(state=State.UNKNOWN, next_attempt_at=now + LEASE)
        if not lost and not due.update(next_attempt_at=now + LEASE):
            return None
        purchase = Purchase.objects.select_related("organisation").get(pk=purchase_id)
        if lost:
            note(purchase, State.UNKNOWN, {"reason": "its sender was lost"})
            buyer_of(purchase).on_waiting(purchase)
    return purchase


def _is_late_enough(purchase: Purchase, now: datetime) -> bool:
    """Whether absence proves something: the call must have ended, and its effect must have had time to show.

    A sender that we took for lost may still be calling. Both spans together are longer than the workers' time
    limit (``CELERY_TASK_TIME_LIMIT``), so none is by then.
    """
    patience = settings.PURCHASE_STALE_AFTER + settings.PURCHASE_SETTLE_AFTER
    return purchase.sent_at is not None and now >= purchase.sent_at + patience


def _tell_if_unclear_for_long(purchase: Purchase) -> None:
    if purchase.sent_at is None or timezone.now() < purchase.sent_at + WORRYING_AFTER:
        return
    with transaction.atomic():
        alarm(
            key=f"unclear-for-long:{purchase.pk}",
            subject=_("A purchase has been unclear for long"),
            text=_("%(fact)s can neither be found nor be proven absent. See the purchase in the admin.")
            % {"fact": purchase.fact_key},
        )


def _look_again(purchase: Purchase) -> None:
    Purchase.objects.filter(pk=purchase.pk, state=State.UNKNOWN).update(
        next_attempt_at=timezone.now() + LOOK_AGAIN
    )


def unexplained_charges(purchase: Purchase) -> list[dict[str, str]]:
    """Wallet charges of an amount that this purchase may have cost, since it was intended, that nothing explains.

    Within a subscription the wallet need not move: there only the provider's list proves anything. Raises
    ``ProviderError``.
    """
    if purchase.sent_at is None:
        return []
    amounts = _possible_costs(purchase)
    start, end = purchase.created_at - CLOCKS_APART, timezone.now() + CLOCKS_APART
    charges = sorted(
        (
            (one.created_at or purchase.sent_at, one.id)
            for one in provider().account.transactions(start - CLOCKS_APART)
            if -one.amount in amounts
        ),
    )
    # Each bought purchase explains one charge between its sending and its answer; those that were answered first
    # choose first, which explains as many as can be explained.
    bought = Purchase.objects.filter(
        state=State.BOUGHT,
        expected_cost__in=amounts,
        settled_at__gte=start - 2 * CLOCKS_APART,
        sent_at__lte=end,
    ).order_by("settled_at")
    for intended, settled in bought.values_list("created_at", "settled_at"):
        if settled is None:
            continue
        earliest, latest = intended - CLOCKS_APART, settled + CLOCKS_APART
        mine = next((one for one in charges if earliest <= one[0] <= latest), None)
        if mine:
            charges.remove(mine)
    return [{"id": number, "at": str(at)} for at, number in charges if start <= at <= end]


def _possible_costs(purchase: Purchase) -> set[Decimal]:
    """What it may have cost: a subscription can run out, or begin, between the intent and the call."""
    costs = {purchase.expected_cost}
    for tariff in Tariff.values:
        with suppress(PriceMissing):
            cost = Price.objects.cost(purchase.product, tariff, purchase.created_at)
            costs.add(purchase.quantity * cost.amount)
    return costs


def _may_belong_to_another(purchase: Purchase) -> bool:
    """Whether another unclear purchase of the same amount, not looked at long enough yet, may explain the charge."""
    too_young = timezone.now() - settings.PURCHASE_STALE_AFTER - settings.PURCHASE_SETTLE_AFTER - 2 * LEASE
    return (
        Purchase.objects.filter(
            state__in=[State.SENDING, State.UNKNOWN],
            expected_cost__in=_possible_costs(purchase),
            sent_at__gt=too_young,
        )
        .exclude(pk=purchase.pk)
        .exists()
    )


def _leave_to_staff(purchase: Purchase, charges: list[dict[str, str]]) -> None:
    with transaction.atomic():
        if move(purchase, State.UNDECIDED):
            note(purchase, State.UNDECIDED, {"charges": charges, "listed": False})
            buyer_of(purchase).on_waiting(purchase)
            alarm(
                key=f"undecided:{purchase.pk}",
                subject=_("A purchase that only you can decide"),
                text=_(
                    "%(fact)s is not in the provider's list, but the wallet shows a charge that nothing explains. "
                    "See the purchase in the admin."
                )
                % {"fact": purchase.fact_key},
            )


def send_again(purchase: Purchase, known: dict[str, Any], who: str = "") -> bool:
    """It is proven, or staff have decided, that nothing was bought: it may be sent again."""
    with transaction.atomic():
        if not move(purchase, State.INTENDED, next_attempt_at=timezone.now()):
            return False
        note(purchase, State.INTENDED, known, who)
        buyer_of(purchase).on_waiting(purchase)
    return True


def decide_bought(purchase: Purchase, reference: str, who: str) -> bool:
    """Staff say that it was bought, as this reference. Checked at the provider first: False if it is not ours.

    Raises ``ProviderError``.
    """
    bought = buyer_of(purchase).read(purchase, reference)
    return bought is not None and record_bought(purchase, bought, who=who, how="decided by staff")


def decide_withdrawn(purchase: Purchase, who: str) -> bool:
    """Staff say that it was not bought and is not wanted any more."""
    with transaction.atomic():
        if not withdraw(purchase, who):
            return False
        buyer_of(purchase).on_withdrawn(purchase)
    return True
