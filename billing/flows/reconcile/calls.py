"""Which of the provider's paid calls a purchase is, and where it is made."""

from decimal import Decimal

from upstream import Generation

from ...models import Product, Purchase
from ..tariff import PAID_CALLS

HOSTS = {
    Generation.ESIGNATURE.value: "esignature.openapi.com",
    Generation.FIRMADIGITALE.value: "ws.firmadigitale.com",
    "spid": "ws.firmadigitale.com",
    "order": "ws.firmadigitale.com",
}
_SCOPES = PAID_CALLS | {"order": ("POST", "richiesta")}
SCOPES = {call: f"{method}:{HOSTS[call]}/{segment}" for call, (method, segment) in _SCOPES.items()}
CALLS = {scope: call for call, scope in SCOPES.items()}
ZERO = Decimal(0)


def call_of(purchase: Purchase) -> str:
    """The paid call of a purchase, by its product and generation."""
    if purchase.product == Product.SPID:
        return "spid"
    return "order" if purchase.product.startswith("order:") else purchase.generation


def plain_scope(scope: str) -> str:
    """A scope without the mark of the provider's test hosts."""
    return scope.replace(":test.", ":", 1)


def plain_host(host: str) -> str:
    """A host without it."""
    return host.lower().removeprefix("test.")


def can_be_prepaid(call: str) -> bool:
    """Whether there are subscriptions for a call."""
    return call in PAID_CALLS
