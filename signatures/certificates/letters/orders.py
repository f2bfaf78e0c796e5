"""Letters about an order on its way."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from upstream import ProductFamily

from ..models import Order
from ..reasons import sentences
from .letter import Letter, because_holder, because_ordered, in_days, said, what_for_whom

State = Order.State


def papers_needed(order: Order) -> Letter:
    """The request form is there: the customer signs it and hands in the papers."""
    about = what_for_whom(order)
    paragraphs = [
        _("%(maker)s has taken the order of “%(product)s” for %(holder)s. Now it needs the papers.") % about,
        _("Download the request form, have %(holder)s sign it, and upload it again.") % about,
    ]
    if not order.product_family.needs_document_at_order:
        paragraphs.append(_("The pictures of the ID document belong to it, if they are not there yet."))
    if order.identification_until:
        paragraphs.append(_until(order))
    return Letter(
        subject=_("Papers needed: %(product)s for %(holder)s") % about,
        heading=_("The request form is ready"),
        paragraphs=paragraphs,
        action=_("Go to the order"),
        reason=because_ordered(),
    )


def papers_returned(order: Order, reasons: Sequence[str], note: str = "") -> Letter:
    """Staff send the papers back: what is wrong, sentence by sentence."""
    about = what_for_whom(order)
    paragraphs = [
        _("We have checked the papers of “%(product)s” for %(holder)s. Before they can go on to the maker, "
          "this is to be corrected:") % about,
        *[f"– {sentence}" for sentence in sentences(reasons)],
    ]  # fmt: skip
    if note:
        paragraphs.append(_("“%(text)s”") % {"text": note})
    paragraphs.append(
        _("Correct it on the order’s page and send it again. Everything else stays as you have filled it in.")
    )
    return Letter(
        subject=_("To be corrected: %(product)s for %(holder)s") % about,
        heading=_("Something is to be corrected"),
        paragraphs=paragraphs,
        action=_("Correct the order"),
        reason=because_ordered(),
    )


def identification_begins(order: Order) -> Letter:
    """To the holder: the maker is about to write to them."""
    about = what_for_whom(order)
    by_video = order.product_family is ProductFamily.VIDEO
    how = (
        _("Identification is by video call: have your ID document, your health card and your mobile at "
          "hand, alone and in a quiet place.")
        if by_video
        else _("Follow what it says. Have your ID document, your health card and your mobile at hand.")
    )  # fmt: skip
    return Letter(
        subject=_("%(maker)s will identify you") % about,
        heading=_("Your signature: now you are identified"),
        paragraphs=[
            _("%(organisation)s has ordered “%(product)s” for you. %(maker)s issues it, and must know for "
              "certain that it is you.") % about,
            _("%(maker)s writes to this address how that is done. If the mail is not there within a day, "
              "look among unwanted mail.") % about,
            how,
            _until(order),
        ],
        reason=because_holder(order.organisation.name),
    )  # fmt: skip


def identification_runs_out(order: Order, days: int, is_holder: bool) -> Letter:
    """Time runs out before the holder is identified: who must do what."""
    about = what_for_whom(order) | {"left": in_days(days)}
    return Letter(
        subject=_("%(left)s: %(product)s for %(holder)s") % about,
        heading=_("The order ends if nothing happens"),
        paragraphs=[_still_to_do(order, is_holder) % about, _until(order)],
        action=_("Go to the order"),
        reason=because_holder(order.organisation.name) if is_holder else because_ordered(),
    )


def order_issued(order: Order) -> Letter:
    """It is fulfilled: what the customer may expect now."""
    about = what_for_whom(order)
    return Letter(
        subject=_("Issued: %(product)s for %(holder)s") % about,
        heading=_("The order is fulfilled"),
        paragraphs=[
            _("%(maker)s has fulfilled the order of “%(product)s” for %(holder)s.") % about,
            _next(order) % about,
        ],
        action=_("Go to the order"),
        reason=because_ordered(),
    )  # fmt: skip


def order_shipped(order: Order) -> Letter:
    """It is on its way."""
    about = what_for_whom(order) | {"number": order.tracking}
    return Letter(
        subject=_("On its way: %(product)s for %(holder)s") % about,
        heading=_("The shipment is on its way"),
        paragraphs=[
            _("“%(product)s” for %(holder)s was handed to the courier. The shipment’s number is %(number)s.")
            % about,
            _("Tell us on the order’s page when it has arrived.") % about,
        ],
        action=_("Go to the order"),
        reason=because_ordered(),
    )


def order_ended(order: Order, problem: str = "") -> Letter:
    """It ended without a signature: why, and what one can do."""
    about = what_for_whom(order)
    match order.state:
        case State.FAILED if order.events.filter(kind="too_late").exists():
            why = _(
                "The order of “%(product)s” for %(holder)s waited until it was too late. Nothing was bought."
            )
        case State.FAILED:
            why = _(
                "The signature service did not accept the order of “%(product)s” for %(holder)s. Nothing was bought."
            )
        case State.WITHDRAWN:
            why = _("The order of “%(product)s” for %(holder)s was withdrawn. Nothing was bought.")
        case State.LAPSED:
            why = _("%(holder)s was not identified in time for “%(product)s”, so the order has lapsed.")
        case _:
            why = _(
                "%(maker)s did not go on with the order of “%(product)s” for %(holder)s. We are asking why."
            )
    paragraphs = [why % about]
    if problem:
        paragraphs.append(_("The reason: %(problem)s") % {"problem": problem})
    paragraphs.append(_("A new order takes over the data that you have filled in."))
    return Letter(
        subject=_("Not possible: %(product)s for %(holder)s") % about,
        heading=_("The order has ended"),
        paragraphs=paragraphs,
        action=_("Go to the order"),
        reason=because_ordered(),
    )


def _until(order: Order) -> str:
    if order.identification_until is None:
        return _("The maker gives a limited time for it; after that a new order is needed.")
    return _("There is time until %(day)s. After that the order is dead, and a new one is needed.") % {
        "day": said(order.identification_until)
    }


def _still_to_do(order: Order, is_holder: bool) -> str:
    """What is missing, as a sentence with the names of ``what_for_whom``."""
    match order.state:
        case State.DOCUMENTS_NEEDED:
            return _("The papers of “%(product)s” for %(holder)s are still missing: %(left)s.")
        case State.RETURNED:
            return _("The papers of “%(product)s” for %(holder)s are still to be corrected: %(left)s.")
        case _ if is_holder:
            return _("%(maker)s has written to you how you are identified for “%(product)s”: %(left)s.")
    return _("%(holder)s is still to be identified for “%(product)s” by %(maker)s: %(left)s.")


def _next(order: Order) -> str:
    if order.product_family is ProductFamily.RENEWAL:
        return _("The renewal code goes to %(holder)s alone. The certificate is renewed only when they "
                 "have used it at %(maker)s, before it expires.")  # fmt: skip
    if order.product_family is ProductFamily.SHIPPING:
        return _("The shipment’s number follows as soon as it is on its way.")
    if order.facts.is_shipped:
        return _("The device travels to the address of the order. Its codes go to %(holder)s alone.")
    return _("The codes go to %(holder)s alone, who opens them once.")


def days_left(order: Order) -> int:
    """Days until the order is dead."""
    until = order.identification_until
    return (timezone.localtime(until).date() - timezone.localdate()).days if until else 0
