"""No page asks the database more often because there is more to show."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.flows.change_plan import change
from billing.flows.issue_invoice import issue
from billing.flows.meter import MeteredPerson, meter
from billing.flows.purchase import intend
from billing.flows.record_payment import Received, record_payment
from billing.flows.top_up import record_transfer
from billing.models import (
    AccountingCode,
    CardPayment,
    DailyCount,
    Difference,
    Explanation,
    Interchangeable,
    NumberSeries,
    Plan,
    Price,
    ProviderCall,
    ProviderLine,
    ProviderReading,
    Reconciliation,
    Seller,
    StampDuty,
    TaxRule,
    VatRate,
)
from billing.tests.factories import PlanFactory, plan_with
from billing.tests.invoice_factories import SellerFactory, draft_of, use
from billing.tests.invoice_factories import customer as invoice_customer
from customers.flows.invite import PER_ADDRESS, invite
from customers.models import CustomerGroup, Membership, Organisation
from customers.tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    member_client,
    staff_client,
)
from documents.flows.erase import erase
from documents.tests.factories import make_stored
from outbox.flows.text import text
from outbox.flows.write import queue
from signatures.catalogue.models import CatalogueChange
from signatures.certificates.models import HolderSecret, Notice, RenewalRule
from signatures.certificates.tests.factories import (
    CatalogueProductFactory,
    CertificateFactory,
    OfferFactory,
)
from signatures.certificates.tests.factories import OrderFactory as CertificateOrderFactory
from signatures.envelopes.tests.factories import (
    EnvelopeFactory,
    EventFactory,
    PurchaseFactory,
    SellPriceFactory,
    SignerFactory,
)
from signatures.models import OrderEvent
from spid.models import Activation, ActivationEvent, Contact, IdentityProvider, KeepingRule
from spid.tests.factories import ActivationFactory, VoucherFactory

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 30
Maker = Callable[[int, Any], Any]


def questions(client: Client, address: str) -> int:
    """How often a page asks, once sessions and second factors were looked at."""
    cache.clear()
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        if answer.streaming:
            b"".join(answer.streaming_content)
    return len(asked)


def grows(client: Client, address: str, make: Maker, about: Any = None) -> None:
    """The page asks as often for many as for few."""
    for number in range(FEW):
        make(number, about)
    few = questions(client, address)
    for number in range(FEW, MANY):
        make(number, about)
    assert questions(client, address) == few


def envelope(number: int, organisation: Organisation | None) -> Any:
    traits = ("signing", "completed", "declined", "ready", "buying", "failed")
    fields = {"organisation": organisation} if organisation else {}
    return EnvelopeFactory(**{traits[number % len(traits)]: True}, **fields)


def usage(number: int, organisation: Organisation | None) -> None:
    organisation = organisation or OrganisationFactory()
    purchase = PurchaseFactory(organisation=organisation, bought=True, quantity=1)
    meter(purchase, [MeteredPerson(str(number), f"Signer {number}", purchase.pk, "Contract")], timezone.now())


def transfer(number: int) -> None:
    on = timezone.localdate()
    record_transfer(OrganisationFactory(), Decimal("10.00"), on, f"TRN {number}", "Staff")


def plan_start(number: int) -> None:
    change(OrganisationFactory(), plan_with(included=5, beyond=Plan.Beyond.POSTPAID), "Staff")


def reservation(number: int) -> None:
    organisation = OrganisationFactory()
    change(organisation, plan_with(free=5, fee=0), "Staff")
    intend(
        organisation=organisation, fact_key=f"test:{number}", product="simple_signature", generation="x",
        quantity=1, tariff="single", request_digest="0" * 64, now=timezone.now(),
    )  # fmt: skip


def mail(number: int, _: Any) -> None:
    queue(
        kind="x",
        recipient=f"p{number}@example.it",
        language="it",
        subject="x",
        text="x",
        html="x",
        fact_key=f"x:{number}",
    )


def invitation(number: int, membership: Membership | None) -> None:
    cache.clear()
    membership = membership or MembershipFactory()
    invite(membership.organisation, f"invited{number}@example.it", "viewer", membership.user)


def session(number: int, _: Any) -> None:
    UserSession.objects.create(user=UserFactory(), ip="192.0.2.1", session_key=f"key{number}", user_agent="x")


def record(number: int, _: Any) -> None:
    erase(make_stored(), f"reason {number}")


def identity_provider(number: int, _: Any) -> IdentityProvider:
    return IdentityProvider.objects.create(code=f"provider-{number}", name=f"Provider {number}")


def activation(number: int, organisation: Organisation | None) -> Activation:
    traits = ("waiting", "handed_over", "opened", "active", "failed")
    fields = {"organisation": organisation} if organisation else {}
    return ActivationFactory(**{traits[number % len(traits)]: True}, **fields)


def rule(number: int, _: Any) -> None:
    known = KeepingRule.objects.first()
    known.pk, known._state.adding = None, True
    known.provider = identity_provider(number, None)
    known.save()


def contact(number: int, _: Any) -> None:
    Contact(activation=ActivationFactory(), kind=Contact.Kind.ASK, key=f"{number}").save()


def order(number: int, organisation: Organisation | None) -> Any:
    traits = ("buying", "documents_needed", "identifying", "issued", "rejected")
    fields = {"organisation": organisation} if organisation else {}
    return CertificateOrderFactory(**{traits[number % len(traits)]: True}, **fields)


def notice(number: int, _: Any) -> None:
    Notice(certificate=CertificateFactory(), kind=f"kind-{number}", due_on=timezone.localdate()).save()


def renewal_rule(number: int, _: Any) -> None:
    known = RenewalRule.objects.first()
    known.pk, known._state.adding, known.maker = None, True, f"Maker {number}"
    known.save()


def change_of_catalogue(number: int, _: Any) -> None:
    CatalogueChange(code=f"CODE{number}", kind=CatalogueChange.Kind.choices[0][0]).save()


def message(number: int, _: Any) -> None:
    text(kind="x", recipient=f"+3933312345{number:02}", words="x", good_until=timezone.now())


def provider_line(number: int) -> ProviderLine:
    row = ProviderLine(reference=f"txn_{number}", amount=-1, at=timezone.now())
    row.save()
    return row


def reconciliation(number: int) -> Reconciliation:
    reading = ProviderReading(started_at=timezone.now(), credit=0)
    reading.save()
    run = Reconciliation(number=number + 1, reading=reading, until=timezone.now())
    run.save()
    return run


def invoiced(_):
    """A month of somebody's, closed and invoiced."""
    if not Seller.objects.exists():
        SellerFactory(valid_from=date(2019, 1, 1))
    house = invoice_customer()
    use(house, 2)
    return issue(draft_of(house), "Sara", date(2026, 11, 3))


def explanation(number: int) -> None:
    run = reconciliation(number)
    Explanation(purchase=PurchaseFactory(), line=provider_line(number), run=run).save()


def difference(number: int, _: Any) -> None:
    Difference.objects.create(
        key=f"line:{number}",
        kind="extra",
        occurred_at=timezone.now(),
        amount=1,
        line=provider_line(number),
        purchase=PurchaseFactory(),
        owner=UserFactory(),
        causes=["charged_twice", "outside"],
    )


# What a staff's list shows, and how another row of it comes to be.
ROWS: dict[str, Maker] = {
    "signatures.Envelope": envelope,
    "signatures.Signer": lambda n, _: SignerFactory(invited=True),
    "signatures.EnvelopeEvent": lambda n, _: EventFactory(EnvelopeFactory(), "sent"),
    "billing.Purchase": lambda n, _: PurchaseFactory(),
    "billing.Price": lambda n, _: SellPriceFactory(organisation=OrganisationFactory()),
    "billing.VatRate": lambda n, _: VatRate(rate=n, valid_from=timezone.now(), source="x").save(),
    "billing.Usage": usage,
    "billing.BankTransfer": lambda n, _: transfer(n),
    "billing.CardPayment": lambda n, _: CardPayment.objects.create(
        organisation=OrganisationFactory(), amount=n + 1
    ),
    "billing.Movement": lambda n, _: transfer(n),
    "billing.Plan": lambda n, _: PlanFactory(organisation=OrganisationFactory()),
    "billing.PlanStart": lambda n, _: plan_start(n),
    "billing.Charge": lambda n, _: plan_start(n),
    "billing.Reservation": lambda n, _: reservation(n),
    "billing.Statement": lambda n, _: invoiced(n),
    "billing.InvoiceDraft": lambda n, _: invoiced(n),
    "billing.Invoice": lambda n, _: invoiced(n),
    "billing.Filing": lambda n, _: invoiced(n),
    "billing.Payment": lambda n, _: record_payment(
        invoiced(n), Received(Decimal(1), timezone.localdate()), f"bank:{n}:{uuid4()}", "Sara"
    ),
    "billing.Seller": lambda n, _: SellerFactory(valid_from=date(2020, 1, 1) + timedelta(days=n)),
    "billing.TaxRule": lambda n, _: TaxRule(
        customer="foreign",
        nature="N2.1",
        reference="x",
        valid_from=date(2020, 1, 1) + timedelta(days=n),
        source="x",
    ).save(),
    "billing.StampDuty": lambda n, _: StampDuty(
        amount=2, threshold=77, valid_from=date(2020, 1, 1) + timedelta(days=n), source="x"
    ).save(),
    "billing.NumberSeries": lambda n, _: NumberSeries.objects.create(
        register="files", series=f"T{n}", year=2020
    ),
    "billing.AccountingCode": lambda n, _: AccountingCode.objects.create(kind="vat", key=f"k{n}", code="x"),
    "billing.ProviderCall": lambda n, _: ProviderCall(
        method="POST", host="x", path=f"/{n}", duration_ms=n
    ).save(),
    "billing.DailyCount": lambda n, _: DailyCount(
        day=timezone.localdate(), scope=f"POST:x/{n}", total=n, wallet=n, subscription=0, errors=0
    ).save(),
    "billing.Difference": difference,
    "billing.Explanation": lambda n, _: explanation(n),
    "billing.Interchangeable": lambda n, _: Interchangeable(
        run=reconciliation(n), host="x", since=timezone.now(), until=timezone.now(), purchases=2
    ).save(),
    "billing.ProviderLine": lambda n, _: explanation(n),
    "billing.Reconciliation": lambda n, _: reconciliation(n),
    "auth.Group": lambda n, _: Group.objects.create(name=f"Group {n}"),
    "customers.User": lambda n, _: UserFactory(),
    "customers.Organisation": lambda n, _: OrganisationFactory(
        group=CustomerGroup.objects.create(name=f"Group {n}")
    ),
    "customers.CustomerGroup": lambda n, _: CustomerGroup.objects.create(name=f"Group {n} alone"),
    "customers.Invitation": invitation,
    "mfa.Authenticator": lambda n, _: TOTP.activate(UserFactory(), "JBSWY3DPEHPK3PXP"),
    "usersessions.UserSession": session,
    "documents.StoredFile": lambda n, _: make_stored(),
    "documents.ArchiveRecord": record,
    "outbox.Mail": mail,
    "account.EmailAddress": lambda n, _: UserFactory(),
    "outbox.TextMessage": message,
    "signatures.CatalogueChange": change_of_catalogue,
    "signatures.CatalogueProduct": lambda n, _: CatalogueProductFactory(code=f"CODE{n}"),
    "signatures.Certificate": lambda n, _: CertificateFactory(),
    "signatures.HolderSecret": lambda n, _: HolderSecret.objects.create(order=order(3, None)),
    "signatures.Notice": notice,
    "signatures.Offer": lambda n, _: OfferFactory(product=CatalogueProductFactory(code=f"CODE{n}")),
    "signatures.Order": order,
    "signatures.OrderEvent": lambda n, _: OrderEvent.append(order(n, None), "ordered"),
    "signatures.RenewalRule": renewal_rule,
    "spid.Activation": activation,
    "spid.ActivationEvent": lambda n, _: ActivationEvent.append(ActivationFactory(), "ordered"),
    "spid.Contact": contact,
    "spid.IdentityProvider": identity_provider,
    "spid.KeepingRule": rule,
    "spid.Voucher": lambda n, _: VoucherFactory(),
}


def test_every_list_of_staff_is_named_here():
    assert set(ROWS) == {model._meta.label for model in admin.site._registry}


@pytest.mark.parametrize("label", ROWS)
def test_lists_of_staff(label):
    app, model = label.lower().split(".")
    if not Price.objects.filter(side=Price.Side.SELL).exists():
        SellPriceFactory()
    grows(staff_client(), reverse(f"admin:{app}_{model}_changelist"), ROWS[label])


@pytest.mark.parametrize("name", ["home", "envelopes:list"])
def test_lists_of_envelopes(name):
    client, membership = member_client("owner")
    grows(client, reverse(name), envelope, membership.organisation)


def test_drafts_of_ones_own():
    client, membership = member_client("owner")
    grows(
        client,
        reverse("home"),
        lambda n, about: EnvelopeFactory(ready=True, organisation=about.organisation, created_by=about.user),
        membership,
    )


@pytest.mark.parametrize("name", ["usage:month", "usage:export"])
def test_usage(name):
    SellPriceFactory()
    client, membership = member_client("owner")
    grows(client, reverse(name), usage, membership.organisation)


def test_members_and_invitations():
    client, membership = member_client("owner")

    def make(number: int, about: Membership) -> None:
        MembershipFactory(organisation=about.organisation)
        invitation(number, about)

    assert PER_ADDRESS < MANY
    grows(client, reverse("customers:members"), make, membership)


def test_organisations_of_one_person():
    client, membership = member_client("owner")
    grows(client, reverse("home"), lambda n, user: MembershipFactory(user=user), membership.user)


@pytest.mark.parametrize("name", ["detail", "signers", "places", "review"])
def test_signers_of_an_envelope(name):
    SellPriceFactory()
    client, membership = member_client("owner")
    about = EnvelopeFactory(
        **{"signing" if name == "detail" else "ready": True}, organisation=membership.organisation
    )
    grows(
        client,
        reverse(f"envelopes:{name}", args=[about.pk]),
        lambda n, e: SignerFactory(envelope=e, invited=name == "detail"),
        about,
    )


def test_the_history_of_an_envelope():
    client, membership = member_client("owner")
    about = EnvelopeFactory(signing=True, organisation=membership.organisation)
    grows(
        client,
        reverse("envelopes:detail", args=[about.pk]),
        lambda n, e: EventFactory(e, "reminded", name="x"),
        about,
    )


def test_staffs_page_of_an_envelope():
    about = EnvelopeFactory(signing=True)

    def make(number: int, envelope: Any) -> None:
        SignerFactory(envelope=envelope, invited=True)
        EventFactory(envelope, "reminded", name="x")

    grows(staff_client(), reverse("admin:signatures_envelope_change", args=[about.pk]), make, about)


def test_staffs_page_of_an_organisation():
    about = MembershipFactory().organisation
    grows(
        staff_client(),
        reverse("admin:customers_organisation_change", args=[about.pk]),
        lambda n, organisation: MembershipFactory(organisation=organisation),
        about,
    )
