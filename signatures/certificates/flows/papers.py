"""The customer's papers after the order: the signed form taken in, and all of it handed to staff to be looked at."""

from collections.abc import Sequence

from customers.models import User
from documents.flows.store import read, store
from upstream import ProductFamily

from ..models import Order, OrderFile
from ..signed_form import P7M, check
from .attach import files_of, missing_sides, replace
from .state import Actor, NotPossible, locked, move, tell

Kind = OrderFile.Kind


class Incomplete(Exception):
    """Something is missing before staff can look at it; ``missing`` names kinds of files."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


def can_hand_in(order: Order) -> bool:
    """Whether papers are with the customer: after the order was bought, and not before."""
    return (
        order.state in {Order.State.DOCUMENTS_NEEDED, Order.State.RETURNED} and order.purchase_id is not None
    )


def attach_form(order: Order, uploads: Sequence[bytes], user: User, ip: str) -> OrderFile:
    """Keep the signed form, in place of an earlier one.

    Raises ``Refused`` (with a message for people), ``InspectionFailed`` where this machine is at fault, and
    ``NotPossible`` when there is no form to sign, or the papers are not with the customer any more.
    """
    blank = files_of(order).get(Kind.FORM_BLANK)
    if blank is None or not can_hand_in(order):
        raise NotPossible
    signed = check(uploads, read(blank.stored_file), blank.page_count)
    stored = store(order.organisation, signed.data, signed.media_type)
    with locked(order.pk) as ours:
        if not can_hand_in(ours):
            raise NotPossible
        replace(ours, Kind.FORM_SIGNED)
        file = OrderFile.objects.create(
            order=ours,
            kind=Kind.FORM_SIGNED,
            stored_file=stored,
            filename="modulo-firmato.pdf.p7m" if signed.media_type == P7M else "modulo-firmato.pdf",
            media_type=signed.media_type,
            sha256=stored.sha256,
            page_count=signed.page_count,
            remarks=list(signed.remarks),
        )
        tell(ours, "form_uploaded", actor=Actor.CUSTOMER, actor_name=str(user), ip=ip, sha256=stored.sha256,
             how=signed.remarks[0], signers=list(signed.signers))  # fmt: skip
    return file


def detach_form(order: Order) -> None:
    """Take the signed form out again. Raises ``NotPossible``."""
    with locked(order.pk) as ours:
        if not can_hand_in(ours):
            raise NotPossible
        replace(ours, Kind.FORM_SIGNED)


def missing_papers(order: Order) -> list[str]:
    """The kinds of files that are still to come. At Aruba the ID document went along with the order."""
    files = files_of(order)
    sides = [] if order.product_family is ProductFamily.ARUBA else missing_sides(order, files)
    return [*sides, *([] if Kind.FORM_SIGNED in files else [Kind.FORM_SIGNED])]


def hand_in(order: Order, user: User, ip: str) -> None:
    """Everything is there: staff look at it next. Raises ``Incomplete`` and ``NotPossible``."""
    with locked(order.pk) as ours:
        if not can_hand_in(ours):
            raise NotPossible
        if missing := missing_papers(ours):
            raise Incomplete(missing)
        move(ours, Order.State.IN_REVIEW)
        tell(ours, "papers_handed_in", actor=Actor.CUSTOMER, actor_name=str(user), ip=ip,
             digests={file.kind: file.sha256 for file in files_of(ours).values()})  # fmt: skip
    order.refresh_from_db()
