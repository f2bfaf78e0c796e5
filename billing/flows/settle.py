"""Settle what ended unclear: look the fact up at the provider, decide by proof, or leave it to staff."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm
from upstream import ProviderError

from ..models import Purchase
from ..provider import provider
from .buyers import UnlistedBuyer, buyer_of
from .explain import CLOCKS_APART, possible_costs
from .fund import end_funding
from .purchase import move, note, record_bought, withdraw
from .statement import AccountUnsteady, Finding, Verdict, find, read_statement

log = logging.getLogger(__name__)
State = Purchase.State

LEASE = timedelta(seconds=60)
LOOK_AGAIN = timedelta(seconds=15)
WORRYING_AFTER = timedelta(minutes=30)


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
    2. Ask the provider for everything that came of it. Found: bought. It lists no such thing: the account decides.
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
    if found is None:
        return _settle_by_account(purchase)
    if found:
        record_bought(purchase, found[0], how="found at the provider")
        for other in found[1:]:
            record_bought(purchase, other, how="found at the provider")
        return True
    if not _is_late_enough(purchase, timezone.now(), settings.PURCHASE_SETTLE_AFTER):
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
        _leave_to_staff(
            purchase,
            {"charges": charges, "listed": False},
            _(
                "%(fact)s is not in the provider's list, but the wallet shows a charge that nothing explains. "
                "See the purchase in the admin."
            ),
        )
    else:
        send_again(purchase, known={"proof": "absent from the provider's list, no unexplained charge"})
    return True


def _settle_by_account(purchase: Purchase) -> bool:
    """What the provider lists nowhere: the account before and after the call is all the proof there is.

    Spent means that what was bought is lost with its answer: never bought again by itself, staff see to it.
    """
    now = timezone.now()
    if not _is_late_enough(purchase, now, settings.PURCHASE_UNLISTED_AFTER):
        _look_again(purchase)
        return False
    before = purchase.before
    if before is None:
        # The account is noted before anything is sent, and the note is thrown away with each new attempt.
        return send_again(purchase, {"proof": "it was never sent: the account was not noted yet"})
    try:
        since = datetime.fromisoformat(before["since"])
        finding = find(purchase, before, read_statement(purchase.line, since))
    except (ProviderError, AccountUnsteady) as error:
        log.warning("account not readable for purchase %s: %s", purchase.pk, error)
        return False
    if finding.verdict is Verdict.NOT_SPENT:
        return send_again(purchase, {**finding.known, "proof": "no charge, and no request of a subscription"})
    is_doubtful = finding.verdict is Verdict.OPEN or _may_be_anothers(purchase)
    if is_doubtful and purchase.sent_at is not None and now < purchase.sent_at + WORRYING_AFTER:
        _look_again(purchase)
        return False
    _leave_to_staff(purchase, _told(finding, is_doubtful), _words_for(is_doubtful))
    return True


def _told(finding: Finding, is_doubtful: bool) -> dict[str, Any]:
    return {**finding.known, "verdict": Verdict.OPEN.value if is_doubtful else Verdict.SPENT.value}


def _words_for(is_doubtful: bool) -> Any:
    if is_doubtful:
        return _(
            "The provider's account does not prove whether %(fact)s was bought. See the purchase in the admin."
        )
    return _(
        "%(fact)s was paid for, but the answer with what was bought is lost. Ask the provider's support for it, "
        "then decide in the admin."
    )


def _may_be_anothers(purchase: Purchase) -> bool:
    """Whether another purchase of which we know as little may explain what moved."""
    doubtful = [*Purchase.ON_ITS_WAY, State.UNDECIDED]
    since = purchase.sent_at - settings.PURCHASE_STALE_AFTER - 2 * CLOCKS_APART if purchase.sent_at else None
    others = Purchase.objects.filter(state__in=doubtful, sent_at__gte=since).exclude(line=purchase.line)
    return any(possible_costs(other) & possible_costs(purchase) for other in others[:200])


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


def _is_late_enough(purchase: Purchase, now: datetime, to_show: timedelta) -> bool:
    """Whether absence proves something: the call must have ended, and its effect must have had time ``to_show``.

    A sender that we took for lost may still be calling. Both spans together are longer than the workers' time
    limit (``CELERY_TASK_TIME_LIMIT``), so none is by then.
    """
    patience = settings.PURCHASE_STALE_AFTER + to_show
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
    amounts = possible_costs(purchase)
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


def _may_belong_to_another(purchase: Purchase) -> bool:
    """Whether another unclear purchase of the same amount, not looked at long enough yet, may explain the charge."""
    too_young = timezone.now() - settings.PURCHASE_STALE_AFTER - settings.PURCHASE_SETTLE_AFTER - 2 * LEASE
    return (
        Purchase.objects.filter(
            state__in=[State.SENDING, State.UNKNOWN],
            expected_cost__in=possible_costs(purchase),
            sent_at__gt=too_young,
        )
        .exclude(pk=purchase.pk)
        .exists()
    )


def _leave_to_staff(purchase: Purchase, known: dict[str, Any], text: Any) -> None:
    with transaction.atomic():
        if move(purchase, State.UNDECIDED):
            note(purchase, State.UNDECIDED, known)
            buyer_of(purchase).on_waiting(purchase)
            alarm(
                key=f"undecided:{purchase.pk}",
                subject=_("A purchase that only you can decide"),
                text=text % {"fact": purchase.fact_key},
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


def decide_lost(purchase: Purchase, who: str, *, again: bool) -> bool:
    """Staff say that it was paid for and cannot be had. With ``again`` its buyer intends another one in its place."""
    buyer = buyer_of(purchase)
    if not isinstance(buyer, UnlistedBuyer):
        return False
    with transaction.atomic():
        if not move(purchase, State.LOST, settled_at=timezone.now()):
            return False
        note(purchase, State.LOST, {"another": again}, who)
        # Before another one is intended: the customer pays for the one that works.
        end_funding(purchase)
        buyer.on_lost(purchase, again=again, who=who)
    return True
