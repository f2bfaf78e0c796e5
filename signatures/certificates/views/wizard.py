"""Filling in an order, step by step; each step saves the draft, and so does each field on the way."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.models.price_book import PriceMissing
from customers.identity.forms import CONFIRMING
from customers.identity.places import known
from customers.models import Organisation
from customers.requests import CustomerRequest, for_members
from signatures.catalogue.flows.shop import item_for

from .. import steps
from ..flows import draft
from ..flows.check import day_of, problems_of
from ..flows.holders import known_holders
from ..flows.pages import after, first_open, names_of, pages_of
from ..flows.price import OrderPrice, price_of
from ..flows.state import NotPossible
from ..flows.sweep import discard as throw_away
from ..forms import FORMS, StepForm, begun_form
from ..models import Order
from .finding import editable_order, order_of
from .limits import may_answer

MOST_PLACES = 12


def page_context(order: Order, name: str) -> dict[str, Any]:
    """What every page of the form shows around its step."""
    pages = pages_of(order)
    return {
        "order": order,
        "facts": order.facts,
        "pages": pages,
        "step": name,
        "step_number": [page.name for page in pages].index(name) + 1,
        "step_title": next(page.title for page in pages if page.name == name),
        "price": _price(order),
        "is_consumer": order.organisation.kind == Organisation.Kind.CONSUMER,
    }


def _price(order: Order) -> OrderPrice | None:
    try:
        return price_of(order)
    except PriceMissing:
        return None


@require_POST
@for_members(able_to="can_send")
def new(request: CustomerRequest) -> HttpResponse:
    """Begin an order of a product of the shop."""
    item = item_for(request.organisation, request.POST.get("code", "")[:40])
    if item is None:
        messages.error(request, _("This product cannot be ordered just now."))
        return redirect("shop:shop")
    order = draft.begin(request.organisation, request.user, item.offer)
    return redirect("orders:step", order.pk, names_of(order)[0])


@for_members(able_to="can_send")
def step(request: CustomerRequest, pk: Any, name: str) -> HttpResponse:
    """One step: shown, or taken and saved."""
    order = _order_with(request, pk, name)
    if request.method != "POST":
        return _show(request, order, name, begun_form(order, name))
    if not may_answer(request, order, name, _typed(request, name, order)):
        return render(request, "429.html", status=429)
    if "later" in request.POST:
        draft.save_typed(order, name, _typed(request, name, order))
        messages.success(request, _("The draft is saved. Go on with it whenever you like."))
        return redirect("orders:list")
    form = FORMS[name](request.POST, order=order)
    if not form.is_valid():
        return _show(request, order, name, form, status=422)
    draft.save_step(order, name, form.kept(), **form.columns())
    return redirect("orders:step", order.pk, _next_of(order, name))


def _next_of(order: Order, name: str) -> str:
    """The page that comes next; of a renewal that we know everything of, the first with something to ask."""
    if name == steps.RENEWAL and order.renews:
        draft.take_over_holder(order)
        return first_open(order, problems_of(order))
    return after(order, name)


def _order_with(request: CustomerRequest, pk: Any, name: str) -> Order:
    """An order that may be changed and has this step. Raises ``Http404``."""
    order = editable_order(request, pk)
    if name not in FORMS or name not in names_of(order):
        raise Http404
    return order


def _show(
    request: CustomerRequest, order: Order, name: str, form: StepForm, status: int = 200
) -> HttpResponse:
    context = page_context(order, name) | {"form": form}
    if name == steps.PERSON:
        context["holders"] = known_holders(order, request.user)
    return render(request, "signatures/certificates/step.html", context, status=status)


@require_POST
@for_members(able_to="can_send")
def check(request: CustomerRequest, pk: Any, name: str) -> HttpResponse:
    """What the checks say of a step while one types, and what is typed kept as it stands."""
    order = _order_with(request, pk, name)
    typed = _typed(request, name, order)
    if not may_answer(request, order, name, typed):
        return render(request, "429.html", status=429)
    draft.save_typed(order, name, typed)
    form = FORMS[name](request.POST, order=order)
    form.is_valid()
    form.forget_what_is_unfinished()
    context = {"form": form, "order": order}
    answer = render(request, "signatures/certificates/_checked.html", context)
    answer["HX-Trigger-After-Settle"] = json.dumps(
        {"sigillo:fill": {"fill": form.fill, "tidied": form.tidied}}
    )
    return answer


def _typed(request: CustomerRequest, name: str, order: Order) -> dict[str, str]:
    fields = [field for field in FORMS[name](order=order).fields if field not in CONFIRMING]
    # A database keeps no NUL, and nobody types one.
    return {field: request.POST.get(field, "").replace("\0", "") for field in fields}


@require_safe
@for_members(able_to="can_send")
def places(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Comuni that begin as typed, for the field's list; with a birth date, those that were there then."""
    editable_order(request, pk)
    typed = next((request.GET[n] for n in ("birth_place", "municipality") if n in request.GET), "")[:80]
    country = request.GET.get("birth_country") or request.GET.get("country") or "IT"
    found = known().search(typed, on=day_of(request.GET.get("born_on")), limit=MOST_PLACES)
    context = {"places": found if country == "IT" else []}
    return render(request, "signatures/certificates/_places.html", context)


@require_POST
@for_members(able_to="can_send")
def reuse(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Take over the data of somebody whom an earlier order was made for."""
    order = _order_with(request, pk, steps.PERSON)
    try:
        earlier = order_of(request, UUID(request.POST.get("earlier", "")))
        draft.reuse(order, earlier)
    except (NotPossible, ValueError):
        raise Http404 from None
    messages.success(
        request,
        _("The data of %(name)s are filled in. Check them on each step.") % {"name": earlier.holder_name},
    )
    return redirect("orders:step", order.pk, steps.PERSON)


@require_POST
@for_members(able_to="can_send")
def discard(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Throw a draft away."""
    order = order_of(request, pk, state=Order.State.DRAFT)
    try:
        throw_away(order)
    except NotPossible:
        messages.error(request, _("This was ordered already."))
        return redirect("orders:detail", pk)
    messages.success(request, _("The draft is gone."))
    return redirect("orders:list")
