"""What staff must hear of an order."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm

from ..models import Certificate, Order


def unknown_state(order: Order, word: str) -> None:
    """The provider used a word for the state that we don't know: told once a day, however many orders say it."""
    alarm(
        key=f"unknown-order-state:{word}:{timezone.localdate()}",
        subject=_("An unknown state of an order at the provider"),
        text=_("The provider says “%(word)s” of order %(id)s. Its state here stays as it was.")
        % {"word": word, "id": order.pk},
    )


def cannot_be_followed(order: Order, problem: str) -> None:
    """The provider has not answered about an order for a long time: told once each time."""
    alarm(
        key=f"order-not-followed:{order.pk}:{order.checked_at}",
        subject=_("An order cannot be followed"),
        text=_("Order %(id)s could not be checked at the provider for a long time: %(problem)s")
        % {"id": order.pk, "problem": problem},
    )


def given_up(order: Order) -> None:
    """The provider ended an order by a word that nobody has seen yet: somebody must look before pictures are erased."""
    alarm(
        key=f"order-given-up:{order.pk}:{order.provider_state}",
        subject=_("The provider gave an order up"),
        text=_("The provider says “%(word)s” of order %(id)s. Ask why: the pictures of its ID document are kept for "
               "a while only.")
        % {"word": order.provider_state, "id": order.pk},
    )  # fmt: skip


def form_missing(order: Order, problem: str) -> None:
    """The request form of an order could not be fetched for long: its holder cannot go on."""
    alarm(
        key=f"form-missing:{order.pk}",
        subject=_("A request form cannot be fetched"),
        text=_("The request form of order %(id)s could not be fetched for a long time: %(problem)s")
        % {"id": order.pk, "problem": problem},
    )


def papers_wait(order: Order, problem: str) -> None:
    """Approved papers could not be handed over for long, while the days for identification run out."""
    alarm(
        key=f"papers-wait:{order.pk}:{order.state_since}",
        subject=_("Approved papers cannot be handed over"),
        text=_("The papers of order %(id)s could not be handed to the provider for a long time: %(problem)s")
        % {"id": order.pk, "problem": problem},
    )


def is_quiet(order: Order, days: int) -> None:
    """It is the turn of the maker, or of staff, and nothing has moved for long."""
    alarm(
        key=f"order-quiet:{order.pk}:{order.state}:{order.state_since}:{days}",
        subject=_("An order does not move"),
        text=_("Order %(id)s has been in the state “%(state)s” for %(days)s days. Ask what it waits for.")
        % {"id": order.pk, "state": order.get_state_display(), "days": days},
    )


def papers_refused(order: Order, problem: str, sent_at: datetime | None) -> None:
    """The provider refused papers that we had approved: the order is back in the queue."""
    alarm(
        key=f"papers-refused:{order.pk}:{sent_at}",
        subject=_("The provider refused approved papers"),
        text=_("The papers of order %(id)s are back in the queue. The provider says: %(problem)s")
        % {"id": order.pk, "problem": problem},
    )


def review_is_late(order: Order, days: int) -> None:
    """Papers wait for staff while the days for identification run out."""
    alarm(
        key=f"review-late:{order.pk}:{days}",
        subject=_("Papers wait for you, and time runs out"),
        text=_("Order %(id)s is in the review queue. The holder must be identified within %(days)s days.")
        % {"id": order.pk, "days": days},
    )


def renewal_is_late(certificate: Certificate, days: int) -> None:
    """A renewal was ordered, and is not bought yet, while its last day comes near."""
    alarm(
        key=f"renewal-late:{certificate.pk}:{days}",
        subject=_("A renewal is not bought yet"),
        text=_(
            "The renewal of certificate %(id)s was ordered but not bought. There are %(days)s days left for it."
        )
        % {"id": certificate.pk, "days": days},
    )
