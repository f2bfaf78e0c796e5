"""What is forgotten between us and the exchange system: files that nobody answered, rejections that nobody mended."""

from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm

from ..models import Invoice, SdiOutcome, Transmission
from ..models.invoice import InvoiceQuerySet
from .terms import ANSWERED, RESENT, RESENT_WARNING

MOST_NAMED = 20


def unanswered(today: date) -> InvoiceQuerySet:
    """Invoices whose file has no outcome on record, and should have."""
    files = Transmission.objects.filter(
        invoice=OuterRef("pk"), outcomes=None, made_at__lt=_written_before(today)
    )
    return Invoice.objects.filter(Exists(files))


def came_back() -> InvoiceQuerySet:
    """Invoices whose last file was rejected or refused, and that were not sent again."""
    passing = Transmission.objects.filter(invoice=OuterRef("pk")).exclude(
        outcomes__kind__in=SdiOutcome.CAME_BACK
    )
    return Invoice.objects.filter(~Exists(passing))


def _written_before(today: date) -> datetime:
    """Files written before this moment have had their time."""
    return timezone.make_aware(datetime.combine(today - timedelta(days=ANSWERED.days), time.min))


def watch(today: date | None = None) -> int:
    """Tell staff of what was forgotten, of each file and each rejection once. How many alarms there are."""
    day = today or timezone.localdate()
    return _tell_of_unanswered(day) + _tell_of_rejections(day)


def _tell_of_unanswered(today: date) -> int:
    """One alarm for all files of a day: a month's invoices are issued together, and their time ends together."""
    files = (
        Transmission.objects.filter(outcomes=None, made_at__lt=_written_before(today))
        .order_by("made_at", "pk")
        .values_list("made_at", "invoice__number")
    )
    told = 0
    for day, of_day in groupby(files, key=lambda file: timezone.localdate(file[0])):
        numbers = [number for _made_at, number in of_day]
        alarm(
            key=f"unanswered:{day}",
            subject=_("Invoices have no outcome of SdI"),
            text=_(
                "The files of %(day)s (%(count)s) have had no outcome for more than %(days)s days: %(numbers)s. "
                "Record what SdI said, or send them: Staff → Invoices, filter by SdI."
            )
            % {
                "day": day,
                "count": len(numbers),
                "days": ANSWERED.days,
                "numbers": ", ".join(numbers[:MOST_NAMED]) + (" …" if len(numbers) > MOST_NAMED else ""),
            },
        )
        told += 1
    return told


def _tell_of_rejections(today: date) -> int:
    """Before the time to send it again is over."""
    later = Transmission.objects.filter(
        invoice=OuterRef("transmission__invoice"), attempt__gt=OuterRef("transmission__attempt")
    )
    begun_by = today + RESENT_WARNING - timedelta(days=RESENT.days)
    rejections = SdiOutcome.objects.filter(kind=SdiOutcome.Kind.REJECTED, received_on__lte=begun_by)
    told = 0
    for rejection in rejections.exclude(Exists(later)).select_related("transmission__invoice"):
        alarm(
            key=f"rejected:{rejection.pk}",
            subject=_("A rejected invoice must be sent again"),
            text=_(
                "SdI rejected invoice %(number)s on %(day)s: send it again by %(by)s, with the same number."
            )
            % {
                "number": rejection.transmission.invoice.number,
                "day": rejection.received_on,
                "by": RESENT.after(rejection.received_on),
            },
        )
        told += 1
    return told
