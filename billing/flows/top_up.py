"""Top up a customer's wallet by what came into the bank, or take back what left it."""

from datetime import date
from decimal import Decimal

from customers.models import Organisation

from ..models import BankTransfer, Movement
from .ledger import open_ledger
from .receipt import mail_receipt

Direction = BankTransfer.Direction


def record_transfer(
    organisation: Organisation,
    amount: Decimal,
    on: date,
    reference: str,
    who: str,
    *,
    direction: str = Direction.IN,
    note: str = "",
) -> BankTransfer:
    """Record a bank transfer and book it, in one transaction; what waits for credit goes on afterwards.

    The same reference is recorded once (IntegrityError else). Raises ``NoCredit`` when more is taken than there is.
    """
    transfer = BankTransfer(
        organisation=organisation,
        direction=direction,
        amount=amount,
        on=on,
        reference=reference,
        note=note,
        recorded_by=who[:200],
    )
    book_transfer(transfer)
    return transfer


def book_transfer(transfer: BankTransfer) -> Movement:
    """Save a bank transfer together with its movement, and the receipt where it is a top-up. Raises ``NoCredit``."""
    from ..wallet_tasks import go_on

    kind = Movement.Kind.TRANSFER if transfer.direction == Direction.IN else Movement.Kind.RETURN
    with open_ledger(transfer.organisation_id) as ledger:
        transfer.save()
        movement = ledger.post(kind, transfer.amount, f"transfer:{transfer.pk}", note=transfer.reference)
        if movement.is_top_up:
            mail_receipt(movement)
            go_on.delay_on_commit(str(transfer.organisation_id))
        return movement
