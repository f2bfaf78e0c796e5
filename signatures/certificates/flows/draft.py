"""Fill in an order: a draft that is saved at every step, and that nothing is bought for yet."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils import timezone

from customers.models import Organisation, User
from signatures.catalogue.models import Offer

from ..models import Certificate, Order
from ..steps import BIRTH, DOCUMENT, PERSON, RESIDENCE
from .state import NotPossible, locked

# What belongs to a person and is the same in their next order; documents end, but seldom within a year.
REUSABLE = (PERSON, BIRTH, RESIDENCE, DOCUMENT)
# What was typed into a step that does not hold yet, kept so that nobody types it twice.
TYPED = "typed"
LONGEST_TYPED = 1000


def begin(
    organisation: Organisation, user: User, offer: Offer, *, renews: Certificate | None = None
) -> Order:
    """A draft for a product of the shop: a new one, or one's own that nothing was typed into yet."""
    facts = offer.product.facts
    assert facts is not None, "what is sold is known"
    begun = {"organisation": organisation, "created_by": user, "code": facts.code, "renews": renews}
    untouched = Order.objects.filter(**begun, state=Order.State.DRAFT, sealed_details="", files=None)
    return untouched.first() or Order.objects.create(
        **begun, family=facts.family, language=user.language or "it"
    )


def save_step(order: Order, step: str, values: Mapping[str, Any], **fields: Any) -> None:
    """Keep what a step says, now that it holds; ``fields`` are columns that the step decides (quantity, renews …).

    Raises ``NotPossible`` when the order was sent meanwhile.
    """
    with _editable(order) as draft:
        details = draft.details
        details[step] = dict(values)
        details.get(TYPED, {}).pop(step, None)
        _save(draft, details, **fields)
    order.refresh_from_db()


def save_typed(order: Order, step: str, typed: Mapping[str, str]) -> None:
    """Keep what stands in a step that is not finished, as it was typed. Raises ``NotPossible``."""
    with _editable(order) as draft:
        details = draft.details
        kept = {name: value[:LONGEST_TYPED] for name, value in typed.items() if value}
        details.setdefault(TYPED, {})[step] = kept
        _save(draft, details)
    order.refresh_from_db()


def reuse(order: Order, earlier: Order) -> None:
    """Take over what an earlier order of the same organisation says of its holder. Confirmations are asked anew.

    Raises ``NotPossible``.
    """
    if earlier.organisation_id != order.organisation_id:
        raise NotPossible
    known = {step: values for step, values in earlier.details.items() if step in REUSABLE}
    for values in known.values():
        values.pop("confirmed", None)
        values.pop("confirmation_reason", None)
    with _editable(order) as draft:
        details = {**draft.details, **known}
        for step in known:
            details.get(TYPED, {}).pop(step, None)
        _save(draft, details)
    order.refresh_from_db()


def take_over_holder(order: Order) -> None:
    """Fill in who holds the certificate that a renewal renews: nobody is asked what we know."""
    certificate = order.renews
    assert certificate is not None, "only of a certificate that we know"
    known: dict[str, Any] = dict(certificate.order.details.get(PERSON, {})) if certificate.order else {}
    if not known:
        given_name, _space, surname = certificate.holder_name.rpartition(" ")
        known = {"given_name": given_name, "surname": surname, "language": certificate.language}
    known |= {name: value for name, value in certificate.holder.items() if value}
    with _editable(order) as draft:
        _save(draft, {**draft.details, PERSON: known})
    order.refresh_from_db()


def _save(draft: Order, details: dict[str, Any], **fields: Any) -> None:
    draft.details = details
    draft.saved_at = timezone.now()
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save(update_fields=[*Order.DETAILS_FIELDS, "saved_at", *fields])


@contextmanager
def _editable(order: Order) -> Iterator[Order]:
    """The order, locked, as long as its data may still be changed. Raises ``NotPossible``."""
    with locked(order.pk) as draft:
        if not draft.is_editable:
            raise NotPossible
        yield draft
