"""Catalogue and orders of qualified signatures: `/prodotti` and `/richiesta…` (contract, section 4)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from .. import clock, knobs, order_shapes
from ..flows import order_buy
from ..flows.catalogue import listed, products
from ..flows.order_papers import keep_paper
from ..flows.order_steps import FULFILLED, LOST, changing, go_on_if_due, move_due, papers_came
from ..identifiers import is_id
from ..order_models import Order
from ..paper.request_form import request_form
from .access import ProviderRequest, by_method
from .access import check_bearer as check_token
from .answers import Refusal, good_wrapped
from .bodies import body_of, text_of
from .order_intake import fill, missing, papers_of, wrong

_NOT_NEEDED = "videoriconoscimento is true, the operation is not required"


def _check(request: ProviderRequest) -> None:
    """The door, and whether orders are still taken behind it."""
    check_token(request)
    fate = knobs.current().orders
    if fate == "gone":
        raise Refusal(410, "This service has been discontinued", 410)
    if fate == "absent":
        raise Refusal(404, "Not Found", 404)


def _catalogue(request: ProviderRequest) -> HttpResponse:
    return good_wrapped([order_shapes.product(one) for one in products() if one.is_listed])


# Buying


def _buy(request: ProviderRequest, reference: str) -> HttpResponse:
    """Here the last segment is a product code, not an order's id."""
    if reference == "VIDEORIC":
        return _add_video_recognition(request)
    product = listed(reference)
    if product is None or not order_buy.is_sold(product):
        raise Refusal(400, "wrong codice_prodotto", 201)
    body = body_of(request)
    order = Order(scope=request.scope)
    papers = fill(order, product, body)
    names = {name: text_of(body[f"nome_{name}"]) for name in papers}
    request.spent = order_buy.buy(order, product, papers, names)
    return good_wrapped(order_shapes.order(order))


def _add_video_recognition(request: ProviderRequest) -> HttpResponse:
    if listed("VIDEORIC") is None:
        raise Refusal(400, "wrong codice_prodotto", 201)
    body = body_of(request)
    reference = text_of(body.get("id"))
    if not reference:
        raise missing("id")
    order = _found(reference, malformed=211, unknown=212)
    if text_of(body.get("codice_richiesta")) not in ("", order.number):
        raise Refusal(404, "no request matches this id:", 212)
    try:
        order, request.spent = order_buy.add_video_recognition(order.id)
    except order_buy.NotFitting as error:
        if error.is_late:
            raise Refusal(428, "request already processed", 279) from error
        raise wrong("codice_prodotto of this request") from error
    return good_wrapped(order_shapes.order(order))


# Reading


def _listing(request: ProviderRequest) -> HttpResponse:
    move_due()
    rows = Order.objects.order_by("-created_at", "-pk")
    if request.GET.get("codice_prodotto"):
        rows = rows.filter(code=request.GET["codice_prodotto"])
    shown = [order_shapes.summary(one) for one in rows]
    if not shown:
        raise Refusal(404, "no request related to your account", 214)
    return good_wrapped(shown)


def _found(reference: str, *, malformed: int, unknown: int, wrong_id: str = "Invalid id") -> Order:
    if not is_id(reference):
        raise Refusal(400, wrong_id, malformed)
    order = Order.objects.filter(pk=reference).first()
    if order is None:
        said = "no request found" if unknown == 278 else "no request matches this id:"
        raise Refusal(404, said, unknown)
    if order.due_at is not None and order.due_at <= clock.now():
        # The clock may have been moved a moment ago; the worker need not have seen it.
        go_on_if_due(reference)
        order.refresh_from_db()
    return order


def _read(request: ProviderRequest, reference: str) -> HttpResponse:
    return good_wrapped(order_shapes.order(_found(reference, malformed=211, unknown=212)))


def _form(request: ProviderRequest, reference: str) -> HttpResponse:
    """Errors come as plain text here."""
    try:
        order = _found(reference, malformed=211, unknown=212)
    except Refusal as refusal:
        return HttpResponse(refusal.message, status=refusal.status, content_type="text/plain; charset=utf-8")
    if not order.is_personal or order.has_video_recognition:
        words = "form not required for this request"
        return HttpResponse(words, status=404, content_type="text/plain; charset=utf-8")
    return HttpResponse(request_form(order), content_type="application/pdf")


# Papers


def _send_papers(request: ProviderRequest, reference: str) -> HttpResponse:
    order = _found(reference, malformed=277, unknown=278, wrong_id="wrong id")
    if order.has_video_recognition:
        raise Refusal(406, _NOT_NEEDED, 290)
    if not order.is_personal:
        raise Refusal(406, "papers are not required for this request", 290)
    body = body_of(request)
    papers = papers_of(body, ("modulo", "documento"))
    if not papers:
        raise missing("modulo")
    with changing(reference) as order:
        _check_papers_are_open(order)
        for name, content in papers.items():
            keep_paper(order, name, content, text_of(body[f"nome_{name}"]))
        papers_came(order, clock.now())
    return good_wrapped(order_shapes.order(order))


def _check_papers_are_open(order: Order) -> None:
    is_over = order.state in {FULFILLED, *LOST}
    if is_over or (order.registered_at and not knobs.current().order_papers_again):
        raise Refusal(428, "request already processed", 279)


def _view(**views: Any) -> Any:
    return by_method(_check, **views)


catalogue = _view(GET=_catalogue)
listing = _view(GET=_listing)
one = _view(GET=_read, POST=_buy, PATCH=_send_papers)
form = _view(GET=_form)
