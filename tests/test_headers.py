"""What every answer of the portal bears, whoever gives it: pages, refusals, downloads, static files, staff's admin."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from billing.tests.invoice_factories import use
from customers.tests.factories import UserFactory, member_client, staff_client
from documents.flows.store import archive
from signatures.envelopes.tests.factories import EnvelopeFactory, give_token

from .test_isolation import MEMBERS, PEOPLE, address_in

pytestmark = pytest.mark.django_db
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
ACCOUNT = [
    "account_login", "account_signup", "account_logout", "account_reset_password", "account_email_verification_sent",
    "account_reset_password_done", "account_inactive", "account_email", "account_change_password", "mfa_index",
    "account_reauthenticate", "mfa_list_webauthn", "usersessions_list", "mfa_add_webauthn", "mfa_activate_totp",
]  # fmt: skip


def policy(answer: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def check(answer: Any, *, is_download: bool = False, leads_to: tuple[str, ...] | list[str] = ()) -> None:
    told = f"{answer.request['REQUEST_METHOD']} {answer.request['PATH_INFO']} {answer.status_code}"
    if is_download:
        assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'"), told
        assert answer["Content-Disposition"].startswith(("attachment", "inline")), told
        assert "html" not in answer["Content-Type"], told
    else:
        wanted = {**STRICT, "form-action": " ".join(["'self'", *leads_to])}
        assert policy(answer) == wanted, told
    assert answer["X-Frame-Options"] == "DENY", told
    assert answer["X-Content-Type-Options"] == "nosniff", told
    assert "no-store" in answer["Cache-Control"], told
    assert "private" in answer["Cache-Control"], told
    assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}, told
    assert "Server" not in answer
    assert "X-Powered-By" not in answer


DOWNLOADS = {
    "envelopes:original",
    "envelopes:signed",
    "envelopes:audit",
    "envelopes:evidence",
    "envelopes:preview",
    "orders:file",
    "orders:blank_form",
    "invoices:pdf",
    "invoices:xml",
}


@pytest.mark.parametrize("name", [name for name, page in MEMBERS.items() if page.method == "get"])
def test_pages_of_members(name):
    client, membership = member_client("owner")
    answer = client.get(address_in(name, membership.organisation))
    assert answer.status_code == 200
    # The one page of members whose form leads on to another house.
    leads_to = settings.CARD_FORM_ACTION if name == "wallet:wallet" else ()
    check(answer, is_download=name in DOWNLOADS, leads_to=leads_to)


@pytest.mark.parametrize(
    "name", [*sorted(PEOPLE - {"customers:switch", "customers:enter"}), "home", "health", *ACCOUNT]
)
def test_pages_of_people_and_strangers(name):
    client, _ = member_client("owner")
    for browser in (client, Client()):
        check(browser.get(reverse(name)))
        check(browser.post(reverse(name)))


def test_pages_of_signers_and_where_alone_a_form_may_lead_elsewhere(settings):
    envelope = EnvelopeFactory(signing=True)
    token = give_token(envelope.signers.first())
    page = Client().get(reverse("signing:invitation", args=[token]))
    again = Client().post(reverse("signing:decline", args=[token]), {"reason": ""})
    for answer in (page, again):
        assert policy(answer) == {**STRICT, "form-action": f"'self' {' '.join(settings.SIGNING_FORM_ACTION)}"}
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex"
    check(Client().get(reverse("signing:document", args=[token])), is_download=True)
    check(Client().get(reverse("signing:back")))


def test_refusals_and_faults_of_ours():
    client, _ = member_client("viewer")
    check(client.get("/nothing/here/"))
    check(client.get(reverse("usage:month")))
    check(client.get("/%00"))
    check(client.get(reverse("envelopes:detail", args=["00000000-0000-4000-8000-000000000000"])))
    check(client.post(reverse("usage:month")))
    check(Client(enforce_csrf_checks=True).post(reverse("account_login")))
    broken, membership = member_client("owner")
    broken.raise_request_exception = False
    envelope = EnvelopeFactory(organisation=membership.organisation)
    archive().delete(envelope.original.storage_name)
    answer = broken.get(reverse("envelopes:original", args=[envelope.pk]))
    assert answer.status_code == 500
    check(answer)


@pytest.mark.parametrize("is_redirected", [True, False])
def test_a_host_that_is_not_ours_is_refused(settings, is_redirected):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["sigillo.example"], is_redirected
    for host in (
        "evil.example",
        "sigillo.example.evil.example",
        "sigillo.example:80@evil.example",
        "",
        "sigillo.example\t",
    ):
        answer = Client().get("/", headers={"host": host})
        assert answer.status_code == 400
        assert answer["X-Frame-Options"] == "DENY"
        assert policy(answer) == STRICT


def test_the_way_to_https_bears_them_too(settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/accounts/login/")
    assert answer["Location"].startswith("https://")
    assert policy(answer) == STRICT


def test_pages_of_staff():
    staff = staff_client()
    envelope = EnvelopeFactory(signing=True)
    for address in (
        reverse("admin:index"),
        reverse("admin:signatures_envelope_changelist"),
        reverse("admin:signatures_envelope_change", args=[envelope.pk]),
        reverse("admin:customers_user_add"),
        reverse("admin:billing_usage_export"),
        reverse("admin:billing_usage_correct", args=[use(envelope.organisation, 1)[0].pk]),
        reverse("admin:jsi18n"),
    ):
        answer = staff.get(address)
        assert answer.status_code == 200
        if address != reverse("admin:jsi18n"):
            check(answer)
    check(Client().get(reverse("admin:index")))


def test_static_files_may_be_kept_and_are_strict_all_the_same():
    answer = Client().get("/static/css/tokens.css")
    assert policy(answer) == STRICT
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" not in answer["Cache-Control"]


INLINE = re.compile(
    r"""<script(?![^>]*\bsrc=)(?![^>]*type="application/json")[^>]*>\s*\S|\sstyle="|\son[a-z]+="|javascript:"""
)


def test_no_page_holds_what_the_policy_would_refuse():
    client, membership = member_client("owner")
    pages = [
        client.get(address_in(name, membership.organisation))
        for name, page in MEMBERS.items()
        if page.method == "get"
    ]
    person = Client()
    user = UserFactory()
    person.post(reverse("account_login"), {"login": user.email, "password": "x"})
    person.post(reverse("account_reauthenticate"), {"password": "x"})
    pages += [browser.get(reverse(name), follow=True) for name in ACCOUNT for browser in (person, Client())]
    staff = staff_client()
    envelope = EnvelopeFactory(completed=True)
    pages += [
        staff.get(address)
        for address in (
            reverse("admin:index"),
            reverse("admin:signatures_envelope_changelist"),
            reverse("admin:signatures_envelope_change", args=[envelope.pk]),
            reverse("admin:customers_organisation_change", args=[envelope.organisation_id]),
            reverse("admin:customers_user_add"),
            reverse("admin:billing_usage_export"),
            reverse("admin:billing_usage_correct", args=[use(envelope.organisation, 1)[0].pk]),
        )
    ]
    for page in pages:
        if page.streaming or "html" not in page["Content-Type"]:
            continue
        found = INLINE.search(page.content.decode())
        assert not found, f"{page.request['PATH_INFO']}: {found.group(0)}"
