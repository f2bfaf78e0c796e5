"""An activation's history in plain words, and what it waits for now."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.models.purchase import awaits_funds
from billing.waiting import waiting_for_funds
from facts.timeline import Entry, Waiting

from .flows.line import Line
from .models import Activation, ActivationEvent

State = Activation.State
Actor = ActivationEvent.Actor

# kind: (words, tone, icon).
WORDS: dict[str, tuple[Promise, str, str]] = {
    "ordered": (gettext_lazy("Ordered"), "progress", "send"),
    "awaiting_funds": (
        gettext_lazy("Your wallet lacks credit: it goes on by itself after a top-up"),
        "attention",
        "hourglass",
    ),
    "awaiting_credit": (gettext_lazy("Queued: it goes on by itself"), "attention", "hourglass"),
    "awaiting_stock": (gettext_lazy("Sold out at the provider: waiting in line"), "attention", "hourglass"),
    "purchase_unclear": (gettext_lazy("No clear answer: being checked"), "attention", "hourglass"),
    "purchase_refused": (gettext_lazy("Not sold by the provider"), "danger", "circle-alert"),
    "replacement_intended": (
        gettext_lazy("Lost on its way: another one is bought, at our cost"),
        "progress",
        "refresh-cw",
    ),
    "bought": (gettext_lazy("Voucher bought and sealed"), "progress", "check"),
    "handed_over": (gettext_lazy("Handed over to its person"), "progress", "mail"),
    "handed_over_again": (gettext_lazy("Handed over again: the earlier address is void"), "progress", "mail"),
    "corrected": (gettext_lazy("Name or contacts corrected"), "neutral", "pencil"),
    "page_visited": (gettext_lazy("Its page was visited for the first time"), "neutral", "eye"),
    "opened": (gettext_lazy("Went on to the identity provider"), "progress", "arrow-right"),
    "told_active": (gettext_lazy("“It is active”"), "success", "circle-check"),
    "told_failed": (gettext_lazy("“It did not succeed”"), "danger", "circle-alert"),
    "told_used": (gettext_lazy("“I used it”"), "success", "check"),
    "told_ended": (gettext_lazy("“It is no longer active”"), "neutral", "ban"),
    "letters_unwanted": (gettext_lazy("Wants no mails from us any more"), "neutral", "bell"),
    "letters_wanted": (gettext_lazy("Wants our mails again"), "neutral", "bell"),
    "written_open": (gettext_lazy("Reminded to open it"), "neutral", "mail"),
    "written_ask": (gettext_lazy("Asked whether it is active"), "neutral", "mail"),
    "written_reminder": (gettext_lazy("Reminded to use it"), "neutral", "mail"),
    "written_afterwards": (gettext_lazy("Asked whether it still exists"), "neutral", "mail"),
    "cancelled": (gettext_lazy("Cancelled before it was bought"), "neutral", "ban"),
    "closed": (gettext_lazy("Given up"), "neutral", "ban"),
    "person_erased": (gettext_lazy("Personal data erased"), "neutral", "shield-check"),
}  # fmt: skip
# What concerns how its person keeps the identity is theirs alone.
OF_THE_PERSON = frozenset(
    {"told_used", "letters_unwanted", "letters_wanted", "written_reminder", "written_afterwards"}
)


def entries(events: Sequence[ActivationEvent]) -> list[Entry]:
    """The history as whoever ordered sees it, oldest first. A kind that has no words yet is shown as it is."""
    return [_entry(event) for event in events if event.kind not in OF_THE_PERSON]


def _entry(event: ActivationEvent) -> Entry:
    words, tone, icon = WORDS.get(event.kind, (event.kind, "neutral", "info"))
    return Entry(event.at, str(words), _detail(event), _actor(event), tone, icon)


def _detail(event: ActivationEvent) -> str:
    match event.kind:
        case "handed_over" | "handed_over_again" | "corrected" | "written_open" | "written_ask":
            return str(event.data.get("to", ""))
        case "told_active":
            return _("since %(day)s") % {"day": in_words(event.data.get("since", ""))}
        case "told_failed":
            return str(dict(Activation.Failure.choices).get(event.data.get("failure", ""), ""))
        case "purchase_refused":
            return str(event.data.get("message", ""))
        case "awaiting_funds":
            return _("Nothing was bought, and nothing was taken from your wallet.")
        case "awaiting_credit":
            return _("Nothing needs to be done, and nothing is bought twice.")
        case "awaiting_stock":
            return _("First come, first served. Nothing was paid, and you may leave the line.")
        case "purchase_unclear":
            return _("We compare the account at the provider before and after. Nothing is bought twice.")
    return ""


def in_words(day: str | date | None) -> str:
    """A day as the reader writes it."""
    if not day:
        return ""
    return date_format(date.fromisoformat(day) if isinstance(day, str) else day, "j F Y")


def _actor(event: ActivationEvent) -> str:
    if event.actor == Actor.HOLDER:
        return _("the person")
    return event.actor_name if event.actor == Actor.CUSTOMER else ""


def waiting(activation: Activation, line: Line, place: int | None) -> Waiting:
    """What the activation waits for, and who must act."""
    match activation.state:
        case State.BUYING | State.AWAITING_STOCK if line.is_sold_out:
            return Waiting(_("Sold out at the provider"), _place_in_line(place))
        case State.BUYING | State.AWAITING_STOCK:
            detail = _("One at a time, so that nothing is bought twice: usually within a minute.")
            return Waiting(_("Being bought"), detail)
        case State.AWAITING_CREDIT if awaits_funds(activation.purchase):
            return waiting_for_funds()
        case State.AWAITING_CREDIT:
            return Waiting(_("Queued at Sigillo"), _("It goes on by itself. You need not do anything."))
        case State.UNCLEAR:
            return Waiting(
                _("We are checking whether it was bought"),
                _(
                    "This takes up to half an hour, longer if a person must ask the provider. Nothing is bought twice."
                ),
            )
        case State.HANDED_OVER:
            return Waiting(
                _("Waiting for its person to open it"),
                _("Day and night, every day. We remind them; you may hand it over again."),
            )
        case State.OPENED:
            return Waiting(
                _("Waiting to hear from its person"),
                _("The identity provider tells us nothing. We ask them after a day, and again later."),
            )
        case State.FAILED:
            return Waiting(
                _("Its person may try again"),
                _("With the same address, as often as they like, day and night."),
            )
    return Waiting("")


def _place_in_line(place: int | None) -> str:
    if not place or place == 1:
        return _("First in line: it is bought as soon as there are vouchers again.")
    text = ngettext(
        "%(count)s is ahead in the line. It goes on by itself as soon as there are vouchers again.",
        "%(count)s are ahead in the line. It goes on by itself as soon as there are vouchers again.",
        place - 1,
    )
    return text % {"count": place - 1}
