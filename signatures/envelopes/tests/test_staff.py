"""What staff see of envelopes and purchases, and what they may decide."""

import re

import pytest
from django.urls import reverse

from billing.models import Purchase, Usage
from customers.tests.factories import staff_client
from signatures.envelopes import tasks
from signatures.envelopes.flows import sign
from signatures.envelopes.models import Envelope

from . import steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price")]
PAGES = ["signatures_envelope", "signatures_signer", "signatures_envelopeevent", "billing_purchase", "billing_providercall", "outbox_mail"]  # fmt: skip


@pytest.fixture
def staff():
    return staff_client(name="")


def pages_of(model: str) -> list[str]:
    """The list and every row's own page."""
    from django.apps import apps

    found = apps.get_model(*model.split("_"))
    rows = [reverse(f"admin:{model}_change", args=[pk]) for pk in found.objects.values_list("pk", flat=True)]
    return [reverse(f"admin:{model}_changelist"), *rows]


def test_no_page_of_staff_shows_a_link_or_a_token(sandbox, staff):
    envelope = steps.signing(sandbox)
    tokens = [steps.token_of(email) for email in steps.emails(envelope)]
    links = [sign.leave_to_sign(sign.signer_for(token), "192.0.2.8", "x") for token in tokens]
    secrets = [*tokens, *(link.rsplit("/", 1)[-1] for link in links), envelope.purchase.callback_key]
    sealed = list(envelope.signers.values_list("sealed_link", flat=True))

    for model in PAGES:
        for page in pages_of(model):
            answer = staff.get(page)
            assert answer.status_code == 200, page
            body = answer.content.decode()
            assert not [secret for secret in [*secrets, *sealed] if secret in body], page
            assert not re.search(r'name="_save"', body), page


@pytest.mark.parametrize("query", ["Supply", "signer", "0123abcd"])
def test_envelopes_are_searched(sandbox, staff, query):
    steps.signing(sandbox)

    for model in PAGES[:4]:
        assert staff.get(reverse(f"admin:{model}_changelist"), {"q": query}).status_code == 200


def undecided(sandbox) -> Purchase:
    """A purchase that the provider made, kept unclear for staff."""
    envelope = steps.draft()
    from signatures.envelopes.flows import send

    sandbox.fault("dropped_after")
    send.order(envelope, envelope.created_by, "192.0.2.7", steps.PRICE)
    Purchase.objects.update(state=Purchase.State.UNDECIDED)
    return Purchase.objects.get()


def test_staff_decide_that_it_was_bought_and_the_provider_is_asked(sandbox, staff):
    purchase = undecided(sandbox)
    address = reverse("admin:billing_purchase_decide", args=[purchase.pk])
    reference = sandbox.state()["newest"][0]["id"]
    assert staff.get(address).status_code == 200
    answers = {"decision": "bought", "reason": "Seen in the console"}

    wrong = staff.post(address, {**answers, "reference": "f" * 24})
    assert wrong.status_code == 200
    assert "no such purchase" in wrong.content.decode()
    right = staff.post(address, {**answers, "reference": reference})

    assert right.status_code == 302
    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.BOUGHT
    assert purchase.steps.last().who == "staff@example.it: Seen in the console"
    assert Usage.objects.count() == 2
    steps.books_agree(sandbox)


def test_staff_decide_that_it_was_not_bought(sandbox, staff):
    purchase = undecided(sandbox)
    address = reverse("admin:billing_purchase_decide", args=[purchase.pk])

    assert staff.post(address, {"decision": "withdraw", "reason": "The customer rang"}).status_code == 302

    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.WITHDRAWN
    assert Envelope.objects.get().state == Envelope.State.CANCELLED
    assert staff.post(address, {"decision": "not_bought", "reason": "x"}).status_code == 404
    steps.all_due()
    tasks.send_due()
    assert sandbox.state()["procedures"] == 1


def test_only_staff_decide(sandbox, client):
    purchase = undecided(sandbox)
    client.force_login(purchase.envelope.created_by)

    answer = client.post(
        reverse("admin:billing_purchase_decide", args=[purchase.pk]), {"decision": "withdraw"}
    )

    assert answer.status_code == 302
    assert answer["Location"].startswith("/staff/login/")
    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.UNDECIDED
