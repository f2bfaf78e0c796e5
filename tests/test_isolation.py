"""Every address of the portal, opened as every wrong visitor. A new address that is not listed here fails the test."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.flows.file_invoice import file_invoice
from billing.flows.issue_invoice import issue
from billing.flows.top_up import record_transfer
from billing.models import Movement, Seller
from billing.tests.factories import PlanFactory
from billing.tests.invoice_factories import SellerFactory, draft_of, use
from customers.flows.invite import VALID
from customers.models import Invitation, Membership, Organisation, User
from customers.tests.factories import MembershipFactory, OrganisationFactory, member_client
from documents.tests import pictures, samples
from signatures.catalogue.models import Offer
from signatures.certificates.models import Order
from signatures.certificates.tests.factories import (
    CertificateFactory,
    OrderFactory,
    OrderFileFactory,
    details,
    sold,
)
from signatures.envelopes.models import Envelope
from signatures.envelopes.tests.factories import EnvelopeFactory, give_token
from spid.models import Activation, Address
from spid.tests.factories import ActivationFactory, give_address
from spid.tests.factories import OrderFactory as SpidOrderFactory
from vault import digest_of, new_token

from .walk import own_addresses

pytestmark = pytest.mark.django_db

OWNER, SENDER, VIEWER, ACCOUNTANT = "owner", "sender", "viewer", "accountant"
ROLES = (OWNER, SENDER, VIEWER, ACCOUNTANT)
SENDING, VIEWING, PAYING = {OWNER, SENDER}, {OWNER, SENDER, VIEWER}, {OWNER, ACCOUNTANT}
CANARY = "Canary of another house"
PRODUCT = "OTPMOB"


@dataclass(frozen=True)
class Page:
    """Who may open an address, by which method it is meant, and in which state its envelope, activation or order must be."""

    roles: set[str] = field(default_factory=lambda: set(ROLES))
    method: str = "get"
    envelope: str = "completed"
    activation: str = "handed_over"
    order: str = "draft"


# Pages of members. A stranger is led to the log in; a role that is not listed gets 403; another house's object is 404.
MEMBERS: dict[str, Page] = {
    "customers:organisation": Page(),
    "customers:members": Page({OWNER}),
    "customers:change_member": Page({OWNER}, "post"),
    "customers:remove_member": Page({OWNER}, "post"),
    "customers:revoke_invitation": Page({OWNER}, "post"),
    "customers:resend_invitation": Page({OWNER}, "post"),
    "envelopes:list": Page(VIEWING),
    "envelopes:new": Page(SENDING),
    "envelopes:detail": Page(VIEWING),
    "envelopes:document": Page(SENDING, envelope="draft"),
    "envelopes:preview": Page(SENDING, envelope="draft"),
    "envelopes:signers": Page(SENDING, envelope="draft"),
    "envelopes:places": Page(SENDING, envelope="draft"),
    "envelopes:review": Page(SENDING, envelope="draft"),
    "envelopes:discard": Page(SENDING, "post", envelope="draft"),
    "envelopes:cancel": Page(SENDING, "post", envelope="signing"),
    "envelopes:acknowledge": Page(SENDING, "post", envelope="declined"),
    "envelopes:copy": Page(SENDING, "post", envelope="declined"),
    "envelopes:resend": Page(SENDING, "post", envelope="signing"),
    "envelopes:original": Page(VIEWING),
    "envelopes:signed": Page(VIEWING),
    "envelopes:audit": Page(VIEWING),
    "envelopes:evidence": Page(VIEWING),
    "spid:list": Page(VIEWING),
    "spid:new": Page(SENDING),
    "spid:people": Page(SENDING),
    "spid:review": Page(SENDING),
    "spid:discard": Page(SENDING, "post"),
    "spid:detail": Page(VIEWING),
    "spid:resend": Page(SENDING, "post"),
    "spid:correct": Page(SENDING),
    "spid:cancel": Page(SENDING, "post", activation="waiting"),
    "spid:close": Page(SENDING, "post"),
    "spid:acknowledge": Page(SENDING, "post", activation="failed"),
    "shop:shop": Page(SENDING),
    "orders:list": Page(VIEWING),
    "orders:new": Page(SENDING, "post"),
    "orders:detail": Page(VIEWING, order="identifying"),
    "orders:acknowledge": Page(SENDING, "post", order="rejected"),
    "orders:discard": Page(SENDING, "post"),
    "orders:reuse": Page(SENDING, "post"),
    "orders:places": Page(SENDING),
    "orders:pictures": Page(SENDING),
    "orders:review": Page(SENDING),
    "orders:step": Page(SENDING),
    "orders:check": Page(SENDING, "post"),
    "orders:upload": Page(SENDING, "post"),
    "orders:remove": Page(SENDING, "post"),
    "orders:file": Page(SENDING),
    "orders:papers": Page(SENDING, order="documents_needed"),
    "orders:blank_form": Page(SENDING, order="documents_needed"),
    "orders:upload_form": Page(SENDING, "post", order="documents_needed"),
    "orders:remove_form": Page(SENDING, "post", order="documents_needed"),
    "orders:post": Page(SENDING, order="submitted"),
    "orders:arrived": Page(SENDING, "post", order="issued"),
    "orders:withdraw": Page(SENDING, "post", order="queued"),
    "orders:write_again": Page(SENDING, "post", order="issued"),
    "certificates:calendar": Page(VIEWING),
    "certificates:ics": Page(SENDING),
    "certificates:new": Page(SENDING),
    "certificates:detail": Page(VIEWING),
    "certificates:edit": Page(SENDING),
    "certificates:state": Page(SENDING, "post"),
    "certificates:renew": Page(SENDING, "post"),
    "certificates:done": Page(SENDING, "post"),
    "usage:month": Page(PAYING),
    "usage:export": Page(PAYING),
    "invoices:accounting": Page(PAYING),
    "invoices:list": Page(PAYING),
    "invoices:detail": Page(PAYING),
    "invoices:pdf": Page(PAYING),
    "invoices:xml": Page(PAYING),
    "invoices:statement": Page(PAYING),
    "invoices:register": Page(PAYING),
    "invoices:lines": Page(PAYING),
    "invoices:payments": Page(PAYING),
    "invoices:archive": Page(PAYING),
    "invoices:xml_zip": Page(PAYING),
    "usage:summary": Page(PAYING),
    "usage:simulator": Page(PAYING),
    "plan:plan": Page(PAYING),
    "plan:change": Page({OWNER}),
    "plan:end": Page({OWNER}),
    "wallet:wallet": Page(PAYING),
    "wallet:card": Page(PAYING, "post"),
    "wallet:export": Page(PAYING),
    "wallet:receipt": Page(PAYING),
}
# The year of the invoice that ``_invoice`` makes, whatever the day of the tests.
INVOICED = {"first": "2026-01-01", "last": "2026-12-31"}
# Pages of whoever is logged in: about themselves alone.
PEOPLE = {"customers:profile", "customers:create", "customers:switch", "customers:enter"}
# Pages of a holder who is a member: nobody else has them, whatever their role.
OWN = {"orders:codes"}
# Pages for everybody, and pages whose address is the key.
OPEN = {"home", "health", "wallet:card_hook"}
KEYED = {
    "customers:join", "hints:hint", "signing:back", "signing:invitation", "signing:document", "signing:leave",
    "signing:decline", "signing:copy",
    "holder:page", "holder:start", "holder:active", "holder:failed", "holder:used", "holder:ended", "holder:letters",
    "holder:calendar", "holder:calendar_file",
    "codes:codes", "codes:send_code", "codes:open", "codes:done",
}  # fmt: skip
POSTED_KEYS = {"hints:hint", "signing:leave", "signing:decline", "holder:start", "codes:send_code", "codes:open",
    "codes:done",
}  # fmt: skip
HOLDERS = sorted(name for name in KEYED if name.startswith("holder:"))
# Pages of an order's draft, and of one activation.
OF_A_DRAFT = {"spid:people", "spid:review", "spid:discard"}


def address_in(name: str, organisation: Any) -> str:
    """The address of a page about an object of this organisation."""
    parameters = dict(own_addresses())[name]
    page = MEMBERS.get(name, Page())
    kwargs: dict[str, Any] = {}
    if name.startswith("envelopes:") and "pk" in parameters:
        trait = {page.envelope: True}
        ready = {"ready": True} if page.envelope == "draft" else {}
        envelope = EnvelopeFactory(organisation=organisation, title=CANARY, **trait, **ready)
        kwargs = {"pk": envelope.pk}
        if "signer" in parameters:
            kwargs["signer"] = envelope.signers.first().pk
        if "form" in parameters:
            kwargs["form"] = "json"
    elif name in OF_A_DRAFT:
        order = SpidOrderFactory(organisation=organisation)
        ActivationFactory(order=order, organisation=organisation, surname=CANARY)
        kwargs = {"pk": order.pk}
    elif name.startswith("spid:") and "pk" in parameters:
        activation = ActivationFactory(organisation=organisation, surname=CANARY, **{page.activation: True})
        kwargs = {"pk": activation.pk}
    elif name.startswith("certificates:") and "pk" in parameters:
        kwargs = {"pk": CertificateFactory(organisation=organisation, holder_name=CANARY).pk}
    elif name.startswith("orders:"):
        kwargs = _about_order(organisation, page, parameters)
    elif name.startswith("invoices:"):
        invoice = _invoice(organisation, has_files=name in {"invoices:pdf", "invoices:xml_zip"})
        if "pk" in parameters:
            kwargs = {"pk": invoice.statement_id if name == "invoices:statement" else invoice.pk}
    elif name == "wallet:receipt":
        kwargs = {"pk": _top_up(organisation).pk}
    elif name == "plan:change":
        kwargs = {"pk": PlanFactory(organisation=organisation).pk}
    elif name in {"customers:change_member", "customers:remove_member"}:
        kwargs = {"pk": MembershipFactory(organisation=organisation, role=VIEWER).pk}
    elif name in {"customers:revoke_invitation", "customers:resend_invitation"}:
        kwargs = {"pk": _invitation(organisation).pk}
    return reverse(name, kwargs=kwargs)


def _about_order(organisation: Any, page: Page, parameters: list[str]) -> dict[str, Any]:
    """An order of the organisation with a picture in it."""
    sold(PRODUCT)
    Offer.objects.update(wants_paper=True)
    if "pk" not in parameters:
        return {}
    state = {} if page.order == "draft" else {page.order: True}
    holder = details(person={"given_name": CANARY})
    order = OrderFactory(organisation=organisation, code=PRODUCT, details=holder, **state)
    kwargs: dict[str, Any] = {"pk": order.pk}
    if "name" in parameters:
        kwargs["name"] = "person"
    if "kind" in parameters:
        kwargs["kind"] = OrderFileFactory(order=order, kind="id_front").kind
    if page.order == "documents_needed":
        OrderFileFactory(order=order, kind="form_blank")
    return kwargs


def _invitation(organisation: Any) -> Invitation:
    from django.utils import timezone

    return Invitation.objects.create(
        organisation=organisation,
        email=f"{uuid.uuid4().hex}@example.it",
        role=VIEWER,
        token_digest=digest_of(new_token()),
        expires_at=timezone.now() + VALID,
    )


def _top_up(organisation: Any) -> Movement:
    """A top-up of this organisation's wallet."""
    record_transfer(organisation, Decimal("50.00"), date(2026, 11, 2), CANARY, "test")
    return Movement.objects.for_organisation(organisation).get()


def _invoice(organisation: Any, *, has_files: bool) -> Any:
    """An issued invoice of this organisation, under the canary's name; its files take a moment to be made."""
    organisation.name = CANARY
    organisation.save()
    if not Seller.objects.exists():
        SellerFactory()
    use(organisation, 3)
    invoice = issue(draft_of(organisation), "test", date(2026, 11, 3))
    if has_files:
        file_invoice(invoice.transmissions.get().pk)
    return invoice


def visit(client: Client, name: str, address: str) -> Any:
    if MEMBERS[name].method != "post":
        return client.get(address, INVOICED if name.startswith("invoices:") else None)
    values: dict[str, Any] = {"role": VIEWER, "code": PRODUCT}
    if name == "orders:reuse":
        values["earlier"] = address.split("/")[2]
    elif name == "orders:upload":
        values["file"] = SimpleUploadedFile("front.jpg", pictures.jpeg())
    elif name == "orders:upload_form":
        values["signed"] = SimpleUploadedFile("form.pdf", samples.plain(pages=2, text="A scan"))
    return client.post(address, values)


def test_every_address_is_listed_here():
    assert {name for name, _ in own_addresses()} == set(MEMBERS) | PEOPLE | OWN | OPEN | KEYED


@pytest.mark.parametrize("name", [*MEMBERS, *sorted(PEOPLE | OWN)])
def test_a_stranger_is_led_to_the_log_in(name):
    address = (
        reverse(name, args=[OrganisationFactory().pk])
        if name == "customers:enter"
        else address_in(name, OrganisationFactory())
    )
    for answer in (Client().get(address), Client().post(address)):
        assert answer.status_code in {302, 405}, answer.status_code
        assert answer.status_code == 405 or answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", MEMBERS)
def test_another_houses_owner_finds_nothing(name):
    client, _ = member_client(OWNER)
    theirs = OrganisationFactory(name=CANARY)
    answer = visit(client, name, address_in(name, theirs))
    if "pk" in dict(own_addresses())[name]:
        assert answer.status_code == 404
    else:
        assert CANARY.encode() not in b"".join(answer)


@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_it_may_and_nothing_else(name, role):
    client, membership = member_client(role)
    answer = visit(client, name, address_in(name, membership.organisation))
    if role in MEMBERS[name].roles:
        assert answer.status_code in {200, 302}, answer.status_code
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_who_was_removed_is_out_at_once(name):
    client, membership = member_client(OWNER)
    address = address_in(name, membership.organisation)
    Membership.objects.filter(pk=membership.pk).delete()
    answer = visit(client, name, address)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("customers:create")


@pytest.mark.parametrize("name", MEMBERS)
def test_a_suspended_house_opens_nothing_to_its_own_members(name):
    client, membership = member_client(OWNER)
    address = address_in(name, membership.organisation)
    Organisation.objects.filter(pk=membership.organisation_id).update(is_suspended=True)
    answer = visit(client, name, address)
    assert answer.status_code == 403
    assert "suspended" in answer.content.decode()


def test_a_suspended_house_is_not_entered_and_its_owner_makes_no_other():
    client, membership = member_client(OWNER)
    Organisation.objects.update(is_suspended=True)
    chosen = {"organisation": str(membership.organisation_id)}
    assert client.post(reverse("customers:switch"), chosen).status_code == 404
    assert client.get(reverse("customers:enter", args=[membership.organisation_id])).status_code == 404
    assert client.get(reverse("customers:create")).status_code == 403
    assert client.post(reverse("customers:create"), {"name": "The same again"}).status_code == 403
    assert client.get(reverse("home")).status_code == 403
    assert client.get(reverse("customers:profile")).status_code == 200


def test_a_suspended_houses_signers_finish_what_was_sent():
    envelope = EnvelopeFactory(signing=True)
    Organisation.objects.update(is_suspended=True)
    token = give_token(envelope.signers.first())
    assert Client().get(reverse("signing:invitation", args=[token])).status_code == 200
    assert Client().post(reverse("signing:leave", args=[token])).status_code == 302


@pytest.mark.parametrize("name", [*MEMBERS, *sorted(PEOPLE - {"customers:enter"})])
def test_a_person_who_was_made_inactive_is_out_at_once(name):
    client, membership = member_client(OWNER)
    address = address_in(name, membership.organisation)
    User.objects.update(is_active=False)
    answer = visit(client, name, address) if name in MEMBERS else client.post(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_member_of_two_houses_sees_only_the_one_they_act_for():
    client, membership = member_client(OWNER)
    second = MembershipFactory(
        user=membership.user, organisation=OrganisationFactory(name="A second house")
    ).organisation
    EnvelopeFactory(organisation=second, title=CANARY, signing=True)
    client.post(reverse("customers:switch"), {"organisation": str(membership.organisation_id)})
    assert CANARY.encode() not in client.get(reverse("envelopes:list")).content
    client.post(reverse("customers:switch"), {"organisation": str(second.pk)})
    assert CANARY.encode() in client.get(reverse("envelopes:list")).content


@pytest.mark.parametrize("name", ["customers:switch", "customers:enter"])
def test_nobody_enters_a_house_that_is_not_theirs(name):
    client, _ = member_client(OWNER)
    theirs = OrganisationFactory()
    if name == "customers:switch":
        answer = client.post(reverse(name), {"organisation": str(theirs.pk)})
    else:
        answer = client.get(reverse(name, args=[theirs.pk]))
    assert answer.status_code == 404


@pytest.mark.parametrize("name", sorted(KEYED - {"signing:back", "hints:hint"}))
def test_an_address_that_nobody_has_opens_nothing(name):
    address = reverse(name, args=[new_token()])
    answer = Client().post(address) if name in POSTED_KEYS else Client().get(address)
    assert answer.status_code == 404


def test_a_hint_answers_the_same_for_a_key_that_nobody_has():
    assert Client().post(reverse("hints:hint", args=[new_token()])).status_code == 200


def test_a_signer_reads_their_own_document_and_no_other():
    mine = EnvelopeFactory(signing=True)
    other = EnvelopeFactory(signing=True, title=CANARY)
    token = give_token(mine.signers.first())
    answer = Client().get(reverse("signing:invitation", args=[token]))
    assert answer.status_code == 200
    assert CANARY.encode() not in answer.content
    assert Client().get(reverse("envelopes:detail", args=[other.pk])).status_code == 302


def test_neither_the_sender_nor_a_page_ever_shows_a_signers_link():
    client, membership = member_client(OWNER)
    envelope = EnvelopeFactory(organisation=membership.organisation, signing=True)
    for signer in envelope.signers.all():
        token = give_token(signer)
        for name in ("envelopes:detail", "envelopes:list"):
            page = client.get(
                reverse(name, args=[envelope.pk] if name == "envelopes:detail" else [])
            ).content.decode()
            assert "/sign/secret" not in page
            assert token not in page


def test_a_viewer_reads_nothing_of_the_person_that_an_order_is_for():
    client, membership = member_client(VIEWER)
    holder = details(person={"given_name": CANARY})
    order = OrderFactory(organisation=membership.organisation, details=holder, identifying=True)
    for address in (reverse("home"), reverse("orders:list"), reverse("orders:detail", args=[order.pk])):
        answer = client.get(address)
        assert answer.status_code == 200
        assert CANARY.encode() not in answer.content


def test_a_draft_of_another_member_is_shown_to_who_may_order_and_to_nobody_else():
    for role, count in ((SENDER, 1), (OWNER, 1), (VIEWER, 0)):
        client, membership = member_client(role)
        OrderFactory(organisation=membership.organisation)
        assert client.get(reverse("orders:list")).context["page"].paginator.count == count
    assert Order.objects.count() == 3


def test_an_envelope_in_another_state_opens_no_downloads():
    client, membership = member_client(OWNER)
    envelope = EnvelopeFactory(organisation=membership.organisation, signing=True)
    assert envelope.state == Envelope.State.SIGNING
    for name in ("signed", "evidence"):
        assert client.get(reverse(f"envelopes:{name}", args=[envelope.pk])).status_code == 404


def test_a_member_of_two_houses_sees_only_the_activations_of_the_one_they_act_for():
    client, membership = member_client(OWNER)
    second = MembershipFactory(
        user=membership.user, organisation=OrganisationFactory(name="A second house")
    ).organisation
    theirs = ActivationFactory(organisation=second, surname=CANARY, failed=True)
    client.post(reverse("customers:switch"), {"organisation": str(membership.organisation_id)})
    for page in (reverse("spid:list"), reverse("home")):
        assert CANARY.encode() not in client.get(page).content
    assert client.get(reverse("spid:detail", args=[theirs.pk])).status_code == 404
    client.post(reverse("customers:switch"), {"organisation": str(second.pk)})
    assert CANARY.encode() in client.get(reverse("spid:list")).content


def test_a_draft_has_no_page_of_an_activation():
    client, membership = member_client(OWNER)
    draft = ActivationFactory(organisation=membership.organisation)
    assert client.get(reverse("spid:detail", args=[draft.pk])).status_code == 404


@pytest.mark.parametrize("name", HOLDERS)
def test_a_persons_address_opens_their_own_pages_and_no_others(name):
    mine = ActivationFactory(active=True)
    ActivationFactory(active=True, surname=CANARY)
    address = reverse(name, args=[give_address(mine)])
    answer = Client().post(address) if name in POSTED_KEYS else Client().get(address)
    assert answer.status_code in {200, 302}
    assert CANARY.encode() not in b"".join(answer)


@pytest.mark.parametrize("name", HOLDERS)
def test_a_void_address_opens_nothing(name):
    activation = ActivationFactory(active=True)
    address = reverse(name, args=[give_address(activation)])
    Address.objects.update(voided_at=activation.created_at)
    answer = Client().post(address) if name in POSTED_KEYS else Client().get(address)
    assert answer.status_code == 404
    activation.refresh_from_db()
    assert activation.state == Activation.State.ACTIVE


def test_neither_whoever_ordered_nor_a_page_ever_shows_a_vouchers_link():
    client, membership = member_client(OWNER)
    for trait in ("handed_over", "opened", "failed", "active"):
        activation = ActivationFactory(organisation=membership.organisation, **{trait: True})
        token = give_address(activation)
        for address in (reverse("spid:list"), reverse("spid:detail", args=[activation.pk]), reverse("home")):
            page = client.get(address).content.decode()
            assert "voucher=" not in page
            assert token not in page
        assert "voucher=" not in Client().get(reverse("holder:page", args=[token])).content.decode()
