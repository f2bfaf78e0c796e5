"""The purchase fence: what costs money is intended, sent once, and settled by facts (design decision 1).

1. ``intend`` commits the intent together with the business fact that it belongs to, and reserves what pays for it.
2. ``claim`` takes it by one conditional UPDATE; only the claimant may call. Of a line, one at a time.
3. ``buy`` makes the request ready, notes how the account stands, and right before the call makes sure that the
   purchase is still its own.
4. It calls, outside any transaction, and records the outcome in one transaction with what follows from it.
5. Whatever ends unclear (no answer, a broken one, a killed worker) is left to ``settle``; it is never sent again
   before it is proven that nothing was bought.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Organisation
from outbox.flows.alarm import alarm
from upstream import InsufficientCredit, OutcomeUnknown, ProviderError, Rejected, SoldOut
from vault import new_token

from ..models import Price, Purchase, PurchaseStep, Tariff
from ..models.price_book import PriceMissing
from ..products import label_of
from ..provider import provider
from .allowance import has_plan
from .buyers import Bought, TooLate, UnlistedBuyer, buyer_of
from .fund import as_wanted, end_funding, hold, plan_funding, tell_of_waiting
from .ledger import open_ledger
from .split import Wanted
from .statement import AccountUnsteady, Statement, read_statement

log = logging.getLogger(__name__)
State = Purchase.State

LONGEST_PAUSE = timedelta(minutes=10)
# A batch stops well before the workers' time limit would stop it in the middle of a call.
SENDING_SECONDS = 120


def intend(
    *,
    organisation: Organisation,
    fact_key: str,
    product: str,
    generation: str,
    quantity: int,
    tariff: str,
    request_digest: str,
    now: datetime,
    line: str = "",
    along: Iterable[str] = (),
    agreed: Mapping[str, Price] | None = None,
) -> Purchase:
    """Write the intent to buy, in the caller's transaction. The same fact is intended once (IntegrityError else).

    What pays for it is reserved at once by the customer's plan; where credit is lacking it waits, as its state says.
    ``agreed`` are the sell prices by product that the customer was shown, where they are not those in force now;
    what is bought is metered at these, however long it waits, and whatever becomes of the customer's group meanwhile.

    ``line``: one of ``tariff.PAID_CALLS`` whose purchases the provider lists nowhere; they are sent one at a time.
    ``along`` names products that the same call buys once each, such as options of an order. Raises ``PriceMissing``
    when the price book knows no cost or no sell price.
    """
    also = list(along)
    cost = quantity * Price.objects.cost(product, tariff, now).amount
    cost += sum(Price.objects.cost(other, tariff, now).amount for other in also)
    purchase = Purchase(
        organisation=organisation,
        fact_key=fact_key,
        product=product,
        generation=generation,
        line=line,
        quantity=quantity,
        tariff=tariff,
        expected_cost=cost,
        request_digest=request_digest,
        callback_key=new_token(),
        next_attempt_at=now,
    )
    _fund(purchase, {product: quantity, **dict.fromkeys(also, 1)}, agreed or {}, now)
    return purchase


def _fund(purchase: Purchase, pieces: Mapping[str, int], agreed: Mapping[str, Price], now: datetime) -> None:
    """Save a new purchase with what pays for it reserved, or as one that waits for the customer's credit."""
    organisation = purchase.organisation
    known = {"expected_cost": str(purchase.expected_cost)}
    wanted = [
        Wanted(product, count, agreed.get(product) or Price.objects.sale(product, organisation, now))
        for product, count in pieces.items()
    ]
    purchase.wanted = as_wanted(wanted)
    with open_ledger(organisation) as ledger:
        funding = plan_funding(ledger, wanted, now) if has_plan(organisation) else None
        if funding is not None and funding.missing:
            purchase.state = State.AWAITING_FUNDS
            known["missing"] = str(funding.missing)
        purchase.save(force_insert=True)
        note(purchase, purchase.state, known)
        if funding is not None and purchase.state == State.AWAITING_FUNDS:
            tell_of_waiting(purchase, funding.missing)
        elif funding is not None:
            hold(ledger, purchase, funding, now)


def show_waiting(purchase: Purchase) -> None:
    """Right after its subject knows its purchase: show that it waits for the customer's credit, if it does."""
    if purchase.state == State.AWAITING_FUNDS:
        buyer_of(purchase).on_waiting(purchase)


def note(purchase: Purchase, state: str, known: dict[str, Any] | None = None, who: str = "") -> None:
    """Add a step to a purchase's history. ``known`` must hold no secret: staff read it."""
    PurchaseStep(purchase=purchase, state=state, known=known or {}, who=who[:200]).save()


def move(purchase: Purchase, to: str, **fields: Any) -> bool:
    """Change the state if the present one allows it: one conditional UPDATE. False if another was first."""
    allowed = [state for state, after in Purchase.TRANSITIONS.items() if to in after]
    moved = Purchase.objects.filter(pk=purchase.pk, state__in=allowed).update(state=to, **fields)
    purchase.refresh_from_db()
    return bool(moved)


def claim(purchase_id: Any, now: datetime) -> Purchase | None:
    """Take a purchase to send it. None when it is not due, not at the head of its line, or somebody else has it."""
    try:
        return _claim(purchase_id, now)
    except IntegrityError:
        # Another one of its line was first, by a moment.
        return None


def _claim(purchase_id: Any, now: datetime) -> Purchase | None:
    with transaction.atomic():
        claimed = (
            Purchase.objects.to_send(now)
            .filter(pk=purchase_id)
            .update(
                state=State.SENDING,
                sent_at=now,
                attempts=F("attempts") + 1,
                next_attempt_at=now + settings.PURCHASE_STALE_AFTER,
                before=None,
            )
        )
        if not claimed:
            return None
        purchase = Purchase.objects.select_related("organisation").get(pk=purchase_id)
        note(purchase, State.SENDING, {"attempt": purchase.attempts})
    return purchase


def buy(purchase_id: Any) -> str:
    """Send a purchase if it is due, and record what came of it. Returns its state afterwards."""
    purchase = claim(purchase_id, timezone.now())
    if purchase is None:
        return Purchase.objects.values_list("state", flat=True).get(pk=purchase_id)
    try:
        request = buyer_of(purchase).prepare(purchase)
    except TooLate as error:
        record_failure(purchase, error)
        return purchase.state
    except Exception as error:
        record_unsendable(purchase, error)
        raise
    if note_account(purchase) and confirm(purchase, timezone.now()):
        send(purchase, request)
    return purchase.state


def send_due(limit: int = 100) -> int:
    """Send what is due, until time is up; the next beat goes on. One that raises never stops the others."""
    end = time.monotonic() + SENDING_SECONDS
    due = Purchase.objects.to_send(timezone.now()).order_by("next_attempt_at")
    sent = 0
    for purchase_id in list(due.values_list("pk", flat=True)[:limit]):
        if time.monotonic() > end:
            break
        try:
            sent += buy(purchase_id) == State.BOUGHT
        except Exception:
            log.exception("purchase %s could not be sent", purchase_id)
    return sent


def send_line(line: str) -> int:
    """Send who waits in a line, one after the other, until nobody is due or time is up. Returns how many were bought.

    The head decides for all behind it: what it waits for (credit, stock, an unclear end), they wait for too.
    """
    end = time.monotonic() + SENDING_SECONDS
    bought = 0
    while time.monotonic() < end:
        head = Purchase.objects.to_send(timezone.now()).filter(line=line).first()
        if head is None:
            break
        state = buy(head.pk)
        bought += state == State.BOUGHT
        if state not in {State.BOUGHT, State.REFUSED, State.WITHDRAWN}:
            break
    return bought


def confirm(purchase: Purchase, now: datetime) -> bool:
    """Right before the call: is the purchase still ours? From now on it counts as sent.

    Whoever was held up for so long that ``settle`` has taken the purchase away must not call any more.
    """
    ours = Purchase.objects.filter(pk=purchase.pk, state=State.SENDING, attempts=purchase.attempts).update(
        sent_at=now, next_attempt_at=now + settings.PURCHASE_STALE_AFTER
    )
    purchase.refresh_from_db()
    return bool(ours)


def send(purchase: Purchase, request: Any) -> None:
    """Make the paid call and record what came of it."""
    try:
        bought = buyer_of(purchase).call(purchase, request)
    except ProviderError as error:
        record_failure(purchase, error)
    except Exception as error:
        # Stopped in the middle (a worker's time limit, a fault of ours): nobody knows how far the call got.
        record_failure(purchase, OutcomeUnknown(f"stopped by {type(error).__name__}"))
        raise
    else:
        record_bought(purchase, bought)


def record_unsendable(purchase: Purchase, error: Exception) -> None:
    """The request could not even be made ready: nothing was sent. Staff must see to it; it is tried again."""
    with transaction.atomic():
        if _put_back(purchase, State.INTENDED, None):
            note(purchase, State.INTENDED, {"error": type(error).__name__, "sent": False})
            alarm(
                key=f"unsendable:{purchase.pk}",
                subject=_("A purchase cannot be made ready"),
                text=_("%(fact)s could not be sent: %(problem)s. It is tried again.")
                % {"fact": purchase.fact_key, "problem": type(error).__name__},
            )


def note_account(purchase: Purchase) -> bool:
    """Note how the account stands right before the call: evidence if it should end unclear.

    For a purchase in a line there is no other. Where it cannot be had, nothing is sent: False, to be tried again.
    """
    if not purchase.line:
        remember_credit(purchase)
        return True
    try:
        before = read_statement(purchase.line)
    except (ProviderError, AccountUnsteady) as error:
        known = {"error": type(error).__name__, "message": str(error)[:300], "sent": False}
        with transaction.atomic():
            if _put_back(purchase, State.INTENDED, error if isinstance(error, ProviderError) else None):
                note(purchase, State.INTENDED, known)
                buyer_of(purchase).on_waiting(purchase)
        return False
    # Another attempt's notes must not be overwritten by a sender that was held up.
    Purchase.objects.filter(pk=purchase.pk, state=State.SENDING, attempts=purchase.attempts).update(
        before=before.as_json(), wallet_before=before.credit, **_tariff_by(before, purchase)
    )
    return True


def _tariff_by(before: Statement, purchase: Purchase) -> dict[str, Any]:
    """What it will cost: nobody else of its line can use the subscription up before its turn ends."""
    tariff = Tariff.SUBSCRIPTION if before.is_prepaid else Tariff.SINGLE
    try:
        cost = Price.objects.cost(purchase.product, tariff, purchase.created_at)
    except PriceMissing:
        return {}
    return {"tariff": tariff, "expected_cost": purchase.quantity * cost.amount}


def remember_credit(purchase: Purchase) -> None:
    """Note the provider's credit before the call: evidence if it should end unclear. Cheap, and may fail."""
    try:
        credit = provider().account.wallet().credit
    except ProviderError as error:
        log.info("credit before purchase %s not known: %s", purchase.pk, error)
        return
    Purchase.objects.filter(pk=purchase.pk).update(wallet_before=credit)


def record_bought(purchase: Purchase, bought: Bought, *, who: str = "", how: str = "answer") -> bool:
    """Settle a purchase as bought, with all that follows from it, in one transaction.

    False when it was settled already (a late answer to a call that a look-up had found). An answer that tells
    of a *second* thing bought at the provider is never dropped: staff hear of it.
    """
    with transaction.atomic():
        now = timezone.now()
        moved = move(purchase, State.BOUGHT, provider_reference=bought.reference, settled_at=now)
        if moved:
            note(purchase, State.BOUGHT, {"reference": bought.reference, "how": how}, who)
            buyer_of(purchase).on_bought(purchase, bought)
            end_funding(purchase)
        elif purchase.provider_reference != bought.reference:
            note(purchase, purchase.state, {"also_bought": bought.reference, "how": how}, who)
            buyer = buyer_of(purchase)
            if isinstance(buyer, UnlistedBuyer):
                buyer.keep(purchase, bought)
            alarm(
                key=f"bought-twice:{bought.reference}",
                subject=_("A second purchase for one intent"),
                text=_("%(fact)s was bought again as %(reference)s. Compare it with the provider's list.")
                % {"fact": purchase.fact_key, "reference": bought.reference},
            )
    return moved


def record_failure(purchase: Purchase, error: ProviderError) -> None:
    """Record a call that did not end in a purchase, or of which we don't know."""
    known = {"error": type(error).__name__, "message": str(error)[:300], "status": error.status}
    with transaction.atomic():
        if isinstance(error, InsufficientCredit):
            if _put_back(purchase, State.AWAITING_CREDIT, error):
                note(purchase, State.AWAITING_CREDIT, known)
                buyer_of(purchase).on_waiting(purchase)
                _tell_of_missing_credit(error)
        elif isinstance(error, SoldOut):
            if _put_back(purchase, State.AWAITING_STOCK, error):
                note(purchase, State.AWAITING_STOCK, known)
                buyer_of(purchase).on_waiting(purchase)
                _tell_of_missing_stock(purchase, error)
        elif isinstance(error, OutcomeUnknown) or not error.proves_not_bought:
            if move(purchase, State.UNKNOWN, next_attempt_at=timezone.now()):
                note(purchase, State.UNKNOWN, known)
                buyer_of(purchase).on_waiting(purchase)
        elif _is_final(error):
            if move(purchase, State.REFUSED, settled_at=timezone.now()):
                note(purchase, State.REFUSED, known)
                end_funding(purchase)
                buyer_of(purchase).on_refused(purchase, error)
        elif _put_back(purchase, State.INTENDED, error):
            note(purchase, State.INTENDED, known)
            buyer_of(purchase).on_waiting(purchase)


def _is_final(error: ProviderError) -> bool:
    """Refused for what it asks, and not for who we are (401, 403): only then is repeating useless."""
    return isinstance(error, Rejected) and error.status not in {401, 403}


def _put_back(purchase: Purchase, state: str, error: ProviderError | None) -> bool:
    """Nothing was bought: to be tried again after a pause that grows with the attempts."""
    pause = min(LONGEST_PAUSE, timedelta(seconds=5 * 2 ** min(purchase.attempts, 10)))
    if error and error.retry_after:
        pause = max(pause, timedelta(seconds=error.retry_after))
    return move(purchase, state, next_attempt_at=timezone.now() + pause)


def _tell_of_missing_credit(error: ProviderError) -> None:
    alarm(
        key=f"credit:{timezone.localdate():%Y-%m-%d}",
        subject=_("The provider's wallet is empty"),
        text=_("Purchases wait and go on by themselves after a top-up. The provider says: %(message)s")
        % {"message": error.message},
    )


def _tell_of_missing_stock(purchase: Purchase, error: ProviderError) -> None:
    alarm(
        key=f"stock:{purchase.product}:{timezone.localdate():%Y-%m-%d}",
        subject=_("Sold out at the provider"),
        text=_("%(product)s: purchases wait in line and go on by themselves. The provider says: %(message)s")
        % {"product": label_of(purchase.product), "message": error.message},
    )


def withdraw(purchase: Purchase, who: str = "") -> bool:
    """Give up a purchase that was not sent. False when it is under way, unclear, or bought already."""
    with transaction.atomic():
        if not move(purchase, State.WITHDRAWN, settled_at=timezone.now()):
            return False
        note(purchase, State.WITHDRAWN, who=who)
        end_funding(purchase)
    return True
