"""What the pages of money share: the period that is asked for, and CSV of what was used in it."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.requests import CustomerRequest, for_members

from .downloads import csv_download
from .exports.dialects import DIALECTS, Dialect
from .exports.usage import CUSTOMER_COLUMNS, Column, usage_export
from .forms import PeriodForm
from .models.usage import UsageQuerySet
from .periods import Period
from .usage_report import usage_lines

LINES_A_PAGE = 50


def period_of(request: HttpRequest, default: Period | None = None) -> tuple[PeriodForm, Period]:
    """The period asked for, or this month (or ``default``) when none was, or it makes no sense (the form says why)."""
    usual = default or Period.this_month()
    if "first" not in request.GET and "last" not in request.GET:
        return PeriodForm(initial={"first": usual.first, "last": usual.last}), usual
    form = PeriodForm(request.GET)
    return form, form.period if form.is_valid() else usual


def presets_of(current: Period) -> list[dict[str, object]]:
    """Periods that people ask for, as links."""
    presets = [
        (_("This month"), Period.this_month()),
        (_("Last month"), Period.last_month()),
        (_("This year"), Period.this_year()),
    ]
    return [
        {"label": label, "query": urlencode(query_of(period)), "is_current": period == current}
        for label, period in presets
    ]


def query_of(period: Period) -> dict[str, str]:
    """A period as an address carries it."""
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


@require_safe
@for_members(able_to="can_view_usage")
def export(request: CustomerRequest) -> StreamingHttpResponse:
    """The same lines as CSV: ``form=it`` for spreadsheets, ``form=plain`` for programs."""
    form, period = period_of(request)
    dialect = DIALECTS.get(request.GET.get("form", "it"))
    if dialect is None or (form.is_bound and not form.is_valid()):
        raise Http404
    return csv_response(usage_lines(period, request.organisation), CUSTOMER_COLUMNS, dialect, period)


def csv_response(
    lines: UsageQuerySet, columns: list[Column], dialect: Dialect, period: Period
) -> StreamingHttpResponse:
    """A usage export as a download that is written while it is read."""
    return csv_download(usage_export(lines, columns, dialect), "usage", dialect, period)
