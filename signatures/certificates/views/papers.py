"""The customer's papers after the order: the form downloaded and signed, the pictures, all of it handed in."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customers.requests import CustomerRequest, for_members
from documents.flows.store import Damaged, read
from documents.inspection import InspectionFailed, Refused
from documents.responses import file_response
from facts.request_origin import client_ip

from ..flows import papers as flow
from ..flows import post_paper
from ..flows.attach import files_of
from ..flows.review import last_return
from ..flows.state import NotPossible
from ..forms.papers import PaperPostForm, SignedFormForm
from ..models import Order, OrderFile
from ..reasons import sentences
from ..signed_form import REMARKS
from .finding import order_of
from .pictures import sides_context

Kind = OrderFile.Kind


def papers_context(order: Order, form: SignedFormForm | None = None) -> dict[str, Any]:
    """All that the page of papers shows."""
    files = files_of(order)
    signed = files.get(Kind.FORM_SIGNED)
    returned = last_return(order)
    missing = flow.missing_papers(order)
    return {
        **sides_context(order),
        "order": order,
        "facts": order.facts,
        "blank": files.get(Kind.FORM_BLANK),
        "signed": signed,
        "remarks": [REMARKS[code] for code in signed.remarks if code in REMARKS] if signed else [],
        "form": form or SignedFormForm(),
        "takes_pictures": not order.product_family.needs_document_at_order,
        "missing_papers": missing,
        "can_hand_in": not missing,
        "returned": returned,
        "reasons": sentences(returned.reasons) if returned else [],
    }


def _order(request: CustomerRequest, pk: Any) -> Order:
    """An order whose papers are with the customer. Raises ``Http404``."""
    order = order_of(request, pk)
    if not flow.can_hand_in(order):
        raise Http404
    return order


@for_members(able_to="can_send")
def papers(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The page of papers; posted, all of them are handed to staff."""
    order = order_of(request, pk)
    if not flow.can_hand_in(order):
        return redirect("orders:detail", order.pk)
    if request.method == "POST":
        return _hand_in(request, order)
    context = papers_context(order)
    if request.htmx and context["blank"] is None:
        return HttpResponse(status=204)
    if request.htmx:
        # The form has come meanwhile: the whole page has something new.
        answer = HttpResponse(status=200)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "signatures/certificates/papers.html", context)


def _hand_in(request: CustomerRequest, order: Order) -> HttpResponse:
    try:
        flow.hand_in(order, request.user, client_ip(request))
    except flow.Incomplete as incomplete:
        messages.error(request, _what_is_missing(incomplete.missing))
        return redirect("orders:papers", order.pk)
    except NotPossible:
        messages.info(request, _("The papers were handed in already."))
    else:
        messages.success(request, _("The papers are with us. We look at them within two working days."))
    return redirect("orders:detail", order.pk)


def _what_is_missing(kinds: Sequence[str]) -> str:
    names = [str(Kind(kind).label) for kind in kinds]
    return _("Still missing: %(papers)s.") % {"papers": "; ".join(names)}


@require_safe
@for_members(able_to="can_send")
def blank_form(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The request form, to be signed as it is."""
    order = order_of(request, pk)
    found = get_object_or_404(
        OrderFile.objects.current().select_related("stored_file"), order=order, kind=Kind.FORM_BLANK
    )
    try:
        data = read(found.stored_file)
    except Damaged as damaged:
        raise Http404 from damaged
    return file_response(data, found.filename, found.media_type)


@require_POST
@for_members(able_to="can_send")
def upload_form(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Take in the signed form."""
    order = _order(request, pk)
    form = SignedFormForm(request.POST, request.FILES)
    if form.is_valid():
        if problem := _take_in(request, order, form.cleaned_data["signed"]):
            form.add_error("signed", problem)
        else:
            return redirect("orders:papers", order.pk)
    return render(request, "signatures/certificates/papers.html", papers_context(order, form), status=422)


def _take_in(request: CustomerRequest, order: Order, uploads: list[Any]) -> str:
    """Keep an upload. Returns why not, in the reader's language; empty if it was kept."""
    if sum(one.size or 0 for one in uploads) > settings.UPLOAD_MAX_BYTES:
        return _("Together these files are larger than %(megabytes)s MB.") % {
            "megabytes": settings.UPLOAD_MAX_BYTES // 1024**2
        }
    try:
        flow.attach_form(order, [one.read() for one in uploads], request.user, client_ip(request))
    except Refused as refused:
        return refused.message
    except InspectionFailed:
        return _("The file could not be checked just now. Try again in a minute.")
    except NotPossible:
        raise Http404 from None
    return ""


@require_POST
@for_members(able_to="can_send")
def remove_form(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Take the signed form out again."""
    order = _order(request, pk)
    try:
        flow.detach_form(order)
    except NotPossible:
        messages.info(request, _("The papers were handed in already."))
    return redirect("orders:papers", order.pk)


@for_members(able_to="can_send")
def post(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The original was posted: when, and under which number."""
    order = order_of(request, pk)
    if not post_paper.can_post(order):
        return redirect("orders:detail", order.pk)
    form = PaperPostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            post_paper.post(order, request.user, client_ip(request), **form.cleaned_data)
        except NotPossible:
            messages.info(request, _("This is known already."))
        return redirect("orders:detail", order.pk)
    context = {"order": order, "facts": order.facts, "form": form}
    status = 422 if form.errors else 200
    return render(request, "signatures/certificates/post.html", context, status=status)
