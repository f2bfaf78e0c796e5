"""The shop: every signature that a customer can order, narrowed by questions, side by side."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.models import Organisation
from customers.requests import CustomerRequest, for_members

from .flows.shop import NEW, fitting, items_for
from .forms import ShopForm


@require_safe
@for_members(able_to="can_send")
def shop(request: CustomerRequest) -> HttpResponse:
    """Questions and what fits them. Asked by htmx, only the part that changes."""
    form = ShopForm(request.GET or {"need": NEW})
    answers = form.answers()
    items = items_for(request.organisation)
    context = {
        "form": form,
        "items": fitting(items, answers),
        "has_any": bool(items),
        "is_for_new": answers.get("need") in {"", NEW},
        "is_consumer": request.organisation.kind == Organisation.Kind.CONSUMER,
        "questions": [form[name] for name in ShopForm.FOR_NEW],
    }
    template = "signatures/catalogue/shop.html"
    return render(request, f"{template}#found" if request.htmx else template, context)
