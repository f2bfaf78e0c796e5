"""Top-ups by card, with the sandbox as Stripe: a page to pay on, and signed events that are booked once."""

import hashlib
import hmac
import json
import time
from decimal import Decimal

import httpx
import pytest
from django.urls import reverse

from billing.flows.ledger import Credit, credit_of, open_ledger
from billing.models import CardEvent, CardPayment, Movement
from customers.tests.factories import OrganisationFactory, member_client
from outbox.models import Mail
from sandbox.testing import running_sandbox

pytestmark = pytest.mark.django_db
State = CardPayment.State
SECRET = "whsec_sandbox"


@pytest.fixture(scope="session")
def _processor(tmp_path_factory):
    with running_sandbox(tmp_path_factory.mktemp("card-sandbox")) as handle:
        yield handle


@pytest.fixture
def processor(_processor, settings):
    """The sandbox as card processor, with the portal connected to it."""
    settings.STRIPE_URL = _processor.url.replace("localhost", "127.0.0.1")
    return _processor


@pytest.fixture
def accountant():
    client, membership = member_client("accountant")
    return client, membership.organisation


def begin(client, amount="50.00"):
    return client.post(reverse("wallet:card"), {"amount": amount})


def ended(processor, step="pay"):
    """The processor's event about the newest payment: body and signature."""
    session = CardPayment.objects.order_by("-begun_at").first().session
    answer = processor.http.post(f"/cards/{session}/{step}").raise_for_status().json()
    return answer["body"], answer["signature"]


def told(client, body, signature):
    return client.post(
        reverse("wallet:card_hook"),
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signature},
    ).status_code


def signed(event, at=None, secret=SECRET):
    at, body = at or int(time.time()), json.dumps(event)
    digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return body, f"t={at},v1={digest}"


def test_what_is_paid_becomes_credit(accountant, processor):
    client, customer = accountant
    answer = begin(client)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{processor.url}/cards/pay/cs_test_")
    assert credit_of(customer).total == 0
    assert told(client, *ended(processor)) == 200
    assert credit_of(customer) == Credit(Decimal("50.00"), Decimal(0))
    assert CardPayment.objects.get().state == State.PAID
    assert "Top-up by card" in client.get(reverse("wallet:wallet")).content.decode()


def test_an_event_that_is_told_again_is_booked_once(accountant, processor):
    client, customer = accountant
    begin(client)
    body, signature = ended(processor)
    assert [told(client, body, signature) for _ in range(3)] == [200, 200, 200]
    # Another event about the same payment.
    assert told(client, *ended(processor)) == 200
    assert credit_of(customer).total == Decimal("50.00")
    assert (Movement.objects.count(), CardEvent.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    "wrong", ["none", "empty", "another secret", "another body", "old", "ahead", "two times", "no time"]
)
def test_what_the_processor_has_not_signed_lately_changes_nothing(accountant, processor, wrong):
    client, customer = accountant
    begin(client)
    body, signature = ended(processor)
    event, now = json.loads(body), int(time.time())
    told_so = {
        "none": (body, ""),
        "empty": (body, "t=,v1="),
        "another secret": signed(event, secret="whsec_other"),
        "another body": (body.replace("5000", "9000"), signature),
        "old": signed(event, at=now - 301),
        "ahead": signed(event, at=now + 900),
        "two times": (body, f"t=1,{signature}"),
        "no time": (body, signature.partition(",")[2]),
    }
    assert told(client, *told_so[wrong]) == 400
    assert credit_of(customer).total == 0
    assert not CardEvent.objects.exists()


def test_one_good_signature_among_several_suffices(accountant, processor):
    client, customer = accountant
    begin(client)
    body, signature = ended(processor)
    told(client, body, signature.replace("v1=", "v1=00ff,v1="))
    assert credit_of(customer).total == Decimal("50.00")


@pytest.mark.parametrize(
    "change",
    [{"amount_total": 5}, {"currency": "usd"}, {"id": "cs_test_other"}],
)
def test_a_payment_that_is_not_what_was_begun_is_left_to_staff(accountant, processor, change, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    client, customer = accountant
    begin(client)
    event = json.loads(ended(processor)[0])
    event["data"]["object"] |= change
    assert told(client, *signed(event)) == 200
    assert credit_of(customer).total == 0
    assert Mail.objects.filter(kind="alarm").count() == 1


def test_what_the_books_refuse_is_not_answered_as_taken_in(accountant, processor):
    """The processor tells again what was not answered with 200; what it takes for told is told never more."""
    client, customer = accountant
    begin(client)
    body, signature = ended(processor)
    with open_ledger(customer.pk) as ledger:
        ledger.post(Movement.Kind.CARD, Decimal("1.00"), f"card:{CardPayment.objects.get().pk}")
    client.raise_request_exception = False
    assert told(client, body, signature) == 500
    assert not CardEvent.objects.exists()
    assert CardPayment.objects.get().state == State.BEGUN


@pytest.mark.parametrize("reference", [None, "", "x", "00000000-0000-0000-0000-000000000000"])
def test_an_event_about_somebody_elses_payment_changes_nothing(accountant, processor, reference):
    client, _ = accountant
    begin(client)
    event = json.loads(ended(processor)[0])
    event["data"]["object"]["client_reference_id"] = reference
    assert told(client, *signed(event)) == 200
    assert not Movement.objects.exists()


def test_what_is_not_paid_yet_is_no_credit(accountant, processor):
    client, customer = accountant
    begin(client)
    event = json.loads(ended(processor)[0])
    event["data"]["object"]["payment_status"] = "unpaid"
    told(client, *signed(event))
    assert credit_of(customer).total == 0
    event["data"]["object"]["payment_status"], event["id"] = "paid", "evt_later"
    event["type"] = "checkout.session.async_payment_succeeded"
    told(client, *signed(event))
    assert credit_of(customer).total == Decimal("50.00")


def test_a_page_that_expired_is_over_and_money_that_comes_all_the_same_is_credit(accountant, processor):
    client, customer = accountant
    begin(client)
    told(client, *ended(processor, "expire"))
    assert CardPayment.objects.get().state == State.EXPIRED
    told(client, *ended(processor))
    assert credit_of(customer).total == Decimal("50.00")


def test_other_events_are_taken_and_mean_nothing(accountant):
    client, _ = accountant
    assert told(client, *signed({"id": "evt_1", "type": "charge.refunded", "data": {"object": {}}})) == 200
    assert told(client, *signed(["no event"])) == 400


def test_without_keys_there_is_no_button_and_no_way(accountant, settings):
    client, _ = accountant
    assert "Pay by card" in client.get(reverse("wallet:wallet")).content.decode()
    for name in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"):
        keys = (settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET)
        setattr(settings, name, "")
        assert "Pay by card" not in client.get(reverse("wallet:wallet")).content.decode()
        assert begin(client).status_code == 404
        settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = keys
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert told(client, *signed({"id": "evt_1"}, secret="")) == 400


@pytest.mark.parametrize(
    ("amount", "said"), [("9.99", "At least 10 EUR."), ("5000.01", "At most 5000 EUR"), ("x", "number")]
)
def test_an_amount_that_makes_no_sense_is_told_beside_its_field(accountant, amount, said):
    page = begin(accountant[0], amount)
    assert said in page.content.decode()
    assert not CardPayment.objects.exists()


def test_a_processor_that_cannot_be_reached_takes_nothing(accountant):
    page = begin(accountant[0]).content.decode()
    assert "The card processor cannot be reached just now. Nothing was paid." in page


def test_nothing_of_another_house_is_topped_up(accountant, processor):
    begin(accountant[0])
    told(accountant[0], *ended(processor))
    assert credit_of(OrganisationFactory()).total == 0


def test_the_page_of_the_sandbox_takes_a_payment_and_leads_back(accountant, processor):
    address = begin(accountant[0])["Location"].replace("localhost", "127.0.0.1")
    with httpx.Client() as browser:
        page = browser.get(address).text
        assert "Pay 50.00 EUR" in page
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        paid = browser.post(address, data={"csrfmiddlewaretoken": token, "step": "pay"}).text
    assert "Paid." in paid
    assert "Back to the shop" in paid
    assert "?card=paid" in paid


def test_the_sandbox_refuses_what_stripe_would(processor):
    address = f"{processor.url}/v1/checkout/sessions"
    assert httpx.post(address, data={}).status_code == 401
    key = {"Authorization": "Bearer sk_test_sandbox"}
    assert httpx.post(address, data={"mode": "payment"}, headers=key).status_code == 400
