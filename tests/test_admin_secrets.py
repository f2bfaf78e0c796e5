"""What staff may not see cannot be guessed at through the admin's addresses either."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from customers.tests.factories import staff_client
from facts.admin import FactAdmin
from signatures.envelopes.tests.factories import EnvelopeFactory

pytestmark = pytest.mark.django_db
# Every column that opens something, or tells how to find what opens something.
SECRETS = {
    "signatures.Signer": ["sealed_link", "token_digest", "copy_digest"],
    "signatures.Envelope": ["signers__sealed_link", "signers__token_digest", "purchase__callback_key"],
    "signatures.EnvelopeEvent": ["subject__purchase__callback_key", "subject__signers__token_digest"],
    "billing.Purchase": ["callback_key", "envelope__signers__sealed_link"],
    "billing.Usage": ["purchase__callback_key"],
    "outbox.Mail": ["sealed_text", "sealed_html"],
    "customers.Invitation": ["token_digest", "invited_by__password"],
    "customers.User": ["password", "usersession__session_key", "authenticator__data"],
    "customers.Organisation": ["invitations__token_digest", "memberships__user__password"],
    "documents.StoredFile": ["storage_name"],
    "documents.ArchiveRecord": ["stored_file__storage_name"],
    "usersessions.UserSession": ["session_key", "user__password"],
    "mfa.Authenticator": ["data", "user__password"],
    "account.EmailAddress": ["user__password", "user__usersession__session_key"],
}
LOOKUPS = ["", "__startswith", "__contains", "__gt", "__regex", "__in", "__isnull"]


@pytest.fixture
def staff():
    return staff_client()


def listing(label: str) -> str:
    model = apps.get_model(label)
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("label", SECRETS)
def test_no_list_filters_by_a_secret(staff, label):
    for field in SECRETS[label]:
        for lookup in LOOKUPS:
            answer = staff.get(listing(label), {f"{field}{lookup}": "1"})
            assert answer.status_code == 400, f"{field}{lookup}"


def test_facts_are_filtered_by_what_their_page_offers_and_nothing_else(staff):
    for model, page in admin.site._registry.items():
        if not isinstance(page, FactAdmin):
            continue
        filters = {getattr(one, "parameter_name", one) for one in page.list_filter}
        offered = {*filters, page.date_hierarchy, model._meta.pk.name}
        for field in model._meta.concrete_fields:
            if field.name not in offered:
                answer = staff.get(listing(model._meta.label), {f"{field.name}__gte": "1"})
                assert answer.status_code == 400, f"{model._meta.label}.{field.name}"


@pytest.mark.parametrize("field", ["callback_key", "token_digest", "sealed_link", "session_key", "password"])
@pytest.mark.parametrize("label", SECRETS)
def test_no_list_is_ordered_or_referred_to_by_a_secret(staff, label, field):
    EnvelopeFactory(signing=True)
    for query in ({"o": field}, {"o": "999"}, {"o": f"-{field}"}):
        assert staff.get(listing(label), query).status_code == 200
    assert staff.get(listing(label), {"_to_field": field, "_popup": "1"}).status_code == 400


def test_no_search_finds_a_secret(staff):
    signer = EnvelopeFactory(signing=True).signers.first()
    signer.token_digest = "abcdef0123456789" * 4
    signer.save()
    for label, secret in (
        ("signatures.Signer", signer.token_digest),
        ("signatures.Signer", signer.sealed_link),
        ("signatures.Envelope", signer.token_digest),
        ("billing.Purchase", signer.envelope.purchase.callback_key),
    ):
        answer = staff.get(listing(label), {"q": secret[:12]})
        assert answer.context["cl"].result_count == 0


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label)
def test_every_list_can_be_searched(staff, model):
    for text in ("anna", "%_\\", "x" * 5000, "\u202e", "'\"<", "1"):
        assert staff.get(listing(model._meta.label), {"q": text}).status_code == 200
