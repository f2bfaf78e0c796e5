"""Put a customer on a plan, on another one, or on none: previewed to the cent, then done exactly so.

A larger plan may begin at once: the difference of the fees is charged for the days that are left, and the pieces of
the period are each plan's by the days that it holds. Everything else begins when the period ends, since what was used
already cannot be given back.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from customers.models import Organisation

from ..models import Charge, Plan, PlanStart, VatRate
from ..money import to_cents
from ..periods import Period
from ..plan_periods import days_of, plan_period
from .allowance import Allowance, Stay, allowance_of, fee_key, is_open, stay_on, stays_of
from .charge_fees import charge, charge_fees
from .ledger import Ledger, credit_of, open_ledger
from .vat_on_top import rate_on_top

ZERO = Decimal(0)


class NotPossible(Exception):
    """This change cannot be made: the plan is not offered, nothing would change, or it must wait for the renewal."""


class Changed(Exception):
    """The change is not what was shown; ``preview`` is what it would be now."""

    def __init__(self, preview: "Preview") -> None:
        super().__init__(f"now {preview.net} from {preview.first_day}")
        self.preview = preview


@dataclass(frozen=True)
class Preview:
    """What a change means. Amounts in EUR: what is charged in the moment of the change, and what each renewal costs."""

    old: Plan | None
    new: Plan | None
    at_once: bool
    first_day: date
    period: Period
    """Of the new plan, the first that it is charged for, or the running one."""
    days_left: int
    net: Decimal
    vat: Decimal
    next_fee_on: date | None
    missing: Decimal
    """What the wallet lacks to pay it, when it is the wallet that pays."""
    pieces: dict[str, Allowance]
    """What the period gives after the change, by product."""
    counted_from: date
    day_of_month: int

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def days(self) -> int:
        return days_of(self.period)


def is_larger(new: Plan, old: Plan) -> bool:
    """Whether a plan gives no less of anything than another, for no less, in periods of the same length.

    Only then may it begin in the middle of a period: nobody could use one plan up and then take its fee back.
    """
    if new.months != old.months or new.fee < old.fee:
        return False
    more = new.pieces()
    return all(
        row.free == row.included == 0
        or (key in more and more[key].free >= row.free and more[key].included >= row.included)
        for key, row in old.pieces().items()
    )


def needs_staff(old: Plan | None, new: Plan | None) -> bool:
    """Whether a customer who pays in advance would be given an invoice instead: that is for staff to agree to."""
    pays_in_advance = old is not None and old.beyond == Plan.Beyond.WALLET
    return pays_in_advance and (new is None or new.beyond != Plan.Beyond.WALLET)


def preview(organisation: Organisation, new: Plan | None, now: datetime, *, at_once: bool = False) -> Preview:
    """What changing to a plan, or to none, would mean. Raises ``NotPossible``."""
    today, stays = timezone.localdate(now), stays_of(organisation)
    stay = stay_on(stays, today)
    is_kept = stay is not None and new is not None and new.pk == stay.plan.pk
    if new is not None and not is_kept and new not in Plan.objects.offered_to(organisation, now):
        raise NotPossible("the plan is not offered")
    if stay is None:
        if new is None:
            raise NotPossible("there is no plan to end")
        return _begin(organisation, new, today, now)
    if at_once:
        if new is None or new.pk == stay.plan.pk or not is_larger(new, stay.plan):
            raise NotPossible("it must wait for the renewal")
        if not is_open(stays, stay.period_on(today)):
            raise NotPossible("the fee of the running period is not paid yet")
        return _enlarge(organisation, stays, stay, new, today, now)
    return _at_renewal(organisation, stays, stay, new, today)


def _begin(organisation: Organisation, new: Plan, today: date, now: datetime) -> Preview:
    """The first plan: it begins today, and its first fee is due."""
    period = plan_period(today, today.day, new.months, today)
    vat = to_cents(new.fee * rate_on_top(organisation, VatRate.objects.at(now).rate) / 100)
    return Preview(
        old=None,
        new=new,
        at_once=True,
        first_day=today,
        period=period,
        days_left=days_of(period),
        net=new.fee,
        vat=vat,
        next_fee_on=period.last + timedelta(days=1) if new.fee else None,
        missing=_missing(organisation, new, new.fee + vat),
        pieces={key: Allowance(row.free, row.included) for key, row in new.pieces().items()},
        counted_from=today,
        day_of_month=today.day,
    )


def _enlarge(
    organisation: Organisation, stays: list[Stay], stay: Stay, new: Plan, today: date, now: datetime
) -> Preview:
    period = stay.period_on(today)
    left = (period.last - today).days + 1
    net = to_cents((new.fee - stay.plan.fee) * left / days_of(period))
    vat = to_cents(net * rate_on_top(organisation, VatRate.objects.at(now).rate) / 100)
    after = _with(stays, stay, new, today)
    return Preview(
        old=stay.plan,
        new=new,
        at_once=True,
        first_day=today,
        period=period,
        days_left=left,
        net=net,
        vat=vat,
        next_fee_on=period.last + timedelta(days=1) if new.fee else None,
        missing=_missing(organisation, new, net + vat),
        pieces={key: allowance_of(after, period, key) for key in new.pieces()},
        counted_from=stay.start.counted_from,
        day_of_month=stay.start.day_of_month,
    )


def _at_renewal(
    organisation: Organisation, stays: list[Stay], stay: Stay, new: Plan | None, today: date
) -> Preview:
    """From the end of the running period on. To stay on one's plan takes back what was to change."""
    running = stay.period_on(today)
    first_day = running.last + timedelta(days=1)
    following = stay_on(stays, first_day)
    if (following.plan.pk if following else None) == (new.pk if new else None):
        raise NotPossible("that is how it is already")
    months = new.months if new else stay.plan.months
    day_of_month = stay.start.day_of_month
    return Preview(
        old=stay.plan,
        new=new,
        at_once=False,
        first_day=first_day,
        period=plan_period(first_day, day_of_month, months, first_day),
        days_left=0,
        net=ZERO,
        vat=ZERO,
        next_fee_on=first_day if new and new.fee else None,
        missing=ZERO,
        pieces={key: Allowance(row.free, row.included) for key, row in new.pieces().items()} if new else {},
        counted_from=first_day,
        day_of_month=day_of_month,
    )


def _with(stays: list[Stay], stay: Stay, new: Plan, today: date) -> list[Stay]:
    """A customer's times as they would be with another plan from today on."""
    yesterday = today - timedelta(days=1)
    before = [replace(one, last=min(one.last or yesterday, yesterday)) for one in stays if one.first < today]
    return [*before, Stay(new, today, None, stay.start)]


def _missing(organisation: Organisation, plan: Plan, gross: Decimal) -> Decimal:
    if not plan.takes_fee_from_wallet:
        return ZERO
    return max(ZERO, gross - credit_of(organisation).available)


def change(
    organisation: Organisation,
    new: Plan | None,
    who: str,
    *,
    at_once: bool = False,
    shown: tuple[date, Decimal] | None = None,
) -> Preview:
    """Change a customer's plan, and charge what is due at once.

    ``shown`` is the first day and the amount without VAT that was confirmed; None where staff decide. Raises
    ``NotPossible``, ``Changed``, and ``NoCredit`` when the wallet pays and cannot.
    """
    from ..wallet_tasks import go_on

    now = timezone.now()
    with open_ledger(organisation) as ledger:
        charge_fees(ledger, now)
        plan = preview(ledger.organisation, new, now, at_once=at_once)
        if shown is not None and shown != (plan.first_day, plan.net):
            raise Changed(plan)
        start = PlanStart(
            organisation=ledger.organisation,
            plan=new,
            first_day=plan.first_day,
            counted_from=plan.counted_from,
            day_of_month=plan.day_of_month,
            made_at=now,
            made_by=who[:200],
        )
        start.save()
        _charge(ledger, plan, start, now)
        go_on.delay_on_commit(str(ledger.organisation.pk))
    return plan


def _charge(ledger: Ledger, plan: Preview, start: PlanStart, now: datetime) -> None:
    """What is due in the moment of the change."""
    if not plan.at_once or plan.new is None or plan.net == 0:
        return
    stay = Stay(plan.new, plan.first_day, None, start)
    days = Period(plan.first_day, plan.period.last)
    if days == plan.period and (plan.old is None or plan.old.fee == 0):
        charge(ledger, stay, Charge.Kind.FEE, fee_key(ledger.organisation.pk, days), plan.net, days, now)
    else:
        charge(ledger, stay, Charge.Kind.CHANGE, f"change:{start.pk}", plan.net, days, now)
