"""Order a draft: each activation with its purchase intended, all of them or none, in one transaction."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.flows import purchase as fence
from billing.flows.quote import Quote, quote
from billing.flows.tariff import tariff_now
from billing.models import Product
from customers.models import User

from ..models import Activation, Order
from .buyer import fact_key_of, intend
from .hand_over import Person
from .line import LINE
from .state import Actor, NotPossible, State, move, tell
from .taken import Taken, taken_by_others


class AlreadyTaken(Exception):
    """Some of the people have an open voucher or an identity, or another's contact; ``taken`` says what."""

    def __init__(self, taken: Taken) -> None:
        super().__init__(f"{len(taken.tax_codes)} codes")
        self.taken = taken


class PriceChanged(Exception):
    """The price is not the one that was shown; ``quote`` is the one in force."""

    def __init__(self, quote: Quote) -> None:
        super().__init__(f"now {quote.unit_price}")
        self.quote = quote


def price_of(order: Order) -> Quote:
    """What this order costs now. Raises ``PriceMissing``."""
    return quote(order.organisation, Product.SPID, order.activations.count(), timezone.now())


def people_of(order: Order) -> list[Person]:
    """The people of a draft, in their order."""
    return [person_of(activation) for activation in order.activations.order_by("position")]


def person_of(activation: Activation) -> Person:
    """The person of an activation."""
    names = ("name", "surname", "tax_code", "email", "mobile", "language")
    return Person(**{name: getattr(activation, name) for name in names})


def place_order(order: Order, user: User, ip: str, expected_unit_price: Decimal) -> None:
    """Make a draft an order: from here on each voucher is bought, once, as its turn comes.

    Raises ``AlreadyTaken``, ``PriceChanged``, ``PriceMissing``, and ``NotPossible`` when it was ordered already.
    """
    from ..tasks import send_line

    taken = taken_by_others(people_of(order))
    if not taken.is_empty:
        raise AlreadyTaken(taken)
    price = price_of(order)
    if price.unit_price != expected_unit_price:
        raise PriceChanged(price)
    tariffs = [tariff_now(LINE, place) for place in range(1, price.quantity + 1)]
    try:
        _place(order, user, ip, price, tariffs)
    except IntegrityError:
        # Somebody else ordered for one of them in this very moment: the database lets one through.
        raise AlreadyTaken(taken_by_others(people_of(order))) from None
    send_line.delay_on_commit()
    order.refresh_from_db()


def _place(order: Order, user: User, ip: str, price: Quote, tariffs: list[str]) -> None:
    with transaction.atomic():
        draft = Order.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=order.pk)
        people = list(draft.activations.select_related("organisation").order_by("position"))
        if draft.ordered_at or len(people) != len(tariffs):
            raise NotPossible
        draft.ordered_at, draft.sale = timezone.now(), price.sale
        draft.save(update_fields=["ordered_at", "sale"])
        who = {"actor": Actor.CUSTOMER, "actor_name": str(user), "ip": ip}
        for activation, tariff in zip(people, tariffs, strict=True):
            purchase = intend(activation, fact_key_of(activation), tariff)
            move(activation, State.BUYING, purchase=purchase)
            tell(activation, "ordered", **who, unit_price=str(price.unit_price))
            fence.show_waiting(purchase)
