"""One comparison, from the newest reading: safe to run at any time, twice, or late."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm
from upstream import ProviderError

from ...models import Difference, ProviderReading, Reconciliation
from ...models.provider_books import last_reading
from ...models.reconciliation import money_at_stake
from ...money import to_cents
from .compare import Earlier, Terms, compare
from .daily import compare_counts
from .load import (
    CostBook,
    begin,
    deal_of,
    line_of,
    pairs_before,
    readings_since,
    unjudged_lines,
    unjudged_purchases,
)
from .read import read_books
from .refunds import write_refunds
from .sides import Outcome
from .write import Listed, Writer

log = logging.getLogger(__name__)
Kind = Difference.Kind


def reconcile() -> Reconciliation | None:
    """Read the provider's books, compare, and tell staff of what is new. Raises ``ProviderError``."""
    try:
        read_books()
    except ProviderError as error:
        _tell_of_unread(error)
        raise
    return compare_books()


def compare_books() -> Reconciliation | None:
    """Compare what was read with our purchases. None when there is nothing to compare yet.

    What happened until an hour (``RECONCILIATION_GRACE``) before the newest reading is judged, once: what explains
    what is written down and stands, and so does what nothing explains. Only what is new is looked at, and a comparison
    in pieces finds what one of everything would have found.
    """
    since, reading = begin(), last_reading()
    if since is None or reading is None:
        return None
    last = Reconciliation.objects.select_related("reading").first()
    until = reading.started_at - settings.RECONCILIATION_GRACE
    judged = _last_judged(last)
    costs, listed = CostBook(), Listed.load(until)
    rows = list(unjudged_lines(since, until, last))
    lines = [line_of(row) for row in rows if row.amount < 0]
    purchases = unjudged_purchases(until, last, judged).iterator(chunk_size=2000)
    deals = [deal_of(purchase, costs) for purchase in purchases]
    before = pairs_before(lines, judged, costs)
    earlier = Earlier(listed.deals(costs), listed.lines(), before)
    outcome = compare(lines, deals, readings_since(judged), _terms(until, judged), earlier)
    with transaction.atomic():
        run = _new_run(last, reading, until, outcome)
        writer = Writer(run, before, listed)
        writer.explanations(outcome)
        writer.groups(outcome)
        writer.differences(outcome)
        write_refunds([row for row in rows if row.amount > 0], writer)
        compare_counts(reading, since, writer, costs)
        if writer.found:
            _tell(run, writer.found)
    return run


def _new_run(
    last: Reconciliation | None, reading: ProviderReading, until: datetime, outcome: Outcome
) -> Reconciliation:
    run = Reconciliation(
        number=last.number + 1 if last else 1,
        reading=reading,
        until=max(until, last.until) if last else until,
        waiting_since=min((line.at for line in outcome.waiting), default=None),
        explained=len(outcome.pairs) + len(outcome.late) + len(outcome.other_amounts) + len(outcome.covered),
    )
    run.save()
    return run


def _last_judged(last: Reconciliation | None) -> ProviderReading | None:
    """The newest reading whose counters were compared."""
    if last is None:
        return None
    judged = ProviderReading.objects.filter(ended_at__lte=last.until)
    return judged.order_by("-started_at", "-pk").first()


def _terms(until: datetime, judged: ProviderReading | None) -> Terms:
    first = ProviderReading.objects.order_by("started_at", "pk").first()
    return Terms(
        until=until,
        late_within=settings.RECONCILIATION_LATE_WITHIN,
        requests_have_lines=settings.PROVIDER_REQUESTS_HAVE_LINES,
        begins_at_first_reading=judged is None or judged == first,
    )


def _tell(run: Reconciliation, found: int) -> None:
    open_ones = Difference.objects.open()
    alarm(
        key=f"reconciliation:{run.number}",
        subject=_("The provider's books differ from ours"),
        text=_(
            "New differences: %(found)s. Open in all: %(open)s, about %(amount)s EUR. See Differences with the "
            "provider in the admin."
        )
        % {
            "found": found,
            "open": open_ones.count(),
            "amount": number_format(to_cents(money_at_stake(open_ones))),
        },
    )


def _tell_of_unread(error: ProviderError) -> None:
    last = last_reading()
    if last is None or last.started_at > timezone.now() - 2 * settings.RECONCILIATION_EVERY:
        return
    with transaction.atomic():
        alarm(
            key=f"books-unread:{timezone.localdate()}",
            subject=_("The provider's books have not been read"),
            text=_("They were read last at %(at)s UTC. The provider says: %(problem)s")
            % {"at": f"{last.started_at:%Y-%m-%d %H:%M}", "problem": error.message},
        )
