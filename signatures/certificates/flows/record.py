"""Record certificates that were bought elsewhere, and what becomes of any: suspended, revoked, replaced, put right."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from customers.models import Organisation, User

from ..models import Certificate
from .state import NotPossible

State, Renewal = Certificate.State, Certificate.Renewal
# What may be said of a certificate by hand; that it was renewed or has expired is known otherwise.
SAYABLE = (State.ACTIVE, State.SUSPENDED, State.REVOKED, State.REPLACED)
HOLDER = ("tax_code", "email", "mobile")


def record(organisation: Organisation, user: User, values: Mapping[str, Any]) -> Certificate:
    """Add a certificate that was bought elsewhere. ``values``: columns, and the holder's contacts."""
    certificate = Certificate(organisation=organisation, recorded_by=user)
    _fill(certificate, values)
    certificate.save()
    return certificate


def correct(certificate: Certificate, values: Mapping[str, Any]) -> None:
    """Put right what was recorded by hand. Raises ``NotPossible`` for one that an order brought."""
    with transaction.atomic():
        ours = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if not can_correct(ours):
            raise NotPossible
        _fill(ours, values)
        ours.save()
    certificate.refresh_from_db()


def can_correct(certificate: Certificate) -> bool:
    """Whether its data are the customer's own words, and nothing rests on them yet."""
    is_own = certificate.order_id is None and certificate.renewed_id is None
    return is_own and certificate.state == State.ACTIVE and certificate.renewal == Renewal.NONE


def change_state(certificate: Certificate, to: str) -> None:
    """Suspended, revoked, replaced, or active again. Raises ``NotPossible``."""
    if to not in SAYABLE:
        raise NotPossible
    reversible = Certificate.objects.filter(pk=certificate.pk, state__in=[State.ACTIVE, State.SUSPENDED])
    if not reversible.exclude(state=to).update(state=to):
        raise NotPossible
    certificate.refresh_from_db()


def _fill(certificate: Certificate, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in HOLDER:
            setattr(certificate, name, value)
    certificate.holder = {name: str(values[name]) for name in HOLDER if values.get(name)}
