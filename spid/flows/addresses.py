"""The secret addresses of a person's page. Whoever was written to anew leaves the earlier ones behind."""

from django.utils import timezone

from vault import digest_of, new_token

from ..models import Activation, Address


def new_address(activation: Activation) -> str:
    """The secret part of one more address; the earlier ones stay good beside it."""
    token = new_token()
    Address.objects.create(activation=activation, digest=digest_of(token))
    return token


def renewed_address(activation: Activation) -> str:
    """The secret part of a fresh address; every earlier mail leads nowhere from now on."""
    void_addresses(activation)
    return new_address(activation)


def void_addresses(activation: Activation) -> None:
    """Nobody reaches the page any more."""
    activation.addresses.filter(voided_at=None).update(voided_at=timezone.now())


def activation_for(token: str) -> Activation | None:
    """The activation whose page this address leads to."""
    address = (
        Address.objects.select_related("activation__organisation", "activation__provider", "activation__rule")
        .filter(digest=digest_of(token), voided_at=None)
        .first()
    )
    return address.activation if address else None
