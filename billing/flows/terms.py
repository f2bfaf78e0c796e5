"""Until when an e-invoice is to be sent, answered and sent again: the law's numbers, each with its source.

The portal has no channel to the exchange system, so all that it can do is warn: before an invoice is issued, in
staff's list, and at night (``watch_sdi``).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from ..fattura import Fault
from ..models import InvoiceDraft, InvoiceKind


@dataclass(frozen=True)
class Term:
    """So many days, and who says so."""

    days: int
    source: str

    def after(self, day: date) -> date:
        """The last day of the term that this day begins."""
        return day + timedelta(days=self.days)


# From the invoice's date to its transmission.
AT_ONCE = Term(12, "DPR 633/72 art. 21, 4")
# From the last day of the month that a deferred invoice is about: to the 15th of the next one.
DEFERRED = Term(15, "DPR 633/72 art. 21, 4, a")
# From a rejection to the next file with the same number and date.
RESENT = Term(5, "tax agency, circular 13/E of 2 July 2018")
# From the writing of a file to what the exchange system says about it: after that somebody should look.
ANSWERED = Term(5, "our own rule; it usually answers within a day")
# How long before the end of ``RESENT`` staff are told.
RESENT_WARNING = timedelta(days=2)


def sent_by(draft: InvoiceDraft, on: date) -> date | None:
    """Until when this draft, as an invoice of that day, should be with the exchange system; None: no term is known."""
    if draft.kind == InvoiceKind.DEFERRED and draft.statement:
        return DEFERRED.after(draft.statement.dated_on)
    return AT_ONCE.after(on) if draft.kind == InvoiceKind.INVOICE else None


def lateness(draft: InvoiceDraft, on: date) -> list[Fault]:
    """What is worth knowing where it will be late, since it cannot be sent before today."""
    latest = sent_by(draft, on)
    if latest is None or max(on, timezone.localdate()) <= latest:
        return []
    what = "deferred_late" if draft.kind == InvoiceKind.DEFERRED else "sent_late"
    return [Fault("", "issued_on", what, latest.isoformat())]


def is_late(draft: InvoiceDraft) -> bool:
    """Whether it is late when it is issued today."""
    return bool(lateness(draft, timezone.localdate()))
