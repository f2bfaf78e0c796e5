"""The usage section: what was used in a period, in sentences, as a chart, line by line, and as CSV."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.requests import CustomerRequest, for_members

from .downloads import csv_download
from .exports.dialects import DIALECTS
from .exports.usage_summary import summary_export
from .models import Funding
from .periods import Period
from .products import labels
from .usage_chart import boxes_of, tone_of
from .usage_report import usage_lines
from .usage_section import (
    SPLITS,
    STEPS,
    Series,
    lines_in,
    period_before,
    pieces_in,
    series_of,
    step_for,
    totals_in,
)
from .views import LINES_A_PAGE, period_of, presets_of, query_of

MOST_LINES = 10_000


class CountedPaginator(Paginator):
    """Pages of lines that are counted by the day already; no further than a person would page."""

    def __init__(self, lines: Any, count: int) -> None:
        super().__init__(lines, LINES_A_PAGE)
        self._known = min(count, MOST_LINES)

    @cached_property
    def count(self) -> int:
        return self._known


@dataclass(frozen=True)
class Legend:
    """What a colour of the chart stands for, and how many pieces there are of it."""

    key: str
    tone: int
    label: str
    count: int


@require_safe
@for_members(able_to="can_view_usage")
def usage(request: CustomerRequest) -> HttpResponse:
    """The usage section of a period; ``by`` is its step, ``split`` what its bars are made of."""
    form, period = period_of(request)
    step = step_for(period, request.GET.get("by", ""))
    split = request.GET.get("split") if request.GET.get("split") in SPLITS else "product"
    count = lines_in(period, request.organisation)
    lines = CountedPaginator(usage_lines(period, request.organisation), count)
    context = {
        "form": form,
        "period": period,
        "presets": presets_of(period),
        "query": urlencode(query_of(period)),
        "chosen": {"by": step, "split": split},
        "steps": [_choice("by", one, period, step, split) for one in STEPS],
        "splits": [_choice("split", one, period, step, split) for one in SPLITS],
        "page": lines.get_page(request.GET.get("page")),
        "all_lines": count,
        "most_lines": MOST_LINES,
        "totals": totals_in(period, request.organisation),
        **_summary(period, request.organisation, step),
    }
    return render(request, "billing/usage.html", context | _chart(context["by_" + str(split)]))


def _choice(name: str, value: str, period: Period, step: str, split: str | None) -> dict[str, Any]:
    words = {
        "day": _("By day"),
        "month": _("By month"),
        "year": _("By year"),
        "product": _("By product"),
        "funding": _("By kind"),
    }
    query = {**query_of(period), "by": step, "split": split, name: value}
    return {"label": words[value], "query": urlencode(query), "is_current": value in {step, split}}


def _summary(period: Period, organisation: Any, step: str) -> dict[str, Any]:
    """What the sentences say: how many of what, paid by what, when most, and compared with the days before."""
    by_product = series_of(period, organisation, step, "product")
    by_funding = series_of(period, organisation, step, "funding")
    before = pieces_in(period_before(period), organisation) if period.first.year > 2000 else 0
    busiest = by_product.busiest
    return {
        "by_product": by_product,
        "by_funding": by_funding,
        "products": _legend(by_product),
        "payers": _legend(by_funding),
        "busiest": busiest if busiest and busiest.total > 0 and len(by_product.bars) > 1 else None,
        "busiest_label": label_of(busiest.first, step) if busiest else "",
        "before": before,
    }


def _legend(series: Series) -> list[Legend]:
    names = labels() if series.split == "product" else {key: str(label) for key, label in Funding.choices}
    return [
        Legend(key, tone_of(series, key), names.get(key, key), count) for key, count in series.sums.items()
    ]


def _chart(series: Series) -> dict[str, Any]:
    legend = _legend(series)
    bars = [
        {
            "label": label_of(bar.first, series.step),
            "cells": [{"label": one.label, "count": bar.pieces.get(one.key, 0)} for one in legend],
            "total": bar.total,
            "net": bar.net,
        }
        for bar in series.bars
    ]
    last_label = bars[-1]["label"] if bars else ""
    return {
        "series": series,
        "boxes": boxes_of(series),
        "legend": legend,
        "bars": bars,
        "last_label": last_label,
    }


def label_of(first: date, step: str) -> str:
    """A day, month or year in the reader's language."""
    locale = {"en": "en_GB"}.get(get_language() or "it", get_language() or "it")
    forms = {"day": "d MMM y", "month": "LLLL y", "year": "y"}
    return format_date(first, forms[step], locale=locale)


@require_safe
@for_members(able_to="can_view_usage")
def summary(request: CustomerRequest) -> StreamingHttpResponse:
    """What the chart shows, as CSV: ``form=it`` for spreadsheets, ``form=plain`` for programs."""
    form, period = period_of(request)
    dialect = DIALECTS.get(request.GET.get("form", "it"))
    if dialect is None or (form.is_bound and not form.is_valid()):
        raise Http404
    step = step_for(period, request.GET.get("by", ""))
    return csv_download(
        summary_export(period, request.organisation, step, dialect), f"usage-by-{step}", dialect, period
    )
