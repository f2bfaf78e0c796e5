"""Prepare an envelope: a draft that is saved at every step, and that nothing is bought for yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from customers.models import Organisation, User
from documents.flows.store import read, store
from documents.inspection import PdfFacts

from ..models import Envelope, Placement, Signer
from .state import NotPossible
from .sweep import discard_draft

# What the sender says of a signer; the rest is what happens to them.
TYPED = ("position", "name", "surname", "email", "mobile", "otp_channel", "language")


@dataclass(frozen=True)
class SignerInput:
    """A signer as typed. ``pk`` names one that is there already, whose places stay."""

    name: str
    surname: str
    email: str
    mobile: str
    otp_channel: str
    language: str
    pk: Any = field(default=None)


def create_draft(
    organisation: Organisation,
    user: User,
    *,
    title: str,
    message: str,
    filename: str,
    data: bytes,
    facts: PdfFacts,
) -> Envelope:
    """A new draft around an inspected document, which is stored first: nothing that was accepted is lost."""
    original = store(organisation, data, "application/pdf")
    return Envelope.objects.create(
        organisation=organisation,
        created_by=user,
        title=title,
        message=message,
        filename=filename,
        original=original,
        page_sizes=facts.page_sizes,
    )


def copy_of(envelope: Envelope, user: User) -> Envelope:
    """A new draft of what was sent once: document, words, signers, places and options.

    The day to sign by stays behind: it was meant for the first time. Raises ``documents.flows.store.Damaged`` (or
    ``Erased``) where the document is not there any more.
    """
    original = store(envelope.organisation, read(envelope.original), "application/pdf")
    with transaction.atomic():
        draft = Envelope.objects.create(
            organisation=envelope.organisation,
            created_by=user,
            title=envelope.title,
            message=envelope.message,
            filename=envelope.filename,
            original=original,
            page_sizes=envelope.page_sizes,
            is_ordered=envelope.is_ordered,
            gives_copy=envelope.gives_copy,
        )
        for signer in envelope.signers.order_by("position").prefetch_related("placements"):
            again = Signer.objects.create(envelope=draft, **{name: getattr(signer, name) for name in TYPED})
            Placement.objects.bulk_create(
                Placement(signer=again, page=spot.page, place=spot.place) for spot in signer.placements.all()
            )
    return draft


def change_document(envelope: Envelope, filename: str, data: bytes, facts: PdfFacts) -> None:
    """Put another document into a draft; places on pages that it does not have are dropped."""
    original = store(envelope.organisation, data, "application/pdf")
    with transaction.atomic():
        _change(envelope, original=original, filename=filename, page_sizes=facts.page_sizes)
        Placement.objects.filter(signer__envelope=envelope, page__gt=len(facts.page_sizes)).delete()


def change_details(envelope: Envelope, title: str, message: str) -> None:
    """What signers read above the document."""
    _change(envelope, title=title, message=message)


def set_options(envelope: Envelope, *, is_ordered: bool, gives_copy: bool, expires_on: date | None) -> None:
    """How the envelope is signed."""
    _change(envelope, is_ordered=is_ordered, gives_copy=gives_copy, expires_on=expires_on)


def _change(envelope: Envelope, **fields: Any) -> None:
    """Raises ``NotPossible`` when it is no draft any more."""
    if not Envelope.objects.filter(pk=envelope.pk, state=Envelope.State.DRAFT).update(**fields):
        raise NotPossible
    envelope.refresh_from_db()


def set_signers(envelope: Envelope, signers: Sequence[SignerInput]) -> None:
    """The draft's signers, in this order; who is not named any more goes."""
    with transaction.atomic():
        _lock_draft(envelope)
        kept = [signer.pk for signer in signers if signer.pk]
        envelope.signers.exclude(pk__in=kept).delete()
        # Positions are unique: move everybody out of the way first.
        for place, known in enumerate(envelope.signers.order_by("position")):
            Signer.objects.filter(pk=known.pk).update(position=1000 + place)
        for position, typed in enumerate(signers, 1):
            fields = {
                "position": position,
                "name": typed.name,
                "surname": typed.surname,
                "email": typed.email,
                "mobile": typed.mobile,
                "otp_channel": typed.otp_channel,
                "language": typed.language,
            }
            if not (typed.pk and envelope.signers.filter(pk=typed.pk).update(**fields)):
                Signer.objects.create(envelope=envelope, **fields)


def set_placements(envelope: Envelope, places: Mapping[Any, Sequence[tuple[int, str]]]) -> None:
    """Where each signer signs: page and place, for each signer's id."""
    with transaction.atomic():
        _lock_draft(envelope)
        Placement.objects.filter(signer__envelope=envelope).delete()
        Placement.objects.bulk_create(
            Placement(signer=signer, page=page, place=place)
            for signer in envelope.signers.all()
            for page, place in sorted(set(places.get(signer.pk, ())))
        )


def _lock_draft(envelope: Envelope) -> None:
    locked = Envelope.objects.select_for_update().filter(pk=envelope.pk, state=Envelope.State.DRAFT)
    if not locked.exists():
        raise NotPossible


def discard(envelope: Envelope) -> None:
    """Throw a draft away; its document goes with a sweep of the archive.

    Raises ``NotPossible`` when it was sent already.
    """
    if not discard_draft(envelope.pk):
        raise NotPossible
