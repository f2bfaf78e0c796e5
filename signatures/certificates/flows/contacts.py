"""Whose a mobile or an e-mail is already, within our data of every customer: asked before the maker refuses it."""

from collections.abc import Collection, Iterator

from django.db.models import Q

from billing.models import Purchase
from vault import fingerprints

from ..models import Certificate, Order
from ..models.prints import PURPOSES, kept

# Of a thing that one person has: enough to see whether anybody else has it.
MOST = 20
# Nothing was registered at the maker for these, or it is not any more.
NOT_REGISTERED = (
    Order.State.DRAFT, Order.State.FAILED, Order.State.WITHDRAWN, Order.State.REJECTED, Order.State.LAPSED,
)  # fmt: skip


class KnownContacts:
    """What orders and certificates say, the asking order left out (``customers.identity.contact_use``)."""

    def __init__(self, order: Order) -> None:
        self.order = order

    def of_mobile(self, mobile: str) -> Collection[str]:
        """The tax codes of the people who have this mobile."""
        return set(self._tax_codes("mobile", mobile))

    def of_email(self, email: str) -> Collection[str]:
        """The tax codes of the people who have this e-mail."""
        return set(self._tax_codes("email", email))

    def _tax_codes(self, name: str, value: str) -> Iterator[str]:
        same = {f"{name}_print__in": fingerprints(kept(name, value), PURPOSES[name])}
        ours = Q(organisation=self.order.organisation_id)
        # An order costs nothing until it is bought: another customer's binds nobody before.
        orders = Order.objects.filter(ours | Q(purchase__state=Purchase.State.BOUGHT), **same)
        orders = orders.exclude(pk=self.order.pk).exclude(state__in=NOT_REGISTERED)
        for order in orders.exclude(tax_code_print="").only("sealed_details")[:MOST]:
            yield str(order.details.get("person", {}).get("tax_code", ""))
        # What another customer has only written down binds nobody: it may be a mistake, or malice.
        brought_here = Q(order__isnull=False) | Q(renewed__isnull=False)
        certificates = Certificate.objects.in_use().filter(ours | brought_here, **same)
        for certificate in certificates.exclude(tax_code_print="").only("sealed_holder")[:MOST]:
            yield certificate.holder.get("tax_code", "")
