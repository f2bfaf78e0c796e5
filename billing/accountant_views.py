"""The accountant's own page: everything that a period holds, what it adds up to, and one click for each file of it."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.requests import CustomerRequest, for_members

from .exports.archive import xml_parts
from .flows.ledger import credit_of
from .invoice_report import invoices_of, payments_of, total_of_payments, totals_of_invoices
from .invoice_views import presets_of_years
from .periods import Period
from .usage_report import totals_of, usage_lines
from .views import period_of, query_of
from .wallet_report import movements_of, wallet_totals


@require_safe
@for_members(able_to="can_view_usage")
def accounting(request: CustomerRequest) -> HttpResponse:
    """Sums and files of a period, this year's at first."""
    form, period = period_of(request, Period.this_year())
    ours = request.organisation
    invoices, movements = invoices_of(period, ours), movements_of(period, ours)
    context = {
        "form": form,
        "period": period,
        "presets": presets_of_years(period),
        "query": urlencode(query_of(period)),
        "invoices": totals_of_invoices(invoices),
        "paid": total_of_payments(payments_of(period, ours)),
        "usage": totals_of(usage_lines(period, ours)),
        "wallet": wallet_totals(movements),
        "credit": credit_of(ours),
        "parts": range(1, len(xml_parts(invoices)) + 1),
    }
    return render(request, "billing/accounting.html", context)
