"""What workers do with customers' money. Each task asks the database what is due and calls a flow; none relies on
having been called once, in time, or at all."""

from celery import shared_task

from .flows import charge_fees as charging
from .flows import prove_ledger


@shared_task
def prove_ledgers() -> None:
    """Add every ledger up again; staff hear of one that does not hold."""
    prove_ledger.tell_of_broken()


@shared_task
def charge_fees() -> None:
    """Charge the fees of plans whose periods have begun."""
    charging.charge_due()
