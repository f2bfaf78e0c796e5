"""An order's history in plain words, and what it waits for now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facts.chain import ChainedEvent

from .models import Order, OrderEvent

State = Order.State

# kind: (words, tone, icon). The words may use what the event knows: word, message …
WORDS: dict[str, tuple[Promise, str, str]] = {
    "created": (gettext_lazy("Order prepared"), "neutral", "pencil"),
    "ordered": (gettext_lazy("Ordered"), "progress", "send"),
    "in_review": (gettext_lazy("Papers being checked by us"), "progress", "eye"),
    "corrected": (gettext_lazy("Corrected and sent again"), "progress", "send"),
    "picture_uploaded": (gettext_lazy("A picture of the ID document uploaded"), "neutral", "upload"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    title: str
    detail: str
    actor: str
    tone: str
    icon: str


@dataclass(frozen=True)
class Waiting:
    """What happens next, and who must act; ``title`` is empty when nothing does."""

    title: str
    detail: str = ""


def entries(events: Sequence[OrderEvent]) -> list[Entry]:
    """The history, oldest first. A kind that has no words yet is shown as it is."""
    return [_entry(event) for event in events]


def _entry(event: OrderEvent) -> Entry:
    words, tone, icon = WORDS.get(event.kind, (event.kind, "neutral", "info"))
    known: dict[str, Any] = {"word": "", "name": "", **event.data}
    return Entry(event.at, str(words) % known, _detail(event), _actor(event), tone, icon)


def _detail(event: OrderEvent) -> str:
    data: dict[str, Any] = event.data
    match event.kind:
        case "purchase_refused" | "failed":
            return str(data.get("message", ""))
    return ""


def _actor(event: OrderEvent) -> str:
    if event.actor in {ChainedEvent.Actor.SYSTEM, ChainedEvent.Actor.PROVIDER}:
        return ""
    return event.actor_name


def waiting(order: Order) -> Waiting:
    """What the order waits for, and who must act."""
    match order.state:
        case State.BUYING:
            return Waiting(_("Being handed to the signature service"), _("This takes a few seconds."))
        case State.QUEUED:
            return Waiting(_("Queued at Sigillo"), _("It goes on by itself. You need not do anything."))
        case State.UNCLEAR:
            return Waiting(
                _("We are checking whether the signature service has it"),
                _("This takes some minutes. You need not do anything, and nothing is bought twice."),
            )
        case State.IN_REVIEW:
            return Waiting(_("We are checking the papers"), _("Usually within two working days."))
        case State.SUBMITTED:
            return Waiting(_("The maker has it"), _("Papers are usually checked within two working days."))
    return Waiting("")
