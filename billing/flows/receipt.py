"""The receipt of a top-up: mailed to who looks after the money, and to be read again in the wallet.

It is no invoice: credit is a multi-purpose voucher, and VAT is due when it is used (DPR 633/72, articles 6-bis to
6-quater).
"""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone

from customers.models import Organisation

from ..models import BankTransfer, Movement, Seller
from ..models.seller import SellerMissing
from .notify_credit import mail_payers


@dataclass(frozen=True)
class Receipt:
    """What a receipt says about its movement. ``seller`` is None where staff have not entered who sells, as of its day.

    ``paid_on`` is the day on which the money came: for a transfer that of the bank's statement.
    """

    movement: Movement
    organisation: Organisation
    seller: Seller | None
    given_on: date
    paid_on: date

    @property
    def number(self) -> str:
        """The customer's code and the movement's number in their ledger."""
        return f"{self.organisation.code}-{self.movement.number}"


def receipt_of(movement: Movement) -> Receipt:
    """The receipt of a top-up, from the movement's row and the seller's row of its day."""
    given_on = timezone.localdate(movement.at)
    try:
        seller = Seller.objects.on(given_on)
    except SellerMissing:
        seller = None
    return Receipt(movement, movement.organisation, seller, given_on, _paid_on(movement) or given_on)


def _paid_on(movement: Movement) -> date | None:
    if movement.kind != Movement.Kind.TRANSFER:
        return None
    pk = movement.key.removeprefix("transfer:")
    return BankTransfer.objects.filter(pk=pk).values_list("on", flat=True).first()


def mail_receipt(movement: Movement) -> None:
    """Write the receipt to all payers, once; in the transaction of the top-up.

    Money that came is credit also where the seller's data are missing: then the receipt does without them.
    """
    mail_payers(
        movement.organisation,
        "top_up_receipt",
        str(movement.pk),
        page=reverse("wallet:receipt", args=[movement.pk]),
        receipt=receipt_of(movement),
    )
