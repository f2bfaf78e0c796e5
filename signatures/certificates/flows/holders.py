"""People whose data an organisation has given before: offered again, so that nobody types them twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customers.models import User
from vault import fingerprints

from ..models import Order
from ..models.prints import PURPOSES, kept

LOOKED_AT = 300
SHOWN = 30


@dataclass(frozen=True)
class KnownHolder:
    """A person by the order that was made for them last."""

    order_id: Any
    name: str
    ordered_at: datetime
    is_oneself: bool


def known_holders(order: Order, user: User) -> list[KnownHolder]:
    """Holders of earlier orders of the same organisation, oneself first, then those of late."""
    own = set(fingerprints(kept("email", user.email), PURPOSES["email"]))
    earlier = Order.objects.for_organisation(order.organisation).exclude(pk=order.pk).exclude(holder_name="")
    rows = earlier.exclude(ordered_at=None).order_by("-ordered_at")
    found: dict[str, KnownHolder] = {}
    for row in rows.only("id", "holder_name", "tax_code_print", "email_print", "ordered_at")[:LOOKED_AT]:
        same_person = row.tax_code_print or row.holder_name.casefold()
        if same_person not in found and row.ordered_at:
            found[same_person] = KnownHolder(row.pk, row.holder_name, row.ordered_at, row.email_print in own)
    return sorted(found.values(), key=lambda holder: not holder.is_oneself)[:SHOWN]
