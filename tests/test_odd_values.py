"""Odd values in every parameter and field of every page of ours, as an owner: none makes a fault of ours."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.flows.top_up import record_transfer
from billing.models import Movement, Plan
from billing.tests.factories import PlanFactory
from customers.models import Membership
from customers.tests.factories import member_client
from signatures.certificates.forms import FORMS
from signatures.certificates.forms.certificate import CertificateForm
from signatures.certificates.models import Certificate, Order
from signatures.certificates.tests.factories import CertificateFactory, OrderFactory, sold
from signatures.envelopes.models import Envelope
from signatures.envelopes.tests.factories import EnvelopeFactory, SellPriceFactory, give_token

from .walk import own_addresses

pytestmark = pytest.mark.django_db
ODD = [
    "", " ", "0", "-1", "1", "x", "None", "null", "true", "on", "[]", "{}", "\x00", "\x07", "\u202e", "\ufeff", "💣", "%00", "%",
    "_", "\\", "'", '"', "--", ";", "<b>", "{{ 7|add:7 }}", "%(name)s", "..", "../../x", "/", "//evil.example", "javascript:x",
    "sNaN", "NaN", "Infinity", "1E+999999", "1e400", "0x10", "1_0", "٣", "²", "9" * 5000, "-" + "9" * 30, "0001-01-01", "9999-12-31",
    "2026-02-30", "2026-W01", "00:00", "a@b", "a@" + "é" * 63 + ".it", "+390000", "x" * 300, "x" * 100_000, "\n", "\r\nX: y",
    "00000000-0000-0000-0000-000000000000", "it", "IT", "owner", "sms", "bottom_right", "business", "EU", "İ", "ß" * 80,
]  # fmt: skip
VALUES = st.one_of(st.sampled_from(ODD), st.text(max_size=40))
QUERY = [
    "q",
    "page",
    "state",
    "first",
    "last",
    "form",
    "next",
    "stage",
    "download",
    "organisation",
    "all",
    "o",
    "p",
    "by",
    "split",
    "part",
    "simple_signature",
    "spid",
]
ORDERED = sorted({name for form in FORMS.values() for name in form.base_fields})
KEPT = sorted(CertificateForm.base_fields)
FIELDS = {
    "customers:profile": ["name", "language"],
    "customers:create": ["name", "kind", "country", "vat_number", "tax_code", "address", "postal_code", "city", "province",
                         "recipient_code", "pec"],
    "customers:members": ["email", "role"],
    "customers:change_member": ["role"],
    "customers:switch": ["organisation"],
    "envelopes:new": ["document", "title", "message"],
    "envelopes:document": ["document", "title", "message"],
    "envelopes:signers": ["is_ordered", "gives_copy", "expires_on", "add_row", "signers-TOTAL_FORMS", "signers-INITIAL_FORMS",
                          *(f"signers-0-{name}" for name in ("pk", "name", "surname", "email", "otp_channel", "mobile", "language", "DELETE"))],
    "envelopes:places": ["add_row", "places-TOTAL_FORMS", "places-INITIAL_FORMS", "places-0-signer", "places-0-pages", "places-0-place", "places-0-DELETE"],
    "envelopes:review": ["unit_price", "reviewed"],
    "signing:decline": ["reason"],
    "plan:change": ["first_day", "net"],
    "wallet:card": ["amount"],
    "orders:new": ["code"],
    "orders:step": ORDERED,
    "orders:check": ["field", *ORDERED],
    "orders:review": ["net", "consent-holder"],
    "orders:places": ["municipality", "birth_place", "born_on", "birth_country"],
    "orders:post": ["posted_on", "tracking"],
    "orders:reuse": ["earlier"],
    "certificates:new": KEPT,
    "certificates:edit": KEPT,
    "certificates:state": ["state", "note"],
    "certificates:done": ["expires_on"],
}  # fmt: skip
FIELDS["customers:organisation"] = FIELDS["customers:create"]
# What a form needs to be looked at in earnest.
GIVEN = {
    "envelopes:signers": {"signers-TOTAL_FORMS": "1", "signers-INITIAL_FORMS": "0", "signers-0-name": "Anna", "signers-0-surname": "Rossi",
                          "signers-0-email": "anna@example.it", "signers-0-otp_channel": "email", "signers-0-language": "it"},
    "envelopes:places": {"places-TOTAL_FORMS": "1", "places-INITIAL_FORMS": "0", "places-0-pages": "1", "places-0-place": "top_left"},
    "customers:create": {"name": "x", "kind": "business", "country": "IT", "vat_number": "00743110157", "address": "x",
                         "postal_code": "50131", "city": "x", "province": "FI"},
    "customers:members": {"email": "anna@example.it", "role": "viewer"},
    "plan:change": {"first_day": "2026-12-01", "net": "14.00"},
}  # fmt: skip
GIVEN["customers:organisation"] = GIVEN["customers:create"]
# Without what throws the page's own ground away.
LEFT_OUT = {"envelopes:discard", "orders:discard", "customers:remove_member"}
NAMES = sorted({name for name, _ in own_addresses()} - LEFT_OUT)


def address_of(name: str, client: Client, membership: Membership, odd: str) -> str:
    """The page of an object that is there; an odd value where the address takes any text."""
    parameters = dict(own_addresses())[name]
    envelope = Envelope.objects.filter(organisation=membership.organisation, state="draft").first()
    if envelope is None:
        envelope = EnvelopeFactory(
            organisation=membership.organisation, created_by=membership.user, ready=True
        )
    known: dict[str, Any] = {
        "pk": _object_of(name, membership, envelope).pk,
        "signer": envelope.signers.values_list("pk", flat=True).first() or envelope.pk,
        "organisation_id": membership.organisation_id,
        "form": "json",
    }
    if name == "signing:decline":
        known["token"] = give_token(EnvelopeFactory(signing=True).signers.first())
    if name.startswith("orders:"):
        # Where an address takes words alone: a step that there is, or what is left of the odd value.
        word = re.sub(r"[^a-zA-Z0-9_-]", "", odd)[:50]
        known |= {"name": word if len(word) % 3 == 1 else "person", "kind": word or "id_front"}
    kwargs = {one: known.get(one, odd.replace("/", "") or "x") for one in parameters}
    return reverse(name, kwargs=kwargs)


def _object_of(name: str, membership: Membership, envelope: Envelope) -> Any:
    """What the address is about: a member, an order, a certificate, or the envelope."""
    if name.startswith("customers:") and "member" in name:
        return membership
    ours = {"organisation": membership.organisation}
    if name.startswith("orders:"):
        return Order.objects.filter(**ours, state="draft").first() or OrderFactory(**ours)
    if name.startswith("certificates:"):
        return Certificate.objects.filter(**ours).first() or CertificateFactory(**ours)
    if name.startswith("plan:"):
        return Plan.objects.filter(organisation=None).first() or PlanFactory()
    if name == "wallet:receipt":
        return _top_up(membership)
    return envelope


def _top_up(membership: Membership) -> Movement:
    """A top-up of the member's own house."""
    movements = Movement.objects.for_organisation(membership.organisation)
    if not movements.exists():
        record_transfer(membership.organisation, Decimal("50.00"), date(2026, 11, 2), "CRO 77", "test")
    return movements.latest("number")


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_value_is_a_fault_of_ours(name: str, data: st.DataObject) -> None:
    client, membership = _ground()
    method = data.draw(
        st.sampled_from(["get", "get", "post", "post", "post", "head", "put", "options"]), "method"
    )
    odd = data.draw(VALUES, "odd")
    names = FIELDS.get(name, []) if method == "post" else QUERY
    given = dict(GIVEN.get(name, {})) if method == "post" else {}
    for field in data.draw(st.lists(st.sampled_from(names or QUERY), max_size=4, unique=True), "fields"):
        given[field] = data.draw(VALUES, field)
    headers = data.draw(
        st.sampled_from([{}, {"hx-request": "true"}, {"accept-language": "xx, ;q"}, {"referer": "\\"}])
    )
    answer = getattr(client, method)(address_of(name, client, membership, odd), given, headers=headers)
    if answer.streaming:
        b"".join(answer.streaming_content)
    assert answer.status_code < 500


def _ground() -> tuple[Client, Membership]:
    """A browser of an owner; made once per test, since hypothesis runs it many times in one transaction."""
    membership = Membership.objects.filter(role="owner").order_by("-pk").first()
    if membership is None:
        SellPriceFactory()
        sold("OTPMOB")
        return member_client("owner")
    client = Client(headers={"accept-language": "en"})
    client.force_login(membership.user)
    return client, membership
