"""Envelopes in many states in the running portal's database, to look at their pages without living through them.

Run inside the portal (``Stack.manage("shell", …)``); the worker that runs beside leaves all of it alone.
"""

import json
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from billing.models import Purchase
from billing.tests.factories import BoughtFactory
from billing.tests.invoice_factories import use
from customers.models import Membership, Organisation, User
from portal.demo import PASSWORD, STAFF_TOTP_SECRET
from signatures.envelopes.models import Signer
from signatures.envelopes.tests.factories import EnvelopeFactory, EventFactory, PurchaseFactory, give_token

NEVER = timezone.now() + timedelta(days=365)
# What the story does not pass through, and of states that look alike one.
OF_SENDERS = ["unclear", "signing", "completed", "declined", "failed", "collecting", "cancelled"]
OF_SIGNERS = ["signing", "collecting", "cancelled"]


def addresses() -> str:
    """As JSON: the pages of members, of signers and of staff."""
    # Of its own: what other tests count in the demo's organisation stays as it is.
    house = Organisation.objects.create(
        name="Casa degli stati", address="Via Po 1", postal_code="10123", city="Torino"
    )
    owner = User.objects.get(email="paolo@bottega.example")
    Membership.objects.create(organisation=house, user=owner, role=Membership.Role.OWNER)
    made = {state: _envelope(house, owner, state) for state in OF_SENDERS}
    members = [f"/organisation/enter/{house.pk}/", *(f"/envelopes/{made[state].pk}/" for state in OF_SENDERS)]
    members += [f"/envelopes/{_envelope(house, owner, 'draft').pk}/review/", "/", "/envelopes/"]
    signers = [f"/s/{give_token(made[state].signers.first())}/" for state in OF_SIGNERS]
    ordered = _envelope(house, owner, "signing", is_ordered=True).signers.last()
    Signer.objects.filter(pk=ordered.pk).update(state=Signer.State.WAITING)
    signers.append(f"/s/{give_token(Signer.objects.get(pk=ordered.pk))}/")
    unclear = PurchaseFactory(
        organisation=house, state=Purchase.State.UNDECIDED, next_attempt_at=NEVER, sent_at=NEVER
    )
    staff = ["/staff/", f"/staff/billing/purchase/{unclear.pk}/decide/", "/staff/billing/usage/export/"]
    # Purchases of the invoices come from another program, which counts from nothing, too.
    BoughtFactory.reset_sequence(1_000, force=True)
    (used,) = use(house, 1, at=timezone.now())
    staff += [
        "/staff/billing/usage/margin/",
        f"/staff/billing/usage/{used.pk}/correct/",
        "/staff/billing/difference/",
    ]
    _staff("desk@sigillo.example")
    return json.dumps({"members": members, "signers": signers, "staff": staff})


def _staff(email: str) -> None:
    """Staff of their own: a code lets each person in once."""
    person = User.objects.create_user(email, PASSWORD, name="Dario Staff", is_staff=True, is_superuser=True)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    TOTP.activate(person, STAFF_TOTP_SECRET)


def _envelope(house, owner, state: str, **fields):
    about = {
        "organisation": house,
        "created_by": owner,
        "title": f"Contratto, {state}",
        "message": "Per favore firmate.",
    }
    if state == "unclear":
        about["purchase__next_attempt_at"] = NEVER
    envelope = EnvelopeFactory(**about, **{state: True}, **fields)
    if state != "draft":
        EventFactory(envelope, "sent", actor="customer", actor_name=str(owner))
    return envelope
