"""What workers do for SPID. Each task asks the database what is due and calls a flow; none relies on having been
called once, in time, or at all."""

from celery import shared_task

from billing.flows import purchase as fence

from .flows import erase, line, plan, write


@shared_task
def send_line() -> None:
    """Buy for who waits in line, one after the other; then tell those behind a head that waits for stock."""
    fence.send_line(line.LINE)
    line.show_line()


@shared_task
def write_due() -> None:
    """Write to whoever is due: to open a voucher, to ask what came of it, to remind."""
    write.write_due()


@shared_task
def keep_up() -> None:
    """Plan anew by rules that came into force, and erase what has served its purpose."""
    plan.replan_by_new_rules()
    erase.erase_due()
