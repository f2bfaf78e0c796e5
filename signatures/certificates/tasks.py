"""What workers do with orders and certificates. Each task asks the database what is due and calls a flow; none relies
on having been called once, in time, or at all."""

from celery import shared_task

from billing.flows import purchase as fence

from .flows import erase_images, fetch_form, follow, lapse, remind, sweep
from .flows import submit_papers as submitting


@shared_task
def buy(purchase_id: str) -> None:
    """Send one purchase right after it was intended; the beat sends those whose message was lost."""
    fence.buy(purchase_id)


@shared_task
def follow_due() -> None:
    """Ask the provider about every order that is due."""
    follow.follow_due()


@shared_task
def fetch_forms_due() -> None:
    """Fetch every request form that is due."""
    fetch_form.fetch_due()


@shared_task
def submit_papers(order_id: str) -> None:
    """Send the papers of one order right after they were approved."""
    submitting.submit(order_id)


@shared_task
def submit_papers_due() -> None:
    """Send approved papers that are due."""
    submitting.submit_due()


@shared_task
def remind_and_lapse() -> None:
    """End orders whose days are over, then tell whoever is to be told something."""
    lapse.lapse_due()
    remind.remind_due()


@shared_task
def forget() -> None:
    """Erase pictures of ID documents and unopened codes whose purpose has ended."""
    erase_images.erase_due()
    erase_images.forget_secrets()


@shared_task
def sweep_drafts() -> None:
    """Throw away drafts that nobody has touched for long, and end what nobody has corrected."""
    sweep.sweep_drafts()
    sweep.withdraw_unanswered()
