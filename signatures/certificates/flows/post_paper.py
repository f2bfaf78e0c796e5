"""The paper original on its way to whom the provider names: posted, and received."""

from datetime import date

from customers.models import User
from signatures.catalogue.models import Offer

from ..models import Order, PaperPost
from .state import Actor, NotPossible, locked, tell


def wants_paper(order: Order) -> bool:
    """Whether the maker wants the original by post, and the order has come so far."""
    if not order.product_family.has_request_form or not order.provider_reference:
        return False
    return Offer.objects.filter(product__code=order.code, wants_paper=True).exists()


def can_post(order: Order) -> bool:
    """Whether an original may be reported as posted: once, until it is known to be lost."""
    is_open = order.is_under_way and order.state not in Order.BEING_BOUGHT
    return is_open and wants_paper(order) and not order.paper_posts.exists()


def post(order: Order, user: User, ip: str, posted_on: date, tracking: str) -> PaperPost:
    """The customer has posted the original. Raises ``NotPossible``."""
    with locked(order.pk) as ours:
        if not can_post(ours):
            raise NotPossible
        sent = PaperPost.objects.create(order=ours, posted_on=posted_on, tracking=tracking, recorded_by=user)
        tell(ours, "paper_posted", actor=Actor.CUSTOMER, actor_name=str(user), ip=ip, on=str(posted_on),
             tracking=tracking)  # fmt: skip
    return sent


def receive(sent: PaperPost, staff: User, ip: str, received_on: date) -> None:
    """Staff have heard that the original is there. Raises ``NotPossible`` when that is known already."""
    with locked(sent.order_id) as order:
        waiting = PaperPost.objects.filter(pk=sent.pk, received_on=None, posted_on__lte=received_on)
        if not waiting.update(received_on=received_on):
            raise NotPossible
        tell(order, "paper_received", actor=Actor.STAFF, actor_name=str(staff), ip=ip, on=str(received_on))
    sent.refresh_from_db()
