"""Staff look at data and papers: approve, and they go on to the provider; or return them, with reasons."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.utils import timezone

from customers.models import User
from documents.flows.store import read
from documents.signed_file import open_signed

from .. import letters
from ..models import Order, OrderFile, Review
from ..reasons import Reason
from ..signed_form import P7M
from . import notify
from .attach import files_of
from .order import hand_over
from .request import request_digest
from .state import Actor, NotPossible, locked, move, tell

Kind = OrderFile.Kind
Decision = Review.Decision
LOOKED_AT = (Kind.ID_FRONT, Kind.ID_BACK, Kind.ID_JOINED, Kind.FORM_SIGNED)
# Beside the files: what was typed.
DATA = "data"


class ChangedMeanwhile(Exception):
    """The papers, or the data, are not those that were looked at."""


def digests_of(order: Order) -> dict[str, str]:
    """What there is to look at: the SHA-256 of each file by its kind, and of all that was typed."""
    papers = {kind: file.sha256 for kind, file in files_of(order).items() if kind in LOOKED_AT}
    return {**papers, DATA: request_digest(order)}


def approve(order: Order, staff: User, ip: str, looked_at: Mapping[str, str]) -> None:
    """The papers are good: an order that was not bought yet is bought, one that was gets them sent.

    Raises ``ChangedMeanwhile``, ``PriceMissing``, and ``NotPossible`` when it is not in review any more.
    """
    with _in_review(order, looked_at) as ours:
        Review(order=ours, by=staff, decision=Decision.APPROVED, digests=dict(looked_at)).save()
        tell(ours, "papers_approved", **_who(staff, ip), digests=dict(looked_at))
        if ours.purchase_id is None:
            hand_over(ours, timezone.now())
        elif not move(ours, Order.State.SUBMITTED, papers_due_at=timezone.now()):
            raise NotPossible
        _send_soon(ours)
    order.refresh_from_db()


def send_back(
    order: Order, staff: User, ip: str, looked_at: Mapping[str, str], reasons: Sequence[str], note: str = ""
) -> None:
    """Something is to be corrected: the customer hears what, in their language.

    Raises ``ChangedMeanwhile``, and ``NotPossible`` when it is not in review any more.
    """
    known = [reason for reason in reasons if reason in Reason.values]
    with _in_review(order, looked_at) as ours:
        Review(order=ours, by=staff, decision=Decision.RETURNED, reasons=known, note=note,
               digests=dict(looked_at)).save()  # fmt: skip
        if not move(ours, Order.State.RETURNED):
            raise NotPossible
        tell(ours, "papers_returned", **_who(staff, ip), reasons=known, note=note)
        returned = {"reasons": known, "note": note}
        notify.mail_customer(ours, letters.papers_returned, fact=str(timezone.now()), **returned)
    order.refresh_from_db()


def open_file(order: Order, kind: str, staff: User, ip: str) -> tuple[OrderFile, bytes]:
    """A paper, to be looked at by staff. Every opening of an ID document is written into the order's history.

    Of a file in a digital signature, what was signed. Raises ``OrderFile.DoesNotExist`` and ``Damaged``.
    """
    file = OrderFile.objects.current().select_related("stored_file").get(order=order, kind=kind)
    data = read(file.stored_file)
    if kind in OrderFile.ID_IMAGES:
        with locked(order.pk) as ours:
            tell(ours, "id_image_opened", **_who(staff, ip), what=kind, sha256=file.sha256)
    return file, open_signed(data).content if file.media_type == P7M else data


def last_return(order: Order) -> Review | None:
    """What staff said last, as long as it is the customer's turn to answer."""
    if order.state != Order.State.RETURNED:
        return None
    return order.reviews.filter(decision=Decision.RETURNED).first()


@contextmanager
def _in_review(order: Order, looked_at: Mapping[str, str]) -> Iterator[Order]:
    """The order, locked, while it is in review with exactly these papers and data."""
    with locked(order.pk) as ours:
        if ours.state != Order.State.IN_REVIEW:
            raise NotPossible
        if digests_of(ours) != dict(looked_at):
            raise ChangedMeanwhile
        yield ours


def _who(staff: User, ip: str) -> dict[str, str]:
    return {"actor": Actor.STAFF, "actor_name": str(staff), "ip": ip}


def _send_soon(order: Order) -> None:
    """Wake the worker that sends approved papers."""
    from ..tasks import submit_papers

    if order.papers_due_at is not None:
        submit_papers.delay_on_commit(str(order.pk))
