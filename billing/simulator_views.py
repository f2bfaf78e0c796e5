"""The break-even simulator: what each plan would have cost on one's own past months, or on numbers that one types."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.requests import CustomerRequest, for_members

from .flows.allowance import stay_on, stays_of
from .models import Plan, Price
from .periods import Period
from .plan_periods import months_later
from .products import labels
from .simulate import Month, Offer, break_even, compare
from .usage_section import grouped

MONTHS = 12
MOST_PIECES = 1_000_000


class WhatIfForm(forms.Form):
    """So many pieces of each product a month."""

    def __init__(self, products: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {f"pieces-{number}": key for number, key in enumerate(products)}
        for name, key in self.names.items():
            self.fields[name] = forms.IntegerField(
                label=products[key], min_value=0, max_value=MOST_PIECES, required=False
            )

    @property
    def month(self) -> Month:
        """The month typed; only when the form is valid."""
        return {key: self.cleaned_data.get(name) or 0 for name, key in self.names.items()}


def past_months(organisation: Any, today: date) -> tuple[Period, list[Month]]:
    """A customer's last twelve full months, by product."""
    first = months_later(today.replace(day=1), -MONTHS, 1)
    period = Period(first, today.replace(day=1) - timedelta(days=1))
    found: dict[date, dict[str, int]] = {months_later(first, number, 1): {} for number in range(MONTHS)}
    for month, product, count in grouped(period, organisation, "month", "product"):
        found[month][product] = count
    return period, list(found.values())


def offers_for(organisation: Any) -> list[tuple[Plan | None, Offer]]:
    """No plan at all, and the plans on offer to a customer."""
    plans = Plan.objects.prefetch_related("allowances").offered_to(organisation, timezone.now())
    offers: list[tuple[Plan | None, Offer]] = [(None, Offer(str(_("No plan"))))]
    for plan in plans:
        pieces = {key: row.free + row.included for key, row in plan.pieces().items()}
        offers.append((plan, Offer(plan.name, plan.fee, plan.months, pieces)))
    return offers


@require_safe
@for_members(able_to="can_view_usage")
def simulator(request: CustomerRequest) -> HttpResponse:
    """Each plan's cost beside the others', and from how many pieces on it pays."""
    period, past = past_months(request.organisation, timezone.localdate())
    offers = offers_for(request.organisation)
    known = {key for month in past for key in month} | {key for _, one in offers for key in one.pieces or {}}
    names = labels()
    products = {key: names.get(key, key) for key in sorted(known)}
    form = WhatIfForm(products, request.GET or None)
    typed = form.is_bound and form.is_valid() and any(form.month.values())
    months = [form.month] * MONTHS if typed else past
    prices = {
        key: one.amount
        for key, one in Price.objects.sales(known, request.organisation, timezone.now()).items()
    }
    stay = stay_on(stays_of(request.organisation), timezone.localdate())
    context = {
        "form": form,
        "is_typed": typed,
        "period": period,
        "used": [(names.get(key, key), sum(month.get(key, 0) for month in months)) for key in products],
        "rows": _rows(offers, months, prices, names, stay.plan if stay else None),
        "unpriced": [products[key] for key in products if key not in prices],
    }
    return render(request, "billing/simulator.html", context)


def _rows(
    offers: list[tuple[Plan | None, Offer]],
    months: list[Month],
    prices: Mapping[str, Decimal],
    names: Mapping[str, str],
    running: Plan | None,
) -> list[dict[str, Any]]:
    plans = {id(offer): plan for plan, offer in offers}
    outcomes = compare([offer for _, offer in offers], months, prices)
    without = next(one for one in outcomes if plans[id(one.offer)] is None)
    rows = []
    for one in outcomes:
        plan = plans[id(one.offer)]
        pays = [break_even(one.offer, key, prices[key]) for key in one.offer.pieces or {} if key in prices]
        rows.append({
            "plan": plan,
            "name": one.offer.name,
            "outcome": one,
            "saved": without.total - one.total,
            "is_running": plan == running,
            "pays": [(names.get(found.product, found.product), found.pieces) for found in pays if found],
            "never": plan is not None and not any(pays),
        })  # fmt: skip
    return rows
