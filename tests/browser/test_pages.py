"""Every page that a person can open, wide and narrow, light and dark, in each language: axe finds nothing."""

import pytest

from .steps import check_accessibility, log_in

PUBLIC = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/s/nobody/",
    "/s/back/",
    "/no-such-page/",
]
OF_MEMBERS = [
    "/", "/envelopes/", "/envelopes/?q=nothing-like-it", "/envelopes/new/", "/usage/", "/usage/?first=2020-01-01&last=2020-01-31",
    "/usage/?first=2026-02-01&last=2026-01-01", "/billing/invoices/",
    "/billing/invoices/?first=2026-02-01&last=2026-01-01", "/organisation/", "/organisation/new/", "/organisation/members/",
    "/organisation/profile/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/email/", "/accounts/password/change/",
]  # fmt: skip
LOOKS = [("desktop", "light", "it"), ("phone", "dark", "fr")]


@pytest.mark.parametrize(("window", "scheme", "language"), LOOKS)
def test_public_pages_are_accessible(open_window, window, scheme, language):
    page = open_window(window, scheme=scheme, language=language)
    for address in PUBLIC:
        page.goto(address)
        check_accessibility(page)


@pytest.mark.parametrize(("window", "scheme", "language"), LOOKS)
def test_members_pages_are_accessible(open_window, window, scheme, language):
    page = open_window(window, scheme=scheme, language=language)
    log_in(page, "giulia@bottega.example")
    for address in OF_MEMBERS:
        page.goto(address)
        check_accessibility(page)


INVOICED = """
from datetime import date
from billing.flows.issue_invoice import issue
from billing.flows.file_invoice import file_invoice
from billing.flows.credit_invoice import draft_credit
from billing.tests.invoice_factories import customer, draft_of, use
from billing.periods import Period
from customers.models import Organisation
from billing.models import Invoice
house = Organisation.objects.get(vat_number="00743110157")
last = Period.last_month()
if not Invoice.objects.filter(organisation=house).exists():
    use(house, 120, "0.95", last.start)
    use(house, 7, "0.0065", last.start)
    invoice = issue(draft_of(house, last.first), "Sara")
    issue(draft_credit(invoice, {invoice.lines.last().pk: 10}, "Errore di fatturazione", "Sara"), "Sara")
    other = customer("foreign", city="")
    use(other, 120, "0.95", last.start)
    draft_of(other, last.first)
print(" ".join(f"/billing/invoices/{one.pk}/" for one in Invoice.objects.filter(organisation=house)))
"""


@pytest.mark.parametrize(("window", "scheme", "language"), LOOKS)
def test_invoices_are_accessible_and_come_as_pdf(stack, open_window, window, scheme, language, tmp_path):
    addresses = stack.manage("shell", "--no-imports", "-c", INVOICED).splitlines()[0].split()
    page = open_window(window, scheme=scheme, language=language)
    log_in(page, "carlo@bottega.example")
    page.goto("/billing/invoices/")
    assert page.locator("table tbody tr").count() == 2
    check_accessibility(page)
    for address in addresses:
        page.goto(address)
        check_accessibility(page)
    page.locator("a[href*='/statements/']").first.click()
    page.wait_for_url("**/statements/**")
    check_accessibility(page)
    page.goto(addresses[0])
    page.wait_for_function(
        "() => document.querySelector('a[href$=\"/pdf/\"]') || (location.reload(), false)", timeout=30000
    )
    with page.expect_download() as download:
        page.click("a[href$='/pdf/']")
    download.value.save_as(tmp_path / "invoice.pdf")
    assert (tmp_path / "invoice.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_staff_previews_a_draft_and_reads_what_is_missing(stack, open_window):
    stack.manage("shell", "--no-imports", "-c", INVOICED)
    staff = open_window()
    log_in(staff, "staff@sigillo.example")
    staff.fill("[name=code]", stack.manage("demo_data", "--code"))
    staff.press("[name=code]", "Enter")
    staff.wait_for_load_state()
    staff.goto("/staff/billing/invoicedraft/?state__exact=open")
    staff.click("#result_list tbody th a >> nth=0")
    staff.wait_for_load_state()
    assert "Customer, city: is missing." in staff.inner_text("#content-main")
    assert "Nothing was numbered." in staff.inner_text("#content-main")


def test_a_refused_upload_keeps_what_was_typed_and_says_why_beside_the_field(open_window):
    page = open_window()
    log_in(page, "giulia@bottega.example")
    page.goto("/envelopes/new/")
    page.fill("[name=title]", "A title that must stay")
    page.fill("[name=message]", "A message that must stay")
    page.set_input_files(
        "[name=document]",
        {"name": "contract.pdf", "mimeType": "application/pdf", "buffer": b"<html>not a PDF</html>"},
    )
    page.click("button:has-text('Go on')")
    page.wait_for_selector("[aria-invalid=true]")
    assert "This is not a PDF" in page.inner_text("main")
    assert page.input_value("[name=title]") == "A title that must stay"
    assert page.input_value("[name=message]") == "A message that must stay"
    check_accessibility(page)


def test_a_passkey_can_be_added_and_lets_in(open_window):
    page = open_window()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(page, "elena@bottega.example")
    page.goto("/accounts/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.fill("[name=password]", "sigillo-demo")
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/webauthn/add/**")
    page.fill("[name=name]", "My laptop")
    if page.locator("[name=passwordless]").count():
        page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_load_state("networkidle")
    page.goto("/accounts/2fa/")
    check_accessibility(page)
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/login" not in url)
