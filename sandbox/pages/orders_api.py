"""The control desk of catalogue and orders as JSON, for tests, demos and benchmarks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, JsonResponse

from .. import clock, order_shapes, services
from ..flows.catalogue import change, checked_script, listed, products
from ..flows.order_mail import identification_link
from ..flows.order_papers import FIELDS, keep_paper, read_paper
from ..flows.order_steps import changing, move_to, papers_came, plan, take_step
from ..identifiers import new_id
from ..order_models import Order, Product
from .control_api import Wrong, api

_SHOWN = 100
_ACTS = {"state", "advance", "script", "firma", "credenziali", "paper"}


# Catalogue


def _product(row: Product) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "maker": row.maker,
        "price": str(row.price.quantize(Decimal("0.01"))),
        "is_blank": row.is_blank,
        "is_listed": row.is_listed,
        "family": row.family,
        "script": row.script,
    }


def _products(request: HttpRequest, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [_product(row) for row in products()]


def _change_product(request: HttpRequest, body: dict[str, Any], code: str) -> dict[str, Any]:
    """Change a product or add one: name, maker, price, is_blank, is_listed, family, script."""
    return _product(change(code, body))


def _remove_product(request: HttpRequest, body: dict[str, Any], code: str) -> dict[str, Any]:
    """It disappears from the catalogue; orders of it go on."""
    return _product(change(code, {"is_listed": False}))


# Orders


def _order(row: Order) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "code": row.code,
        "family": row.family,
        "state": row.state,
        "email": row.email,
        "amount": str(row.amount.quantize(Decimal("0.01"))),
        "charged": row.charged_at is not None,
        "waits_for_papers": row.waits_for_papers,
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "created_at": row.created_at.isoformat(),
        "identification_link": identification_link(row),
    }


def _order_in_full(row: Order) -> dict[str, Any]:
    papers = {
        name: {"name": getattr(row, f"{name}_name"), "sha256": getattr(row, f"{name}_sha256")}
        for name in FIELDS.values()
        if getattr(row, f"{name}_sha256")
    }
    return _order(row) | {
        "script": row.script,
        "step": row.step,
        "papers": papers,
        "holder_codes": row.holder_codes,
        "answer": order_shapes.order(row),
    }


def _orders(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    """Counts, and the newest orders; `email` and `code` narrow them down."""
    rows = Order.objects.order_by("-created_at", "-pk")
    if request.GET.get("email"):
        rows = rows.filter(person__email__iexact=request.GET["email"])
    if request.GET.get("code"):
        rows = rows.filter(code=request.GET["code"])
    charged = rows.exclude(charged_at=None).aggregate(Sum("amount"))["amount__sum"]
    return {
        "orders": rows.count(),
        "charged_amount": str((charged or Decimal(0)).quantize(Decimal("0.01"))),
        "newest": [_order(row) for row in rows[:_SHOWN]],
    }


def _seed(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    """Make many orders of one product at once, uncharged and without callbacks: `orders`, `code`, `state`."""
    product = listed(str(body.get("code", "KEY")))
    if product is None:
        raise Wrong("no such product", 404)
    now = clock.now()
    state = str(body.get("state") or product.script[0]["state"])
    rows = [
        Order(
            id=new_id(), number=f"s{number:04d}", code=product.code, product_name=product.name, maker=product.maker,
            family=product.family, script=product.script, state=state, shipping="ordinaria",
            scope=f"POST:test.{services.FIRMADIGITALE}/richiesta", created_at=now + timedelta(milliseconds=number),
            person={"nome": "Seeded", "cognome": str(number), "email": f"holder{number}@example.org"},
        )
        for number in range(int(body.get("orders", 100)))
    ]  # fmt: skip
    Order.objects.bulk_create(rows, batch_size=500)
    return {"count": len(rows), "references": [row.id for row in rows]}


def _found(id: str) -> Order:
    row = Order.objects.filter(pk=id).first()
    if row is None:
        raise Wrong("no such order", 404)
    return row


def _one(request: HttpRequest, body: dict[str, Any], id: str) -> dict[str, Any]:
    return _order_in_full(_found(id))


def _act(request: HttpRequest, body: dict[str, Any], id: str) -> dict[str, Any]:
    """Move one order: any `state` word now, or `advance` by this many steps of its script.

    `script` replaces the script first. `firma` and `credenziali` set what the order shows (a canary, a tracking
    code), `paper` says that a paper has come by post: `modulo` or `documento`.
    """
    if unknown := set(body) - _ACTS:
        raise ValueError(f"unknown values: {', '.join(sorted(unknown))}")
    if not body:
        raise ValueError(f"what is to happen? {', '.join(sorted(_ACTS))}")
    _found(id)
    with changing(id) as order:
        now = clock.now()
        if "script" in body:
            order.script, order.step = checked_script(body["script"]), 0
            plan(order, now)
        order.device = order.device | _texts(body.get("firma"))
        order.credentials = order.credentials | _texts(body.get("credenziali"))
        if "paper" in body:
            _by_post(order, str(body["paper"]))
            papers_came(order, now)
        for _ in range(int(body.get("advance", 0))):
            take_step(order, now)
        if body.get("state"):
            move_to(order, str(body["state"])[:60], now)
    return _order_in_full(order)


def _texts(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("an object of texts is expected")
    return {str(name): str(one) for name, one in value.items()}


def _by_post(order: Order, name: str) -> None:
    if name not in FIELDS:
        raise ValueError(f"the papers are {', '.join(FIELDS)}")
    keep_paper(order, name, b"by post", f"{name} (by post)")


def paper(request: HttpRequest, id: str, paper: str) -> HttpResponse:
    """The bytes of a paper as the provider received it: `form` or `document`."""
    order = Order.objects.filter(pk=id).first()
    kept = read_paper(order, paper) if order is not None else None
    if kept is None:
        return JsonResponse({"error": "no such paper"}, status=404)
    return HttpResponse(kept[1], content_type="application/octet-stream")


all_products = api(GET=_products)
one_product = api(POST=_change_product, DELETE=_remove_product)
all_orders = api(GET=_orders, POST=_seed)
one_order = api(GET=_one, POST=_act)
