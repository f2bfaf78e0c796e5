"""Charge the fees of plans as their periods begin, each once: on the invoice, or from the wallet."""

import logging
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from ..models import Charge, Movement, PlanStart, VatRate
from ..models.charge import Funding
from ..money import to_cents
from ..periods import Period
from .allowance import Stay, fee_key, stays_of
from .ledger import Ledger, NoCredit, open_ledger
from .vat_on_top import rate_on_top

log = logging.getLogger(__name__)


def charge_due() -> int:
    """Charge what is due of every customer with a plan. One that fails never stops the others."""
    charged = 0
    for organisation_id in PlanStart.objects.order_by().values_list("organisation", flat=True).distinct():
        try:
            with open_ledger(organisation_id) as ledger:
                charged += charge_fees(ledger, timezone.now())
        except Exception:
            log.exception("fees of %s could not be charged", organisation_id)
    return charged


def charge_fees(ledger: Ledger, now: datetime) -> int:
    """Charge a customer's fees that are due and can be paid. Returns how many were.

    On the invoice, every period that has begun is charged. From the wallet, only the one that runs now is, and only
    when the credit is there: until then its pieces wait.
    """
    today = timezone.localdate(now)
    due = [one for one in _periods(stays_of(ledger.organisation), today) if one[0].plan.fee]
    keys = [fee_key(ledger.organisation.pk, period) for _, period in due]
    known = set(Charge.objects.filter(key__in=keys).values_list("key", flat=True))
    charged = 0
    for (stay, period), key in zip(due, keys, strict=True):
        is_over = period.last < today
        if key in known or (stay.plan.takes_fee_from_wallet and is_over):
            continue
        try:
            charge(ledger, stay, Charge.Kind.FEE, key, stay.plan.fee, period, now)
        except NoCredit:
            continue
        charged += 1
    return charged


def charge(
    ledger: Ledger, stay: Stay, kind: str, key: str, net: Decimal, period: Period, now: datetime
) -> Charge:
    """Charge an amount without VAT for days of a plan. Raises ``NoCredit`` when the wallet pays and cannot."""
    rate = VatRate.objects.at(now).rate
    in_advance = stay.plan.takes_fee_from_wallet
    row = Charge(
        organisation=ledger.organisation,
        key=key,
        kind=kind,
        product=stay.plan.name,
        description=f"{stay.plan.name}, {period.first:%d/%m/%Y}-{period.last:%d/%m/%Y}",
        occurred_at=now,
        unit_price=net,
        vat_rate=rate,
        funding=Funding.WALLET if in_advance else Funding.POSTPAID,
    )
    if in_advance:
        # To the cent, as it was shown: a fee is one line by itself.
        gross = net + to_cents(net * rate_on_top(ledger.organisation, rate) / 100)
        ledger.post(Movement.Kind.FEE, gross, key, at=now, note=row.description)
    row.save()
    return row


def _periods(stays: list[Stay], today: date) -> list[tuple[Stay, Period]]:
    """Every period that has begun, with the plan that held on its first day."""
    found = []
    for stay in stays:
        day = stay.first
        while day <= min(stay.last or today, today):
            period = stay.period_on(day)
            if stay.holds_on(period.first):
                found.append((stay, period))
            day = period.last + timedelta(days=1)
    return found
