"""The customer's wallet: credit and movements, on the screen and as CSV."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.requests import CustomerRequest, for_members

from .downloads import csv_download
from .exports.dialects import DIALECTS
from .exports.wallet import wallet_export
from .flows.ledger import credit_of
from .views import LINES_A_PAGE, period_of, presets_of, query_of
from .wallet_report import movements_of, wallet_totals


@require_safe
@for_members(able_to="can_view_usage")
def wallet(request: CustomerRequest) -> HttpResponse:
    """Credit now, and the movements of a period, newest first."""
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
        },
    )


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
