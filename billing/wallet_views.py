"""The customer's wallet: credit and movements, on the screen and as CSV, and receipts of top-ups."""

from urllib.parse import urlencode

from csp.decorators import csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from customers.limits import allow
from customers.requests import CustomerRequest, for_members

from . import card_processor
from .downloads import csv_download
from .exports.dialects import DIALECTS
from .exports.wallet import wallet_export
from .flows.ledger import credit_of
from .flows.parties import transfers_go_to
from .flows.pay_by_card import begin, take_in
from .flows.receipt import receipt_of
from .forms import CardForm
from .models import Movement
from .views import LINES_A_PAGE, period_of, presets_of, query_of
from .wallet_report import movements_of, wallet_totals

CARDS_AN_HOUR = 20
# The one page whose form may lead on to the card processor's.
leading_to_the_card_processor = csp_update({"form-action": settings.CARD_FORM_ACTION})


@require_safe
@leading_to_the_card_processor
@for_members(able_to="can_view_usage")
def wallet(request: CustomerRequest) -> HttpResponse:
    """Credit now, and the movements of a period, newest first."""
    return _show(request, CardForm())


def _show(request: CustomerRequest, card_form: CardForm) -> HttpResponse:
    form, period = period_of(request)
    movements = movements_of(period, request.organisation)
    page = Paginator(movements.order_by("-number"), LINES_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "billing/wallet.html",
        {
            "form": form,
            "period": period,
            "presets": presets_of(period),
            "query": urlencode(query_of(period)),
            "page": page,
            "credit": credit_of(request.organisation),
            "totals": wallet_totals(movements),
            "payee": transfers_go_to(timezone.localdate()),
            "card_form": card_form if card_processor.is_on() else None,
            "is_card_paid": request.GET.get("card") == "paid",
        },
    )


@require_POST
@leading_to_the_card_processor
@for_members(able_to="can_view_usage")
def pay_by_card(request: CustomerRequest) -> HttpResponse:
    """Begin a top-up by card, and lead on to the processor's page."""
    if not card_processor.is_on():
        raise Http404
    form = CardForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    if not allow(f"card:{request.organisation.pk}", CARDS_AN_HOUR, 3600):
        form.add_error("amount", _("That was often. Please try again in an hour."))
        return _show(request, form)
    try:
        return HttpResponseRedirect(begin(request.organisation, form.cleaned_data["amount"], request.user))
    except card_processor.CardsUnavailable:
        form.add_error("amount", _("The card processor cannot be reached just now. Nothing was paid."))
        return _show(request, form)


@require_safe
@for_members(able_to="can_view_usage")
def receipt(request: CustomerRequest, pk: int) -> HttpResponse:
    """The receipt of a top-up, as it was mailed, to be printed."""
    top_ups = Movement.objects.for_organisation(request.organisation).filter(kind__in=Movement.TOP_UPS)
    movement = get_object_or_404(top_ups.select_related("organisation"), pk=pk)
    return render(request, "billing/receipt.html", {"receipt": receipt_of(movement)})


@csrf_exempt
@require_POST
def card_hook(request: HttpRequest) -> HttpResponse:
    """Where the card processor tells what became of payments; only what it has signed counts."""
    try:
        event = card_processor.read_event(request.body, request.headers.get("Stripe-Signature", ""))
    except (card_processor.BadSignature, ValueError):
        return HttpResponse(status=400)
    take_in(event)
    return HttpResponse(status=200)


@require_safe
@for_members(able_to="can_view_usage")
def export(request: CustomerRequest) -> StreamingHttpResponse:
    """The same movements as CSV: ``form=it`` for spreadsheets, ``form=plain`` for programs."""
    form, period = period_of(request)
    dialect = DIALECTS.get(request.GET.get("form", "it"))
    if dialect is None or (form.is_bound and not form.is_valid()):
        raise Http404
    return csv_download(
        wallet_export(movements_of(period, request.organisation), dialect), "wallet", dialect, period
    )
