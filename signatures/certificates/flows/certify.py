"""An order was fulfilled: record the certificates that it brought, or what became of the one that it renews."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from signatures.catalogue.products import Covers, ProductFacts
from upstream import Order as ProviderOrder
from upstream import ProductFamily

from ..models import Certificate, Order
from .notify import holder_of
from .renew import hand_to_holder
from .state import tell

BRINGS_CERTIFICATES = (
    ProductFamily.STANDARD, ProductFamily.ARUBA, ProductFamily.VIDEO, ProductFamily.FOREIGN,
)  # fmt: skip


def certify(order: Order, told: ProviderOrder) -> None:
    """Record what a fulfilled order brought; what is recorded already stays. In the caller's transaction."""
    if order.product_family is ProductFamily.RENEWAL:
        hand_to_holder(order)
    elif order.product_family in BRINGS_CERTIFICATES:
        known = set(order.certificates.values_list("covers", flat=True))
        for covers in covered_by(order.facts):
            if covers not in known:
                _record(order, covers, told)
        for certificate in wrongly_guessed(order, told):
            certificate.expires_on = _day(told.expires_at) or certificate.expires_on
            certificate.save(update_fields=["expires_on"])
            _tell_recorded(order, certificate, told)


def wrongly_guessed(order: Order, told: ProviderOrder) -> list[Certificate]:
    """What an order brought before the provider named its expiry, as long as nothing rests on our guess."""
    expires_on = _day(told.expires_at)
    if expires_on is None:
        return []
    untouched = order.certificates.filter(
        state=Certificate.State.ACTIVE, renewal=Certificate.Renewal.NONE, issued_on__lte=expires_on
    )
    return list(untouched.exclude(expires_on=expires_on))


def covered_by(facts: ProductFacts) -> list[Covers]:
    """The certificates of a product: on a card or key, signature and CNS are two."""
    if facts.is_remote:
        return [Covers.REMOTE]
    return [Covers.SIGNATURE, Covers.CNS] if facts.has_cns else [Covers.SIGNATURE]


def _record(order: Order, covers: Covers, told: ProviderOrder) -> None:
    facts = order.facts
    issued_on = _day(told.issued_at or told.fulfilled_at) or timezone.localdate()
    # The provider names the expiry; without it, the product's own validity is the best that is known.
    expires_on = _day(told.expires_at) or issued_on + timedelta(days=facts.validity_days or 0)
    holder = {name: value for name, value in holder_of(order).items() if value}
    certificate = Certificate(
        organisation=order.organisation,
        order=order,
        holder_name=order.holder_name,
        language=order.language,
        maker=facts.maker,
        device=facts.device,
        covers=covers,
        code=order.code,
        issued_on=issued_on,
        expires_on=max(expires_on, issued_on),
        device_since=issued_on,
    )
    certificate.holder = holder
    certificate.save()
    _tell_recorded(order, certificate, told)


def _tell_recorded(order: Order, certificate: Certificate, told: ProviderOrder) -> None:
    tell(order, "certificate_recorded", covers=certificate.covers, expires_on=str(certificate.expires_on),
         is_named_by_provider=told.expires_at is not None)  # fmt: skip


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None
