"""People and organisations for tests of every app."""

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from factory.django import DjangoModelFactory

from customers.models import Membership, Organisation, User


class UserFactory(DjangoModelFactory):
    """A person who may log in; the password is ``x``. With ``has_verified_email=False`` the address is unproven."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.it")
    name = factory.Sequence(lambda n: f"Persona {n}")
    language = "en"

    @classmethod
    def _create(cls, model_class, *args, has_verified_email=True, **kwargs):
        user = model_class.objects.create_user(*args, **{"password": "x", **kwargs})
        EmailAddress.objects.create(user=user, email=user.email, verified=has_verified_email, primary=True)
        return user


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Bottega {n} Srl")
    vat_number = "00743110157"
    address = "Via dei Mille 12"
    postal_code = "50131"
    city = "Firenze"
    province = "FI"
    recipient_code = "0000000"


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(UserFactory)
    role = Membership.Role.OWNER

    class Params:
        sender = factory.Trait(role=Membership.Role.SENDER)
        viewer = factory.Trait(role=Membership.Role.VIEWER)
        accountant = factory.Trait(role=Membership.Role.ACCOUNTANT)


def member_client(role: str = "owner", organisation: Organisation | None = None) -> tuple[Client, Membership]:
    """A browser that is logged in as a member with this role."""
    fields = {"organisation": organisation} if organisation else {}
    membership = MembershipFactory(role=role, **fields)
    membership.user.last_login = timezone.now()
    client = Client(headers={"accept-language": "en"})
    client.force_login(membership.user)
    return client, membership


STAFF_SECRET = "JBSWY3DPEHPK3PXP"


def second_factor_code(secret: str = STAFF_SECRET) -> str:
    """The one-time code that an app with this secret shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def staff_client(**fields) -> Client:
    """A browser in which staff (a superuser, if not said otherwise) have logged in with password and second factor."""
    user = UserFactory(**{"email": "staff@example.it", "is_staff": True, "is_superuser": True, **fields})
    TOTP.activate(user, STAFF_SECRET)
    client = Client(headers={"accept-language": "en"})
    client.post(reverse("account_login"), {"login": user.email, "password": "x"})
    client.post(reverse("mfa_authenticate"), {"code": second_factor_code()})
    return client
