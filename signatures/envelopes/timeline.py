"""An envelope's history in plain words, and what it waits for now."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from billing.models.purchase import awaits_funds
from billing.waiting import waiting_for_funds
from facts.chain import ChainedEvent
from facts.timeline import Entry, Waiting

from .models import Envelope, EnvelopeEvent, Signer

State = Envelope.State

# kind: (words, tone, icon). The words may use what the event knows: name, reason, word, message …
WORDS: dict[str, tuple[Promise, str, str]] = {
    "created": (gettext_lazy("Envelope prepared"), "neutral", "file-up"),
    "sent": (gettext_lazy("Sent"), "progress", "send"),
    "bought": (gettext_lazy("Taken on by the signature service"), "progress", "check"),
    "purchase_refused": (gettext_lazy("Not accepted by the signature service"), "danger", "circle-alert"),
    "awaiting_funds": (
        gettext_lazy("Your wallet lacks credit: it goes on by itself after a top-up"),
        "attention",
        "hourglass",
    ),
    "awaiting_credit": (gettext_lazy("Queued: it goes on by itself"), "attention", "hourglass"),
    "purchase_unclear": (gettext_lazy("No clear answer: being checked"), "attention", "hourglass"),
    "document_accepted": (gettext_lazy("Document accepted, ready to be signed"), "progress", "check"),
    "document_refused": (
        gettext_lazy("Document not accepted by the signature service"),
        "danger",
        "circle-alert",
    ),
    "invited": (gettext_lazy("%(name)s invited"), "progress", "mail"),
    "reminded": (gettext_lazy("%(name)s reminded"), "progress", "mail"),
    "invitation_resent": (gettext_lazy("Invitation sent again to %(name)s"), "progress", "mail"),
    "invitation_opened": (gettext_lazy("%(name)s opened the invitation"), "neutral", "eye"),
    "document_viewed": (gettext_lazy("%(name)s looked at the document"), "neutral", "eye"),
    "left_to_sign": (gettext_lazy("%(name)s went on to sign"), "neutral", "arrow-right"),
    "signed": (gettext_lazy("%(name)s signed"), "success", "pen-line"),
    "all_signed": (gettext_lazy("Everybody has signed"), "success", "check"),
    "declined": (gettext_lazy("%(name)s declined"), "danger", "ban"),
    "cancelled": (gettext_lazy("Cancelled"), "neutral", "ban"),
    "expired": (gettext_lazy("Not signed in time"), "attention", "clock"),
    "withdrawn_at_provider": (gettext_lazy("Withdrawn at the signature service"), "neutral", "check"),
    "archived": (
        gettext_lazy("Signed document and audit trail checked and archived"),
        "success",
        "shield-check",
    ),
    "completed": (gettext_lazy("Completed"), "success", "circle-check"),
    "failed": (gettext_lazy("Failed at the signature service"), "danger", "circle-alert"),
    "unknown_state": (
        gettext_lazy("The signature service says “%(word)s”, which we do not know"),
        "attention",
        "info",
    ),
    "document_downloaded": (gettext_lazy("Signed document downloaded"), "neutral", "download"),
    "audit_downloaded": (gettext_lazy("Audit trail downloaded"), "neutral", "download"),
    "evidence_downloaded": (gettext_lazy("Evidence bundle downloaded"), "neutral", "download"),
    "copy_downloaded": (gettext_lazy("%(name)s downloaded their copy"), "neutral", "download"),
}


def entries(events: Sequence[EnvelopeEvent]) -> list[Entry]:
    """The history, oldest first. A kind that has no words yet is shown as it is."""
    return [_entry(event) for event in events]


def _entry(event: EnvelopeEvent) -> Entry:
    words, tone, icon = WORDS.get(event.kind, (event.kind, "neutral", "info"))
    known = {"name": _("Somebody"), "word": "", **event.data}
    title = str(words) % known
    actor = _actor(event)
    # Whoever the sentence is about need not be named again.
    return Entry(event.at, title, _detail(event), "" if actor in title else actor, tone, icon)


def _detail(event: EnvelopeEvent) -> str:
    data: dict[str, Any] = event.data
    match event.kind:
        case "invited" | "reminded" | "invitation_resent":
            return str(data.get("email", ""))
        case "declined":
            return _("“%(text)s”") % {"text": data["reason"]} if data.get("reason") else ""
        case "purchase_refused" | "document_refused" | "failed":
            return str(data.get("message", ""))
        case "awaiting_funds":
            return _("Nothing was bought, and nothing was taken from your wallet.")
        case "awaiting_credit":
            return _("Nothing needs to be done, and nothing is bought twice.")
        case "purchase_unclear":
            return _("We look up whether it arrived. Nothing is bought twice.")
        case "archived":
            return _("Kept until %(day)s") % {"day": _day(data.get("kept_until", ""))}
    return ""


def _day(text: str) -> str:
    """An ISO date, written out for the reader."""
    try:
        return format_date(date.fromisoformat(text), "d MMMM yyyy", locale=get_language() or "it")
    except ValueError:
        return text


def _actor(event: EnvelopeEvent) -> str:
    if event.actor in {ChainedEvent.Actor.SYSTEM, ChainedEvent.Actor.PROVIDER}:
        return ""
    return event.actor_name


def waiting(envelope: Envelope, signers: Sequence[Signer]) -> Waiting:
    """What the envelope waits for, and who must act."""
    match envelope.state:
        case State.BUYING:
            return Waiting(_("Being handed to the signature service"), _("This takes a few seconds."))
        case State.AWAITING_CREDIT if awaits_funds(envelope.purchase):
            return waiting_for_funds()
        case State.AWAITING_CREDIT:
            return Waiting(_("Queued at Sigillo"), _("It goes on by itself. You need not do anything."))
        case State.UNCLEAR:
            return Waiting(
                _("We are checking whether the signature service has it"),
                _("This takes some minutes. You need not do anything, and nothing is bought twice."),
            )
        case State.PREPARING:
            return Waiting(
                _("The signature service is checking the document"),
                _("Usually within a minute, sometimes ten. Then the signers are invited."),
            )
        case State.SIGNING:
            return _waiting_for_signers(envelope, signers)
        case State.COLLECTING:
            return Waiting(
                _("Fetching and checking the signed document"),
                _("Usually within a minute. The envelope is completed when all checks have passed."),
            )
    return Waiting("")


def _waiting_for_signers(envelope: Envelope, signers: Sequence[Signer]) -> Waiting:
    pending = [signer for signer in signers if signer.is_pending]
    if envelope.is_ordered:
        pending = pending[:1]
    names = ", ".join(signer.full_name for signer in pending)
    if not names:
        return Waiting(_("Waiting for the signature service to close the envelope"))
    return Waiting(_("Waiting for %(names)s to sign") % {"names": names})
