"""How a voucher is bought: what the purchase fence asks of us.

The provider lists no vouchers, so the wallet decides about an answer that was lost. One that was read is kept, sealed,
before anything else is done with it: whatever fails from there on, the voucher is still ours.
"""

import hashlib

from django.utils import timezone

from billing.flows import purchase as fence
from billing.flows.buyers import Bought
from billing.flows.meter import MeteredPerson, meter
from billing.models import Product, Purchase
from billing.provider import provider
from facts.chain import canonical
from upstream import Generation, ProviderError

from ..models import Activation, Voucher
from . import alarms
from .hand_over import hand_over
from .line import LINE, show
from .notify import mail_orderer
from .state import Actor, State, locked, move, tell
from .stock import give, is_new_link, keep_link

SUBJECT = "SPID"


def fact_key_of(activation: Activation) -> str:
    """The business fact that is bought at most once."""
    return f"spid:{activation.pk}"


def intend(activation: Activation, fact_key: str, tariff: str) -> Purchase:
    """Intend to buy one voucher, in the caller's transaction."""
    return fence.intend(
        organisation=activation.organisation,
        fact_key=fact_key,
        product=Product.SPID,
        generation=Generation.FIRMADIGITALE,
        line=LINE,
        quantity=1,
        tariff=tariff,
        request_digest=hashlib.sha256(canonical({"activation": activation.pk}).encode()).hexdigest(),
        now=timezone.now(),
        agreed={Product.SPID: activation.order.sale} if activation.order.sale else None,
    )


def _next_fact_key(activation: Activation) -> str:
    first = fact_key_of(activation)
    return f"{first}:{Purchase.objects.filter(fact_key__startswith=first).count() + 1}"


def _reference_of_spare(voucher: Voucher, purchase: Purchase) -> str:
    """Under which reference a spare is given: its own, unless another purchase has booked it already."""
    is_booked = Purchase.objects.filter(provider_reference=voucher.reference).exists()
    return f"{voucher.reference}-{purchase.pk.hex[:8]}" if is_booked else voucher.reference


class SpidBuyer:
    """Buys vouchers, or gives one that is in stock, and hands them over."""

    def prepare(self, purchase: Purchase) -> Voucher | None:
        """A spare to give instead of buying, if there is one. The call itself asks for nothing."""
        return Voucher.objects.spare().first()

    def call(self, purchase: Purchase, request: Voucher | None) -> Bought:
        """Buy a voucher; costs money. A spare costs nothing more. Raises ``ProviderError``."""
        if request is not None:
            return Bought(_reference_of_spare(request, purchase), request)
        voucher = keep_link(purchase, provider().spid.buy().link, Voucher.Source.ANSWER)
        return Bought(voucher.reference, voucher)

    def look_up(self, purchase: Purchase) -> list[Bought] | None:
        """What was kept of this purchase before its sender was lost; else nobody lists it, and the wallet decides."""
        kept = Voucher.objects.spare().filter(purchase=purchase)
        return [Bought(voucher.reference, voucher) for voucher in kept] or None

    def read(self, purchase: Purchase, reference: str) -> Bought | None:
        """The link that the provider's support gave to staff, kept at once; None if it cannot be such a one."""
        link = reference.strip()
        if not is_new_link(link):
            return None
        voucher = keep_link(purchase, link, Voucher.Source.SUPPORT)
        return Bought(voucher.reference, voucher)

    def on_bought(self, purchase: Purchase, bought: Bought) -> None:
        """The voucher becomes theirs: meter the activation, and write to its person."""
        now = timezone.now()
        with locked(purchase.activation.pk) as activation:
            is_awaited = State.HANDED_OVER in Activation.TRANSITIONS[State(activation.state)]
            if not is_awaited or not give(bought.answer, activation):
                alarms.spare_kept(bought.reference)
                return
            move(activation, State.HANDED_OVER, handed_over_at=now)
            tell(activation, "bought", actor=Actor.PROVIDER, reference=bought.reference)
            person = MeteredPerson(str(activation.pk), activation.full_name, activation.pk, SUBJECT)
            meter(purchase, [person], now)
            hand_over(activation)

    def on_refused(self, purchase: Purchase, error: ProviderError) -> None:
        """The provider will not sell: nothing was bought, and whoever ordered is told."""
        with locked(purchase.activation.pk) as activation:
            if move(activation, State.REFUSED):
                tell(activation, "purchase_refused", actor=Actor.PROVIDER, message=error.message[:300])
                mail_orderer(activation, "not_possible", problem=error.message)

    def on_waiting(self, purchase: Purchase) -> None:
        """Show what the purchase waits for."""
        states = {
            Purchase.State.AWAITING_FUNDS: (State.AWAITING_CREDIT, "awaiting_funds"),
            Purchase.State.AWAITING_CREDIT: (State.AWAITING_CREDIT, "awaiting_credit"),
            Purchase.State.AWAITING_STOCK: (State.AWAITING_STOCK, "awaiting_stock"),
            Purchase.State.UNKNOWN: (State.UNCLEAR, "purchase_unclear"),
            Purchase.State.UNDECIDED: (State.UNCLEAR, ""),
            Purchase.State.INTENDED: (State.BUYING, ""),
        }
        state, event = states[Purchase.State(purchase.state)]
        with locked(purchase.activation.pk) as activation:
            show(activation, state, event)

    def on_withdrawn(self, purchase: Purchase) -> None:
        """Staff gave the purchase up."""
        self._give_up(purchase, "")

    def keep(self, purchase: Purchase, bought: Bought) -> None:
        """A second voucher for one purchase: it was kept when its answer was read, and goes to the next in line."""
        alarms.spare_kept(bought.reference)

    def on_lost(self, purchase: Purchase, *, again: bool, who: str) -> None:
        """The voucher is lost: another one in its place, which its person need not pay for, or none."""
        if not again:
            self._give_up(purchase, who)
            return
        with locked(purchase.activation.pk) as activation:
            replacement = intend(activation, _next_fact_key(activation), purchase.tariff)
            Activation.objects.filter(pk=activation.pk).update(purchase=replacement)
            move(activation, State.BUYING)
            tell(activation, "replacement_intended", actor=Actor.STAFF)
            fence.show_waiting(replacement)

    def _give_up(self, purchase: Purchase, who: str) -> None:
        with locked(purchase.activation.pk) as activation:
            if move(activation, State.CANCELLED):
                tell(activation, "cancelled", actor=Actor.STAFF)
                mail_orderer(activation, "not_possible", problem="")
