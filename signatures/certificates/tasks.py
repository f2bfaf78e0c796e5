"""What workers do with orders. Each task asks the database what is due and calls a flow; none relies on having been
called once, in time, or at all."""

from celery import shared_task

from billing.flows import purchase as fence

from .flows import sweep


@shared_task
def buy(purchase_id: str) -> None:
    """Send one purchase right after it was intended; the beat sends those whose message was lost."""
    fence.buy(purchase_id)


@shared_task
def sweep_drafts() -> None:
    """Throw away drafts that nobody has touched for long."""
    sweep.sweep_drafts()
