"""Ordering: who, then the price, then the order."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from billing.flows.split import funding_of
from billing.models import Product
from billing.models.price_book import PriceMissing
from customers.requests import CustomerRequest, for_members
from facts.request_origin import client_ip

from ..flows import order as ordering
from ..flows import prepare
from ..flows.line import line_now
from ..flows.state import NotPossible
from ..forms import ListForm, PeopleFormSet, people_in, row_data
from ..forms.people import FIELDS, MOST_PEOPLE, NO_SECOND, PREFIX
from ..models import Order
from .finding import draft_of

# More than may be ordered, so that a longer list is refused and not cut.
MOST_ROWS = MOST_PEOPLE + 20


def _steps(order: Order | None) -> list[dict[str, str]]:
    names = [(_("People"), "people"), (_("Review"), "review")]
    return [
        {"title": title, "url": reverse(f"spid:{name}", args=[order.pk]) if order else ""}
        for title, name in names
    ]


def _show_people(
    request: CustomerRequest,
    order: Order | None,
    formset: Any,
    pasted: Any = None,
    *,
    is_refused: bool = False,
) -> HttpResponse:
    context = {
        "order": order,
        "formset": formset,
        "list_form": pasted or ListForm(),
        "is_pasted": pasted is not None,
        "steps": _steps(order),
        "most": MOST_PEOPLE,
        "is_refused": is_refused,
    }
    return render(request, "spid/people.html", context, status=422 if is_refused else 200)


@for_members(able_to="can_send")
def new(request: CustomerRequest) -> HttpResponse:
    """The first step: for oneself (``?for=me``), for somebody, or for a list."""
    if request.method == "POST":
        return _take(request, None)
    mine = [{"name": "", "surname": "", "email": "", "language": request.user.language}]
    if request.GET.get("for") == "me":
        name, _space, surname = request.user.name.rpartition(" ")
        mine = [{"name": name[:60], "surname": surname[:60], "email": request.user.email,
                 "language": request.user.language}]  # fmt: skip
    return _show_people(request, None, PeopleFormSet(initial=mine, prefix=PREFIX))


@for_members(able_to="can_send")
def people(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The first step of a draft again."""
    order = draft_of(request, pk)
    if request.method == "POST":
        return _take(request, order)
    listed = [vars(person) for person in ordering.people_of(order)]
    return _show_people(request, order, PeopleFormSet(row_data(listed), prefix=PREFIX))


def _take(request: CustomerRequest, order: Order | None) -> HttpResponse:
    """What was posted: one more row, a list to take over, or people to go on with. Nothing typed is lost."""
    typed = _typed_rows(request)
    if "add_row" in request.POST:
        return _show_people(request, order, _to_be_filled([*typed, {}]))
    if "take_over" in request.POST:
        return _take_over(request, order, typed)
    formset = PeopleFormSet(row_data(typed or [{}]), prefix=PREFIX)
    if not formset.is_valid():
        return _show_people(request, order, formset, is_refused=True)
    if order is None:
        order = prepare.create_draft(request.organisation, request.user, people_in(formset))
    else:
        try:
            prepare.set_people(order, people_in(formset))
        except NotPossible:
            messages.info(request, _("This was ordered already."))
            return redirect("spid:list")
    return redirect("spid:review", order.pk)


def _to_be_filled(rows: list[dict[str, str]]) -> Any:
    """Rows to be filled in further: what is missing is not an error yet."""
    return PeopleFormSet(initial=rows, prefix=PREFIX)


def _take_over(request: CustomerRequest, order: Order | None, typed: list[dict[str, str]]) -> HttpResponse:
    """A pasted or uploaded list becomes rows beside those that were typed, each with its own errors."""
    pasted = ListForm(request.POST, request.FILES)
    if not pasted.is_valid():
        return _show_people(request, order, _to_be_filled(typed or [{}]), pasted, is_refused=True)
    formset = PeopleFormSet(row_data([*typed, *pasted.rows]), prefix=PREFIX)
    is_good = formset.is_valid()
    if is_good:
        text = ngettext("%(count)s row taken over.", "%(count)s rows taken over.", len(pasted.rows))
        messages.success(request, text % {"count": len(pasted.rows)})
    return _show_people(request, order, formset, is_refused=not is_good)


def _typed_rows(request: CustomerRequest) -> list[dict[str, str]]:
    """The rows as they were typed, without those that are empty or were taken out."""
    text = request.POST.get(f"{PREFIX}-TOTAL_FORMS", "")
    is_count = text.isascii() and text.isdigit() and len(text) <= 4
    count = min(int(text), MOST_ROWS) if is_count else 0
    rows = [
        {name: request.POST.get(f"{PREFIX}-{place}-{name}", "") for name in FIELDS}
        for place in range(count)
        if f"{PREFIX}-{place}-DELETE" not in request.POST
    ]
    return [row for row in rows if any(row[name].strip() for name in FIELDS if name != "language")]


@for_members(able_to="can_send")
def review(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The last step: everybody once more, with the price, before anything is bought."""
    order = draft_of(request, pk)
    return _order(request, order) if request.method == "POST" else _show_review(request, order)


def _show_review(request: CustomerRequest, order: Order, **context: Any) -> HttpResponse:
    try:
        context.setdefault("quote", ordering.price_of(order))
    except PriceMissing:
        context["is_price_missing"] = True
    if quote := context.get("quote"):
        context["funding"] = funding_of(order.organisation, {Product.SPID: quote.quantity})
    context |= {
        "order": order,
        "people": order.activations.order_by("position"),
        "steps": _steps(order),
        "line": line_now(),
    }
    status = 422 if context.get("is_refused") else 200
    return render(request, "spid/review.html", context, status=status)


def _order(request: CustomerRequest, order: Order) -> HttpResponse:
    try:
        expected = Decimal(request.POST.get("unit_price", ""))
    except InvalidOperation:
        return _show_review(request, order, is_refused=True)
    try:
        ordering.place_order(order, request.user, client_ip(request), expected)
    except ordering.AlreadyTaken as error:
        problems = {
            person.pk: NO_SECOND for person in order.activations.filter(tax_code__in=error.taken.tax_codes)
        }
        return _show_review(request, order, taken=error.taken, problems=problems, is_refused=True)
    except ordering.PriceChanged as error:
        return _show_review(request, order, quote=error.quote, has_price_changed=True, is_refused=True)
    except PriceMissing:
        return _show_review(request, order, is_refused=True)
    except NotPossible:
        messages.info(request, _("This was ordered already."))
        return redirect("spid:list")
    first = order.activations.order_by("position").first()
    if first is not None and order.activations.count() == 1:
        return redirect("spid:detail", first.pk)
    messages.success(request, _("Ordered. Each person gets a mail as soon as their voucher is bought."))
    return redirect("spid:list")


@require_POST
@for_members(able_to="can_send")
def discard(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Throw a draft away."""
    try:
        prepare.discard(draft_of(request, pk))
    except NotPossible:
        messages.error(request, _("This was ordered already."))
    else:
        messages.success(request, _("The draft is gone."))
    return redirect("spid:list")
