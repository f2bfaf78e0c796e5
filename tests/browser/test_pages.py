"""Every page that a person can open, wide and narrow, light and dark, in each language: axe finds nothing."""

import json

import pytest

from billing.tests.pango import needs_pango

from .steps import check_accessibility, log_in

PUBLIC = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/s/nobody/",
    "/s/back/",
    "/styleguide/errors/404/",
    "/styleguide/errors/500/",
]
OF_MEMBERS = [
    "/", "/envelopes/", "/envelopes/?q=nothing-like-it", "/envelopes/new/", "/usage/", "/usage/?first=2020-01-01&last=2020-01-31",
    "/usage/?first=2026-02-01&last=2026-01-01", "/usage/simulator/", "/wallet/", "/plan/", "/billing/invoices/", "/billing/accounting/",
    "/billing/invoices/?first=2026-02-01&last=2026-01-01", "/certificates/", "/certificates/?q=nobody", "/certificates/shop/",
    "/certificates/shop/?need=renew", "/certificates/shop/?way=remote&cns=yes", "/organisation/", "/organisation/new/", "/organisation/members/",
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


@pytest.fixture(scope="module")
def states(stack):
    """Pages of envelopes in many states: of members, of signers, of staff."""
    code = "from tests.browser.seed import addresses; print(addresses())"
    return json.loads(stack.manage("shell", "-v0", "-c", code).splitlines()[-1])


def test_envelopes_are_accessible_in_their_states(open_window, states):
    # Half of them here and half there: what differs between the windows is seen in each.
    desk, phone = open_window("desktop", language="it"), open_window("phone", scheme="dark", language="fr")
    for page in (desk, phone):
        log_in(page, "paolo@bottega.example")
        page.goto(states["members"][0])
    for number, address in enumerate(states["members"][1:]):
        page = (desk, phone)[number % 2]
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        check_accessibility(page)


def test_a_signers_page_is_accessible_at_its_stages(open_window, states):
    page = open_window("phone", language="fr")
    for address in states["signers"]:
        page.goto(address)
        check_accessibility(page)


def test_staffs_own_pages_are_dressed_and_readable(stack, open_window, states):
    page = open_window(language="it")
    log_in(page, "desk@sigillo.example")
    page.fill("[name=code]", stack.manage("demo_data", "--code"))
    page.press("[name=code]", "Enter")
    page.wait_for_load_state()
    for address in states["staff"]:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        header = page.evaluate("getComputedStyle(document.querySelector('#header')).backgroundColor")
        assert header == "rgb(18, 53, 44)", address


def test_a_question_takes_the_focus_rests_on_the_way_back_and_gives_it_back(open_window):
    page = open_window()
    log_in(page, "giulia@bottega.example")
    page.goto("/organisation/members/")
    page.locator("[data-dialog]").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('dialog[open] [data-dialog-close]')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('[data-dialog]')")
    assert page.locator("dialog[open]").count() == 0


def test_a_refused_reason_comes_back_as_the_open_question(open_window, states):
    page = open_window("phone")
    page.goto(states["signers"][0])
    page.click("button[data-dialog=decline]")
    page.evaluate("document.querySelector('dialog form').noValidate = true")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog:modal [aria-invalid=true]")
    check_accessibility(page)


def test_a_dropped_file_is_named_and_its_upload_told(open_window):
    page = open_window()
    log_in(page, "giulia@bottega.example")
    page.goto("/envelopes/new/")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["%PDF-1.4 " + "x".repeat(3e6)], "contract.pdf", { type: "application/pdf" }));
          const drop = { dataTransfer: data, bubbles: true, cancelable: true };
          document.querySelector("[data-dropzone]").dispatchEvent(new DragEvent("drop", drop));
          window.told = [];
          const box = document.querySelector("[data-dropzone-progress]");
          new MutationObserver(() => told.push(box.innerText)).observe(box, { subtree: true, childList: true });
        }"""
    )
    assert "contract.pdf (3 MB)" in page.inner_text("[data-dropzone]")
    page.evaluate("document.querySelector('form[data-upload]').requestSubmit()")
    page.wait_for_selector("[aria-invalid=true]")
    told = page.evaluate("told.join(' ')")
    assert "Uploading" in told
    assert "Uploaded. The document is being checked." in told


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
    # The price of the other stories last: it stays in force.
    use(house, 7, "0.0065", last.start)
    use(house, 120, "0.95", last.start)
    invoice = issue(draft_of(house, last.first), "Sara")
    issue(draft_credit(invoice, {invoice.lines.last().pk: 10}, "Errore di fatturazione", "Sara"), "Sara")
    other = customer("foreign", city="")
    use(other, 120, "0.95", last.start)
    draft_of(other, last.first)
print(" ".join(f"/billing/invoices/{one.pk}/" for one in Invoice.objects.filter(organisation=house)))
"""


@needs_pango
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
