"""Let purchases go on that waited for a customer's credit: after a top-up, a renewal or a change of plan."""

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from ..models import Purchase
from .buyers import buyer_of
from .charge_fees import charge_fees
from .fund import hold, plan_funding, wanted_by
from .ledger import open_ledger
from .purchase import note

log = logging.getLogger(__name__)
State = Purchase.State


def go_on(organisation_id: Any) -> int:
    """Fund what waits of one customer, oldest first, each that the credit suffices for. Returns how many go on."""
    with open_ledger(organisation_id) as ledger:
        charge_fees(ledger, timezone.now())
    waiting = Purchase.objects.filter(organisation=organisation_id, state=State.AWAITING_FUNDS)
    gone_on, refused = 0, set[str]()
    for pk, wanted in list(waiting.order_by("created_at", "pk").values_list("pk", "wanted")):
        # What finds no credit now finds none a moment later, either: hundreds may wait for the same.
        if str(wanted) in refused:
            continue
        try:
            is_funded = _fund(pk)
        except Exception:
            # One that cannot go on never stops the others.
            log.exception("purchase %s could not go on", pk)
            continue
        gone_on += is_funded
        if not is_funded:
            refused.add(str(wanted))
    return gone_on


def go_on_due() -> int:
    """The same for every customer with something that waits. One that fails never stops the others."""
    waiting = Purchase.objects.filter(state=State.AWAITING_FUNDS).order_by()
    count = 0
    for organisation_id in waiting.values_list("organisation", flat=True).distinct():
        try:
            count += go_on(organisation_id)
        except Exception:
            log.exception("purchases of %s could not go on", organisation_id)
    return count


def _fund(purchase_id: Any) -> bool:
    purchase = Purchase.objects.select_related("organisation").get(pk=purchase_id)
    now = timezone.now()
    with open_ledger(purchase.organisation_id) as ledger:
        funding = plan_funding(ledger, wanted_by(purchase), now)
        if funding is not None and funding.missing:
            return False
        mine = Purchase.objects.filter(pk=purchase.pk, state=State.AWAITING_FUNDS)
        if not mine.update(state=State.INTENDED, next_attempt_at=now):
            # Given up meanwhile.
            return False
        if funding is not None:
            hold(ledger, purchase, funding, now)
        note(purchase, State.INTENDED, {"funded": True})
    _show(purchase)
    return True


def _show(purchase: Purchase) -> None:
    """Show that it goes on; in a transaction of its own, which locks no money and what is bought for after it."""
    with transaction.atomic():
        purchase.refresh_from_db()
        if purchase.state == State.INTENDED:
            buyer_of(purchase).on_waiting(purchase)
