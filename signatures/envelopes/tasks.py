"""What workers do with envelopes. Each task asks the database what is due and calls a flow; none relies on having
been called once, in time, or at all."""

from celery import shared_task

from billing.flows import purchase as fence
from billing.flows import settle as settling

from .flows import collect as collecting
from .flows import end, expire, follow, remind, sweep


@shared_task
def buy(purchase_id: str) -> None:
    """Send one purchase right after it was intended."""
    fence.buy(purchase_id)


@shared_task
def send_due() -> None:
    """Send every purchase that is due: new ones whose message was lost, and those that waited."""
    fence.send_due()


@shared_task
def settle_due() -> None:
    """Look up what ended unclear."""
    settling.settle_due()


@shared_task
def follow_due() -> None:
    """Ask the provider about every envelope that is due."""
    follow.follow_due()


@shared_task
def collect(envelope_id: str) -> None:
    """Bring one envelope home right after everybody has signed."""
    collecting.collect(envelope_id)


@shared_task
def collect_due() -> None:
    """Bring home every envelope that is due."""
    collecting.collect_due()


@shared_task
def withdraw(envelope_id: str) -> None:
    """Take an ended envelope back at the provider."""
    end.withdraw_at_provider(envelope_id)


@shared_task
def remind_and_expire() -> None:
    """End what is overdue, then remind whose last day comes near."""
    expire.expire_due()
    remind.remind_due()


@shared_task
def sweep_drafts() -> None:
    """Throw away drafts that nobody has touched for long."""
    sweep.sweep_drafts()
