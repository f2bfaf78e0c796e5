"""A letter's words, and the sentences that many of them share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Order


@dataclass(frozen=True)
class Letter:
    """Subject, heading, paragraphs, what the button says, and why one gets it; in the reader's language."""

    subject: str
    heading: str
    paragraphs: Sequence[str]
    reason: str
    action: str = ""


def said(day: date | datetime | None) -> str:
    """A day, written out."""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return date_format(day, "DATE_FORMAT") if day else ""


def in_days(days: int) -> str:
    """How long there is still time."""
    if days <= 0:
        return _("today is the last day")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def because_ordered() -> str:
    """Why a customer is written to about an order."""
    return _("You get this mail because you ordered this at Sigillo.")


def because_holder(organisation: str) -> str:
    """Why a holder is written to."""
    return _("You get this mail because %(organisation)s has ordered a signature for you at Sigillo.") % {
        "organisation": organisation
    }


def what_for_whom(order: Order) -> dict[str, str]:
    """What most sentences about an order name."""
    return {
        "product": str(order.facts.name),
        "holder": order.holder_name or str(order.organisation),
        "organisation": order.organisation.name,
        "maker": order.facts.maker,
    }
