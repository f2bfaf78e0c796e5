"""Take back a piece that was metered by mistake, or that we do not want paid: a new fact with −1, never an edit.

Whoever paid for it gets it back in the same transaction: the wallet its credit, the running period of the plan its
piece; what was invoiced, or will be, is one piece less in the statement of the month of the correction. Nothing is
changed at the provider.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from ..models import Funding, Movement, Usage
from ..models.usage import USAGE_NAMESPACE
from ..periods import Period
from .allowance import stay_on, stays_of
from .ledger import open_ledger
from .roll_up import write_usage
from .vat_on_top import STEP, with_vat

ZERO = Decimal(0)


class NotCorrectable(Exception):
    """It is a correction itself: what it took back can be ordered again, and is not un-corrected."""


class AlreadyCorrected(Exception):
    """The row was corrected before; ``correction`` says when and why."""

    def __init__(self, correction: Usage) -> None:
        super().__init__(str(correction.pk))
        self.correction = correction


@dataclass(frozen=True)
class Effect:
    """What correcting a row does now."""

    funding: str
    net: Decimal
    """What the month's statement says less, in EUR without VAT, unrounded."""
    month: date
    """The month whose statement counts it."""
    is_of_this_month: bool
    """Whether the same statement counts the row, too: then they take each other away."""
    to_wallet: Decimal
    """What the wallet gets back, in EUR with VAT."""
    period: Period | None
    """The running period of the plan that gets its piece back; None where no piece comes back to be used."""


def effect_of(row: Usage, now: datetime) -> Effect:
    """What correcting a row would do. Raises ``NotCorrectable`` and ``AlreadyCorrected``."""
    if row.corrects_id:
        raise NotCorrectable(str(row.pk))
    if earlier := Usage.objects.filter(corrects=row).first():
        raise AlreadyCorrected(earlier)
    month = Period.month_of(timezone.localdate(now))
    return Effect(
        funding=row.funding,
        net=row.unit_price,
        month=month.first,
        is_of_this_month=row.occurred_at >= month.start,
        to_wallet=_to_wallet(row) if row.funding == Funding.WALLET else ZERO,
        period=_running_period(row, now),
    )


def _to_wallet(row: Usage) -> Decimal:
    """Its share of what was held for it, as it was reckoned then; all shares together are never more than that."""
    held = row.reservation
    if held is None:
        return with_vat(row.organisation, row.unit_price, row.vat_rate)
    before = held.usage.filter(corrects__isnull=False).count()
    return _share(held.held, before + 1, held.quantity) - _share(held.held, before, held.quantity)


def _share(amount: Decimal, pieces: int, of: int) -> Decimal:
    return (amount * pieces / of).quantize(STEP, rounding=ROUND_DOWN)


def _running_period(row: Usage, now: datetime) -> Period | None:
    """The running period, if the row has used one of its pieces."""
    if row.reservation is None or row.funding not in {Funding.FREE, Funding.PACKAGE}:
        return None
    today = timezone.localdate(now)
    stay = stay_on(stays_of(row.organisation_id), today)
    period = stay.period_on(today) if stay else None
    return period if period and period.first == row.reservation.period_first else None


def correct(usage_id: Any, reason: str) -> tuple[Usage, Effect]:
    """Take one metered piece back, once. The correction, and what it did.

    ``reason`` is read by the customer. Raises ``NotCorrectable`` and ``AlreadyCorrected``.
    """
    row = Usage.objects.select_related("organisation", "reservation").get(pk=usage_id)
    try:
        return _correct(row, reason)
    except IntegrityError:
        # The database itself lets one correction through for each row.
        raise AlreadyCorrected(Usage.objects.get(corrects=row)) from None


def _correct(row: Usage, reason: str) -> tuple[Usage, Effect]:
    from ..wallet_tasks import go_on

    with open_ledger(row.organisation_id) as ledger:
        now = timezone.now()
        effect = effect_of(row, now)
        correction = _opposite(row, now, reason)
        write_usage(row.organisation_id, [correction])
        if effect.to_wallet:
            ledger.post(
                Movement.Kind.REFUND, effect.to_wallet, f"refund:{row.pk}", at=now, note=f"{row}: {reason}"
            )
        # What waits for credit, or for a piece, may go on now.
        go_on.delay_on_commit(str(row.organisation_id))
    return correction, effect


def _opposite(row: Usage, now: datetime, reason: str) -> Usage:
    """The same fact with −1, today."""
    fields = {field.attname: getattr(row, field.attname) for field in Usage._meta.concrete_fields}
    fields |= {
        "id": uuid.uuid5(USAGE_NAMESPACE, f"correction|{row.pk}"),
        "quantity": -1,
        "corrects_id": row.pk,
        "occurred_at": now,
        "reason": reason[:200],
    }
    return Usage(**fields)
