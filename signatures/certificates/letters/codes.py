"""Letters about what only the holder may open."""

from django.utils.translation import gettext as _

from upstream import ProductFamily

from ..models import Order
from .letter import Letter, because_holder, because_ordered, what_for_whom


def codes_ready(order: Order, is_member: bool, by_mobile: bool) -> Letter:
    """To the holder: where the codes are, and how they are opened once."""
    about = what_for_whom(order)
    is_renewal = order.product_family is ProductFamily.RENEWAL
    what = (
        _("The code that renews your certificate is here. Use it at %(maker)s before the certificate "
          "expires: buying it has renewed nothing yet.")
        if is_renewal
        else _("The codes of “%(product)s” are here. Whoever has them can sign in your name.")
    )  # fmt: skip
    how = []
    if by_mobile:
        how.append(
            _("Open the page below: a code comes to your mobile, and with it the page shows them, once.")
        )
    if is_member:
        how.append(
            _("Since you are a member at Sigillo, you may also open them there with your second factor.")
        )
    return Letter(
        subject=_("Your codes: %(product)s") % about,
        heading=_("Only you can open them"),
        paragraphs=[
            what % about,
            *how,
            _("Have something to write at hand: what was shown is gone afterwards, here too. Nobody else "
              "can see it, not %(organisation)s and not we.") % about,
        ],
        action=_("Open the codes"),
        reason=because_holder(order.organisation.name)
        + " "
        + _("This address is yours alone: do not pass this mail on."),
    )  # fmt: skip


def codes_need_a_member(order: Order) -> Letter:
    """To the customer: the holder has no way yet to prove that it is them."""
    about = what_for_whom(order)
    return Letter(
        subject=_("Codes wait for %(holder)s") % about,
        heading=_("The holder cannot open the codes yet"),
        paragraphs=[
            _("The codes of “%(product)s” have come. Only %(holder)s may open them, once.") % about,
            _("Invite %(holder)s as a member of %(organisation)s, by the e-mail of the order, and have "
              "them set up a second factor. Then the codes open on the order’s page.") % about,
        ],
        action=_("Go to the order"),
        reason=because_ordered(),
    )  # fmt: skip
