"""Record what the exchange system said about an invoice. The portal has no channel to it: staff enter what they get."""

from datetime import date

from django.db import IntegrityError, transaction

from ..models import SdiOutcome, Transmission
from .notify_invoice import mail_not_delivered

Kind = SdiOutcome.Kind


def record_outcome(
    transmission: Transmission, kind: str, received_on: date, by: str, sdi_id: str = "", note: str = ""
) -> bool:
    """Record an outcome of a file, each kind once; False if it was recorded before.

    An invoice that could not be delivered is issued all the same: its customer is told where it waits.
    """
    outcome = SdiOutcome(
        transmission=transmission,
        kind=kind,
        received_on=received_on,
        sdi_id=sdi_id[:36],
        note=note[:400],
        recorded_by=by[:200],
    )
    try:
        with transaction.atomic():
            outcome.save()
            if kind == Kind.NOT_DELIVERED:
                mail_not_delivered(transmission.invoice)
    except IntegrityError:
        return False
    return True


def is_rejected(transmission: Transmission) -> bool:
    """Whether SdI or the public body refused this file, so that nothing is owed on its invoice until another passes."""
    return transmission.outcomes.filter(kind__in=SdiOutcome.CAME_BACK).exists()
