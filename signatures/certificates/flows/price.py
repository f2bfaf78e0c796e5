"""What an order costs, with all that is bought along: shown before anything is bought."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from billing.flows.vat_on_top import rate_shown
from billing.models import Price
from billing.models.price_book import PriceMissing
from billing.money import to_cents
from signatures.catalogue.flows.shop import item_for
from signatures.catalogue.products import OPTIONS, Option

from ..models import Order
from ..steps import OPTIONS as OPTIONS_STEP
from ..steps import OPTIONS_OF, is_shipped


@dataclass(frozen=True)
class Line:
    """One thing of an order, EUR without VAT, rounded once."""

    key: str
    label: str
    quantity: int
    unit_price: Decimal
    net: Decimal
    sale: Price


@dataclass(frozen=True)
class OrderPrice:
    """The lines of an order and what they add up to: VAT is rounded once."""

    lines: Sequence[Line]
    vat_rate: Decimal
    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def price_of(order: Order, at: datetime | None = None) -> OrderPrice:
    """The price of an order as it is filled in now, or what was agreed when it was ordered. Raises ``PriceMissing``.

    A draft of what is not sold any more, or not to this customer, has none.
    """
    if order.is_draft and item_for(order.organisation, order.code) is None:
        raise PriceMissing(f"{order.code} is not sold")
    at = at or timezone.now()
    wanted = [(order.key, order.facts.title, order.quantity)]
    wanted += [(option.key, str(option.label), 1) for option in options_of(order)]
    prices = agreed_prices(order, [key for key, _label, _count in wanted], at)
    lines = [_line(prices, key, label, count) for key, label, count in wanted]
    rate = rate_shown(order.organisation, at)
    net = sum((line.net for line in lines), Decimal(0))
    return OrderPrice(lines, rate, net, to_cents(net * rate / 100))


def _line(prices: Mapping[str, Price], key: str, label: str, quantity: int) -> Line:
    if key not in prices:
        raise PriceMissing(f"no sell price for {key}")
    sale = prices[key]
    return Line(key, label, quantity, sale.amount, to_cents(quantity * sale.amount), sale)


def agreed_prices(order: Order, products: Sequence[str], at: datetime) -> dict[str, Price]:
    """The sell prices that the customer said yes to, whatever group they are in by now; of others those at a time."""
    agreed = {product: order.agreed[product] for product in products if product in order.agreed}
    rows = Price.objects.in_bulk(agreed.values())
    now = Price.objects.sales(products, order.organisation, at)
    return {**now, **{product: rows[pk] for product, pk in agreed.items()}}


def options_of(order: Order) -> list[Option]:
    """The options that an order has chosen, beyond what every order includes."""
    return [OPTIONS[name] for name in _chosen(order.details.get(OPTIONS_STEP, {}))]


def _chosen(options: Mapping[str, Any]) -> Iterator[str]:
    if options.get("has_video"):
        yield "video"
    if options.get("shipping") in {"priority", "express"}:
        yield f"{options['shipping']}_shipping"
    if options.get("is_urgent"):
        yield "urgency"
    if options.get("has_assistance"):
        yield "assistance"


def offered_options(order: Order) -> dict[str, Decimal]:
    """The options that may be chosen for an order, with what each costs. One without a price is not offered."""
    names = OPTIONS_OF[order.product_family]
    if not is_shipped(order):
        names = tuple(name for name in names if not name.endswith("_shipping"))
    if not names:
        return {}
    prices = Price.objects.sales([OPTIONS[name].key for name in names], order.organisation, timezone.now())
    return {name: prices[OPTIONS[name].key].amount for name in names if OPTIONS[name].key in prices}
