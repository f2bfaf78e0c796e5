"""An order's history in plain words, and what it waits for now: who must act, how long it takes, until when."""

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models.purchase import awaits_funds
from billing.waiting import waiting_for_funds
from facts.chain import ChainedEvent
from facts.timeline import Entry, Waiting
from signatures.catalogue.products import Covers
from upstream import ProductFamily

from .models import Order, OrderEvent
from .reasons import sentences
from .secret_words import names_in_words

State = Order.State

# kind: (words, tone, icon). The words may use what the event knows: word, message …
WORDS: dict[str, tuple[Promise, str, str]] = {
    "created": (gettext_lazy("Order prepared"), "neutral", "pencil"),
    "ordered": (gettext_lazy("Ordered"), "progress", "send"),
    "in_review": (gettext_lazy("Papers being checked by us"), "progress", "eye"),
    "corrected": (gettext_lazy("Corrected and sent again"), "progress", "send"),
    "picture_uploaded": (gettext_lazy("A picture of the ID document uploaded"), "neutral", "upload"),
    "bought": (gettext_lazy("Taken on by the signature service"), "progress", "check"),
    "purchase_refused": (gettext_lazy("Not accepted by the signature service"), "danger", "circle-alert"),
    "too_late": (gettext_lazy("Not bought: it was too late by then"), "danger", "clock"),
    "awaiting_funds": (
        gettext_lazy("Your wallet lacks credit: it goes on by itself after a top-up"),
        "attention",
        "hourglass",
    ),
    "awaiting_credit": (gettext_lazy("Queued: it goes on by itself"), "attention", "hourglass"),
    "purchase_unclear": (gettext_lazy("No clear answer: being checked"), "attention", "hourglass"),
    "documents_needed": (gettext_lazy("The maker asks for the papers"), "attention", "file-text"),
    "form_ready": (gettext_lazy("Request form ready to be signed"), "progress", "file-text"),
    "form_uploaded": (gettext_lazy("Signed form uploaded"), "neutral", "upload"),
    "papers_handed_in": (gettext_lazy("Papers handed in"), "progress", "send"),
    "papers_approved": (gettext_lazy("Papers approved by us"), "success", "check"),
    "papers_returned": (gettext_lazy("Papers to be corrected"), "attention", "rotate-ccw"),
    "papers_taken": (gettext_lazy("Papers taken by the maker"), "progress", "check"),
    "papers_not_needed": (gettext_lazy("The maker needs no papers"), "progress", "check"),
    "papers_already_processed": (gettext_lazy("The maker had gone on without the papers"), "progress", "check"),
    "papers_refused": (gettext_lazy("Papers not accepted: we look at them again"), "attention", "circle-alert"),
    "paper_posted": (gettext_lazy("Paper original posted"), "progress", "mail"),
    "paper_received": (gettext_lazy("Paper original received"), "success", "check"),
    "submitted": (gettext_lazy("With the maker"), "progress", "check"),
    "identification_pending": (gettext_lazy("The maker asks the holder to be identified"), "attention", "user"),
    "identified": (gettext_lazy("Holder identified"), "success", "user"),
    "video_added": (gettext_lazy("Identification by video added"), "success", "check"),
    "reminded": (gettext_lazy("Reminded: time runs out"), "attention", "bell"),
    "issued": (gettext_lazy("Fulfilled by the maker"), "success", "circle-check"),
    "shipped": (gettext_lazy("Handed to the courier"), "progress", "send"),
    "delivered": (gettext_lazy("Arrived"), "success", "circle-check"),
    "in_use": (gettext_lazy("In use"), "success", "circle-check"),
    "certificate_recorded": (gettext_lazy("Certificate recorded"), "success", "shield-check"),
    "secrets_arrived": (gettext_lazy("Codes for the holder put into the vault"), "progress", "lock"),
    "holder_told": (gettext_lazy("Wrote to %(name)s how to open the codes"), "progress", "mail"),
    "holder_code_sent": (gettext_lazy("One-time code sent to the holder’s mobile"), "neutral", "smartphone"),
    "holder_code_void": (gettext_lazy("Wrong code tried too often: void"), "attention", "triangle-alert"),
    "secrets_opened": (gettext_lazy("Codes opened by the holder, and erased here"), "success", "key-round"),
    "secrets_forgotten": (gettext_lazy("Codes erased unopened"), "attention", "trash-2"),
    "renewal_with_holder": (gettext_lazy("The renewal is with %(name)s"), "attention", "hourglass"),
    "renewal_missed": (gettext_lazy("Not renewed before the expiry, as far as we know"), "danger", "clock"),
    "renewal_done": (gettext_lazy("Renewed"), "success", "circle-check"),
    "rejected": (gettext_lazy("Not carried on by the maker"), "danger", "circle-alert"),
    "lapsed": (gettext_lazy("Not identified in time"), "danger", "clock"),
    "withdrawn": (gettext_lazy("Withdrawn before it was bought"), "neutral", "ban"),
    "unknown_state": (
        gettext_lazy("The signature service says “%(word)s”, which we do not know"), "attention", "info",
    ),
    "id_image_opened": (gettext_lazy("A picture of the ID document looked at by us"), "neutral", "eye"),
    "id_images_erased": (gettext_lazy("Pictures of the ID document erased"), "neutral", "trash-2"),
}  # fmt: skip


def entries(events: Sequence[OrderEvent], *, can_see_person: bool = True) -> list[Entry]:
    """The history, oldest first. A kind that has no words yet is shown as it is.

    Every look at a picture is kept; those that follow each other are one line, of the last of them.
    """
    shown = [
        event
        for event, following in zip_longest(events, events[1:])
        if following is None or not event.kind == following.kind == "id_image_opened"
    ]
    return [_entry(event, can_see_person) for event in shown]


def _entry(event: OrderEvent, can_see_person: bool) -> Entry:
    words, tone, icon = WORDS.get(event.kind, (event.kind, "neutral", "info"))
    known: dict[str, Any] = {"word": "", "name": "", **event.data}
    if not can_see_person:
        known["name"] = _("the holder")
    return Entry(
        event.at,
        str(words) % known,
        _detail(event, can_see_person),
        _actor(event, can_see_person),
        tone,
        icon,
    )


def _detail(event: OrderEvent, can_see_person: bool) -> str:
    data: dict[str, Any] = event.data
    match event.kind:
        case "purchase_refused" | "too_late" | "failed" | "papers_refused":
            return str(data.get("message", ""))
        case "awaiting_funds":
            return _("Nothing was bought, and nothing was taken from your wallet.")
        case "awaiting_credit":
            return _("Nothing needs to be done, and nothing is bought twice.")
        case "purchase_unclear":
            return _("We look up whether it arrived. Nothing is bought twice.")
        case "papers_returned":
            note = data.get("note") if can_see_person else ""
            quoted = [_("“%(text)s”") % {"text": note}] if note else []
            return " ".join([*sentences(data.get("reasons", [])), *quoted])
        case "shipped" | "paper_posted":
            number = data.get("tracking")
            return _("Number %(number)s") % {"number": number} if number else ""
        case "secrets_arrived" | "secrets_opened" | "secrets_forgotten":
            # Some of the names have commas of their own.
            return " · ".join(names_in_words(data.get("what", [])))
        case "certificate_recorded" | "renewal_done":
            return _("Valid until %(day)s") % {"day": _said(data.get("expires_on"))}
        case "rejected":
            return _("We are asking why.")
        case "renewal_with_holder":
            return _("Buying it has renewed nothing yet: the code must be used at the maker.")
        case "holder_code_sent" if can_see_person:
            return str(data.get("to", ""))
    return ""


def _actor(event: OrderEvent, can_see_person: bool) -> str:
    if event.actor in {ChainedEvent.Actor.SYSTEM, ChainedEvent.Actor.PROVIDER}:
        return ""
    if event.actor == ChainedEvent.Actor.STAFF:
        return "Sigillo"
    if event.actor == ChainedEvent.Actor.HOLDER and not can_see_person:
        return _("the holder")
    return event.actor_name


def waiting(order: Order) -> Waiting:
    """What the order waits for, and who must act."""
    match order.state:
        case State.BUYING:
            return Waiting(_("Being handed to the signature service"), _("This takes a few seconds."))
        case State.QUEUED if awaits_funds(order.purchase):
            return waiting_for_funds()
        case State.QUEUED:
            return Waiting(_("Queued at Sigillo"), _("It goes on by itself. You need not do anything."))
        case State.UNCLEAR:
            return Waiting(
                _("We are checking whether the signature service has it"),
                _("This takes some minutes. You need not do anything, and nothing is bought twice."),
            )
        case State.DOCUMENTS_NEEDED:
            return Waiting(_("You: sign the form and hand in the papers"), _until(order))
        case State.IN_REVIEW:
            return Waiting(_("We are checking the papers"), _("Usually within two working days."))
        case State.RETURNED:
            return Waiting(_("You: correct what we have sent back"), _until(order))
        case State.SUBMITTED:
            return _with_the_maker(order)
        case State.IDENTIFICATION_PENDING:
            return Waiting(
                _("The holder: be identified by the maker"), f"{_how(order)} {_until(order)}".strip()
            )
        case State.IDENTIFIED:
            return Waiting(_("The maker issues the certificate"), _("Usually within three working days."))
        case State.ISSUED | State.SHIPPED:
            return _after_issue(order)
    return Waiting("")


def _with_the_maker(order: Order) -> Waiting:
    if order.papers_due_at is not None:
        return Waiting(_("The papers are being handed to the maker"), _("This takes a few minutes."))
    if order.product_family is ProductFamily.SHIPPING:
        return Waiting(_("The maker prepares the shipment"), _("Usually within two working days."))
    return Waiting(_("The maker has it"), _("Papers are usually checked within two working days."))


def _after_issue(order: Order) -> Waiting:
    if order.product_family is ProductFamily.RENEWAL:
        return Waiting(_("The holder: use the renewal code at the maker"), _how_to_renew(order))
    if order.facts.is_shipped:
        return Waiting(_("On its way"), _("Tell us when it has arrived."))
    secret = getattr(order, "secret", None) if order.pk else None
    if secret is not None and secret.sealed:
        return Waiting(_("The holder: open the codes"), _("They are shown once, to the holder alone."))
    return Waiting(
        _("The holder: begin, as the maker has written"), _("Tell us when the signature is in use.")
    )


def _how_to_renew(order: Order) -> str:
    if order.facts.renews == Covers.REMOTE:
        return _("Before the certificate expires. Then say on the certificate’s page that it is done.")
    return _(
        "Before the certificate expires, with the device connected. Then say on the certificate’s page that it "
        "is done."
    )


def _how(order: Order) -> str:
    if order.product_family is ProductFamily.VIDEO:
        return _("By video call; the maker has written to the holder how.")
    return _("The maker has written to the holder how.")


def _until(order: Order) -> str:
    if order.identification_until is None:
        return ""
    return _("Until %(day)s: after that the order is dead.") % {
        "day": date_format(timezone.localtime(order.identification_until).date(), "DATE_FORMAT")
    }


def _said(day: Any) -> str:
    try:
        return date_format(date.fromisoformat(str(day)), "DATE_FORMAT")
    except ValueError:
        return ""
