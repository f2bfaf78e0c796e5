"""The pictures of the ID document: taken or chosen, checked at once, seen before they go anywhere."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customers.requests import CustomerRequest, for_members
from documents.flows.store import Damaged, read
from documents.inspection import InspectionFailed, Refused
from documents.pictures import REMARKS
from documents.responses import file_response
from facts.request_origin import client_ip

from .. import steps
from ..flows.attach import ONE_SIDED, SIDES, attach, detach, files_of, missing_sides
from ..flows.pages import after
from ..flows.state import NotPossible
from ..models import Order, OrderFile
from .finding import order_of
from .limits import may_hand_in
from .wizard import page_context

ACCEPTED = ".jpg,.jpeg,.png,.webp,.heic,.heif,.pdf,image/*,application/pdf"


def _order(request: CustomerRequest, pk: Any) -> Order:
    """An order that still takes pictures. Raises ``Http404``."""
    order = order_of(request, pk)
    if not order.takes_papers or steps.PICTURES not in steps.STEPS_OF[order.product_family]:
        raise Http404
    return order


@for_members(able_to="can_send")
def pictures(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The step of the form; going on needs nothing where the pictures may follow later."""
    order = _order(request, pk)
    if not order.is_editable:
        raise Http404
    if request.method == "POST":
        return redirect("orders:step", order.pk, after(order, steps.PICTURES))
    return _show(request, order)


def _show(request: CustomerRequest, order: Order, status: int = 200, **context: Any) -> HttpResponse:
    context |= sides_context(order, context.get("problems"))
    if request.htmx:
        return render(request, "signatures/certificates/_sides.html", context)
    return render(
        request,
        "signatures/certificates/pictures.html",
        page_context(order, steps.PICTURES) | context,
        status=status,
    )


def sides_context(order: Order, problems: dict[str, str] | None = None) -> dict[str, Any]:
    """Both sides with their present picture, what is remarked of it, and why an upload was refused."""
    files, problems = files_of(order), problems or {}
    missing = missing_sides(order, files)
    is_one_sided = order.details.get("document", {}).get("document_kind") in ONE_SIDED
    titles = {
        OrderFile.Kind.ID_FRONT: _("Page with the photo") if is_one_sided else _("Front side"),
        OrderFile.Kind.ID_BACK: _("Back side"),
    }
    sides = [
        {
            "kind": kind.value,
            "title": titles[kind],
            "file": files.get(kind),
            "remarks": [REMARKS[code] for code in files[kind].remarks if code in REMARKS]
            if kind in files
            else [],
            "problem": problems.get(kind, ""),
            "is_missing": kind in missing,
        }
        for kind in SIDES
        if kind in files or kind in missing or problems.get(kind)
    ]
    return {
        "order": order,
        "sides": sides,
        "missing": missing,
        "joined": files.get(OrderFile.Kind.ID_JOINED),
        "accepted": ACCEPTED,
        "is_needed_now": order.product_family.needs_document_at_order,
    }


def _side(kind: str) -> str:
    if kind not in {side.value for side in SIDES}:
        raise Http404
    return kind


@require_POST
@for_members(able_to="can_send")
def upload(request: CustomerRequest, pk: Any, kind: str) -> HttpResponse:
    """Take in a picture of a side, from the camera (``photo``) or from a file (``file``)."""
    order, kind = _order(request, pk), _side(kind)
    upload = request.FILES.get("photo") or request.FILES.get("file")
    problem = _("Take a photo, or choose a file.")
    if upload is not None:
        problem = _take_in(request, order, kind, upload)
    if problem:
        return _show(request, order, status=422, problems={kind: problem})
    return _done(request, order)


def _done(request: CustomerRequest, order: Order) -> HttpResponse:
    """Both sides as they are now; without htmx, on the page that they belong to."""
    if request.htmx:
        return _show(request, order)
    return redirect(_page_of(order))


def _page_of(order: Order) -> str:
    """Where the pictures are shown: in the form, and after the order with the other papers."""
    if order.is_editable:
        return reverse("orders:pictures", args=[order.pk])
    return reverse("orders:papers", args=[order.pk])


def _take_in(request: CustomerRequest, order: Order, kind: str, upload: Any) -> str:
    """Keep an upload. Returns why not, in the reader's language; empty if it was kept."""
    if not may_hand_in(request):
        return _("Too many uploads. Wait a few minutes and choose the file again.")
    try:
        attach(order, kind, upload.read(), upload.name or "", request.user, client_ip(request))
    except Refused as refused:
        return refused.message
    except InspectionFailed:
        return _("The file could not be checked just now. Try again in a minute.")
    except NotPossible:
        raise Http404 from None
    return ""


@require_POST
@for_members(able_to="can_send")
def remove(request: CustomerRequest, pk: Any, kind: str) -> HttpResponse:
    """Take a side out again."""
    order, kind = _order(request, pk), _side(kind)
    try:
        detach(order, kind)
    except NotPossible:
        messages.error(request, _("This was ordered already."))
        return redirect("orders:detail", pk)
    except InspectionFailed:
        return _show(
            request,
            order,
            status=422,
            problems={kind: _("The file could not be checked just now. Try again in a minute.")},
        )
    return _done(request, order)


@require_safe
@for_members(able_to="can_send")
def file(request: CustomerRequest, pk: Any, kind: str) -> HttpResponse:
    """A file of the order as it is now, to be looked at. Those that were erased are not there."""
    order = order_of(request, pk)
    found = get_object_or_404(
        OrderFile.objects.current().select_related("stored_file"), order=order, kind=kind
    )
    try:
        data = read(found.stored_file)
    except Damaged as damaged:
        raise Http404 from damaged
    return file_response(data, found.filename, found.media_type, is_inline=True)
