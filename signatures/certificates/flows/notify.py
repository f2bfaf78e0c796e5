"""Letters to holders and customers, written in the transaction of their cause."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from customers.models import Membership, Organisation, User
from outbox.flows.write import write
from outbox.models import Mail

from ..letters import Letter
from ..models import Certificate, Order
from ..steps import PERSON

TEMPLATE = "signatures/certificates/mail/letter"
Words = Callable[..., Letter]


def holder_of(order: Order) -> dict[str, str]:
    """Name, tax code, e-mail and mobile of an order's holder as they were typed; empty where there is nobody."""
    person = order.details.get(PERSON, {})
    names = ("given_name", "surname", "tax_code", "email", "mobile")
    return {name: str(person.get(name) or "") for name in names}


def mail_holder(order: Order, words: Words, *, fact: str, address: str = "", **said: Any) -> Mail | None:
    """A letter about an order to its holder, in their language. None where nobody in particular is the holder."""
    email = holder_of(order)["email"]
    if not email:
        return None
    about, key = f"order:{order.pk}", f"{order.pk}:{fact}:holder"
    return _write(words, email, order.language, key, about, address, {"order": order, **said})


def mail_customer(order: Order, words: Words, *, fact: str, **said: Any) -> list[User]:
    """A letter about an order to whoever answers for it, leading to its page. Returns who that is."""
    users = responsible(order.organisation, order.created_by)
    address = page_address(order.organisation, reverse("orders:detail", args=[order.pk]))
    for user in users:
        about, key = f"order:{order.pk}", f"{order.pk}:{fact}:{user.pk}"
        _write(words, user.email, _language(user), key, about, address, {"order": order, **said})
    return users


def mail_about_certificate(certificate: Certificate, words: Words, *, fact: str, **said: Any) -> None:
    """A letter about a certificate to its holder and to whoever answers for it; to one who is both, once."""
    about = f"certificate:{certificate.pk}"
    said = {"certificate": certificate, **said}
    users = responsible(certificate.organisation, _who_brought(certificate))
    address = page_address(certificate.organisation, reverse("certificates:detail", args=[certificate.pk]))
    for user in users:
        key = f"{certificate.pk}:{fact}:{user.pk}"
        _write(words, user.email, _language(user), key, about, address, {**said, "is_holder": False})
    email = certificate.holder.get("email", "")
    if email and email.casefold() not in {user.email.casefold() for user in users}:
        key = f"{certificate.pk}:{fact}:holder"
        _write(words, email, certificate.language, key, about, "", {**said, "is_holder": True})


def responsible(organisation: Organisation, user: User | None) -> list[User]:
    """Who answers for something: whoever brought it, as long as they are a member; else the owners."""
    members = Membership.objects.for_organisation(organisation).filter(user__is_active=True)
    if user is not None and members.filter(user=user).exists():
        return [user]
    owners = members.filter(role=Membership.Role.OWNER).select_related("user").order_by("pk")
    return [membership.user for membership in owners]


def page_address(organisation: Organisation, page: str) -> str:
    """The address of a member's page, seen for the organisation that it belongs to."""
    return f"{settings.PORTAL_URL}{reverse('customers:enter', args=[organisation.pk])}?next={page}"


def members_with(organisation: Organisation, email: str) -> list[User]:
    """Members whose own verified address this is."""
    if not email:
        return []
    members = Membership.objects.for_organisation(organisation).filter(
        user__is_active=True,
        user__email__iexact=email,
        user__emailaddress__email__iexact=email,
        user__emailaddress__verified=True,
    )
    return [membership.user for membership in members.select_related("user").distinct()]


def _who_brought(certificate: Certificate) -> User | None:
    if certificate.recorded_by is not None:
        return certificate.recorded_by
    return certificate.order.created_by if certificate.order is not None else None


def _language(user: User) -> str:
    return user.language or settings.LANGUAGE_CODE


def _write(
    words: Words, email: str, language: str, key: str, about: str, address: str, said: dict[str, Any]
) -> Mail:
    with translation.override(language):
        letter = words(**said)
    return write(
        template=TEMPLATE,
        recipient=email,
        language=language,
        context={"letter": letter, "address": address},
        fact_key=f"{words.__name__}:{key}"[:200],
        about=about,
        kind=words.__name__,
    )
