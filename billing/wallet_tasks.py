"""What workers do with customers' money. Each task asks the database what is due and calls a flow; none relies on
having been called once, in time, or at all."""

from celery import shared_task

from .flows import charge_fees as charging
from .flows import go_on as going_on
from .flows import prove_ledger, roll_up


@shared_task
def prove_ledgers() -> None:
    """Add every ledger up again; staff hear of one that does not hold."""
    prove_ledger.tell_of_broken()


@shared_task
def charge_fees() -> None:
    """Charge the fees of plans whose periods have begun."""
    charging.charge_due()


@shared_task
def go_on(organisation_id: str) -> None:
    """Let what waits for one customer's credit go on, right after a top-up or a change of plan."""
    going_on.go_on(organisation_id)


@shared_task
def go_on_due() -> None:
    """The same for all customers: what was given back, renewed, or topped up when the message was lost."""
    going_on.go_on_due()


@shared_task
def prove_usage_days() -> None:
    """Compare usage by the day with the facts; staff hear of what differs."""
    roll_up.tell_of_differences()
