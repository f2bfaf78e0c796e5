"""Prepare an order: whose activation it is to be. A draft has no history and costs nothing."""

from collections.abc import Sequence

from django.db import transaction

from customers.models import Organisation, User

from ..models import Activation, IdentityProvider, Order
from .hand_over import Person
from .state import NotPossible


def create_draft(organisation: Organisation, user: User, people: Sequence[Person]) -> Order:
    """A new draft for these people."""
    with transaction.atomic():
        order = Order.objects.create(organisation=organisation, created_by=user)
        _put(order, people)
    return order


def set_people(order: Order, people: Sequence[Person]) -> None:
    """Other people for a draft. Raises ``NotPossible`` when it was ordered meanwhile."""
    with transaction.atomic():
        draft = Order.objects.select_for_update().get(pk=order.pk)
        if draft.ordered_at:
            raise NotPossible
        draft.activations.all().delete()
        _put(draft, people)


def _put(order: Order, people: Sequence[Person]) -> None:
    provider = IdentityProvider.objects.get(is_sold=True)
    Activation.objects.bulk_create(
        Activation(
            order=order,
            organisation_id=order.organisation_id,
            provider=provider,
            position=place,
            name=person.name,
            surname=person.surname,
            tax_code=person.tax_code,
            email=person.email,
            mobile=person.mobile,
            language=person.language,
        )
        for place, person in enumerate(people, 1)
    )


def discard(order: Order) -> None:
    """Throw a draft away. Raises ``NotPossible`` when it was ordered meanwhile."""
    with transaction.atomic():
        draft = Order.objects.select_for_update().filter(pk=order.pk).first()
        if draft is None:
            return
        if draft.ordered_at:
            raise NotPossible
        draft.delete()
