"""Which plan a customer is on, in which period, and how many pieces it gives in it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..models import Charge, Plan, PlanStart
from ..models.plan import in_order
from ..periods import Period
from ..plan_periods import days_of, plan_period


@dataclass(frozen=True)
class Stay:
    """A customer's time on one plan, from a day to a day; without an end so far if ``last`` is None."""

    plan: Plan
    first: date
    last: date | None
    start: PlanStart

    def holds_on(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def period_on(self, day: date) -> Period:
        """The plan's period that a day lies in."""
        return plan_period(self.start.counted_from, self.start.day_of_month, self.plan.months, day)

    def days_within(self, period: Period) -> int:
        """How many days of a period it covers."""
        first, last = max(self.first, period.first), min(self.last or period.last, period.last)
        return max(0, (last - first).days + 1)


@dataclass(frozen=True)
class Allowance:
    """Pieces of one product that a period gives."""

    free: int
    included: int


def stays_of(organisation: Any) -> list[Stay]:
    """A customer's times on plans, in order; days without a plan lie in none of them."""
    starts = PlanStart.objects.for_organisation(organisation).select_related("plan", "organisation")
    holding = in_order(starts.prefetch_related("plan__allowances"))
    ends: list[date | None] = [first - timedelta(days=1) for first, _ in holding[1:]]
    return [
        Stay(start.plan, first, last, start)
        for (first, start), last in zip(holding, [*ends, None], strict=False)
        if start.plan is not None
    ]


def has_plan(organisation: Any) -> bool:
    """Whether a customer is, was or will be on a plan: one question, for all those who never are."""
    return PlanStart.objects.for_organisation(organisation).exists()


def stay_on(stays: list[Stay], day: date) -> Stay | None:
    """Where a customer is on a day; None for no plan."""
    return next((stay for stay in stays if stay.holds_on(day)), None)


def allowance_of(stays: list[Stay], period: Period, product: str) -> Allowance:
    """What a period gives of a product: each plan that held in it gives its share by days, rounded down once."""
    free = included = 0
    for stay in stays:
        if (days := stay.days_within(period)) and (row := stay.plan.pieces().get(product)):
            free += row.free * days
            included += row.included * days
    return Allowance(free // days_of(period), included // days_of(period))


def fee_key(organisation_id: Any, period: Period) -> str:
    """The fact that a period's fee is."""
    return f"fee:{organisation_id}:{period.first}"


def is_open(stays: list[Stay], period: Period) -> bool:
    """Whether a period's pieces in the fee may be used: its fee is charged, or the plan that it began with has none.

    What a dearer plan costs for the rest of it was charged in the moment of the change.
    """
    began_with = stay_on(stays, period.first)
    if began_with is None or began_with.plan.fee == 0:
        return True
    return Charge.objects.filter(key=fee_key(began_with.start.organisation_id, period)).exists()
