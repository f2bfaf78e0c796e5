"""From the shop to the review, for one product of each family, at a desk and on a phone: everybody can do it, axe agrees."""

from typing import Any

import pytest

from documents.tests import pictures

from .order_steps import MARIO, begin, fill, go_on, person_to_document, upload
from .steps import check_accessibility, log_in

pytestmark = pytest.mark.slow
WINDOWS = [("desktop", "light", "en"), ("phone", "dark", "en")]
# What the other half of the house brings along once it is there: a rule for renewals, an order to add a video to.
PREPARED = """
from datetime import date
from customers.models import Membership
from signatures.certificates.models import Order, RenewalRule
member = Membership.objects.get(user__email="giulia@bottega.example")
RenewalRule.objects.get_or_create(maker="InfoCert", covers="remote", valid_from=date(2020, 1, 1), defaults=dict(
    code="RINFIRREM", opens_days_before=90, closes_days_before=1, source="browser test"))
if not Order.objects.filter(code="OTPDIS").exists():
    order = Order(organisation=member.organisation, created_by=member.user, code="OTPDIS", family="aruba",
                  state="identification_pending", ordered_at="2026-01-01T00:00Z", provider_reference="browser-test")
    order.details = {"person": {"given_name": "Anna", "surname": "Verdi"}}
    order.save()
"""


@pytest.fixture(scope="module")
def shop(stack: Any) -> Any:
    stack.manage("shell", "-c", PREPARED)
    return stack


@pytest.fixture(params=WINDOWS, ids=[window for window, *_ in WINDOWS])
def page(request: Any, shop: Any, open_window: Any) -> Any:
    window, scheme, language = request.param
    page = open_window(window, scheme=scheme, language=language)
    log_in(page, "giulia@bottega.example")
    return page


def review(page: Any, *wanted: str) -> None:
    """The last page says all of this, and that it can be ordered."""
    assert page.url.endswith("/form/review/")
    check_accessibility(page)
    text = page.inner_text("main")
    for one in wanted:
        assert one in text, one
    assert page.locator("button:has-text('Order for')").count() == 1


def test_a_standard_signature(page):
    begin(page, "KEY")
    person_to_document(page)
    check_accessibility(page)
    page.click("button:has-text('Go on without pictures')")
    page.wait_for_url("**/form/options/")
    page.check("[name=shipping][value=express]")
    go_on(page, "review")
    review(page, "RSSMRA85C15H501R", "Express shipping", "€59.00", "€9.90", "€84.06", "None yet.")


def test_an_aruba_signature_with_its_pictures(page):
    begin(page, "SCARUBACNS")
    person_to_document(page)
    upload(page, "id_front", pictures.jpeg("front"))
    upload(page, "id_back", pictures.heic(), "IMG_0001.HEIC")
    page.wait_for_selector("text=Complete.")
    check_accessibility(page)
    page.click("main .actions button:has-text('Go on')")
    page.wait_for_url("**/form/options/")
    page.check("[name=has_video]")
    go_on(page, "review")
    review(page, "Identification by video", "€36.00", "€22.00", "€70.76", "See it as it will be sent")


def test_a_signature_identified_by_video(page):
    begin(page, "FIRREM_VIDEO")
    fill(page, **MARIO)
    go_on(page, "options")
    page.check("[name=is_urgent]")
    go_on(page, "review")
    review(page, "Mario", "Urgent handling", "€79.00", "€12.00", "Identification by video is included")


def test_a_signature_for_somebody_abroad(page):
    begin(page, "FIREST")
    fill(page, given_name="Anna", surname="Müller", email="anna@example.de", mobile="+49 1512 3456789")
    go_on(page, "options")
    go_on(page, "review")
    review(page, "Müller", "+4915123456789", "€69.00")


def test_readers_by_the_dozen(page):
    begin(page, "LETTORE", "things")
    fill(page, quantity="12", mobile="333 1234567")
    go_on(page, "review")
    review(page, "Bottega Ferri Srl", "12 × €19.00", "€228.00", "€278.16")


def test_a_renewal_of_what_was_bought_elsewhere(page):
    begin(page, "RINFIRREM", "renew")
    in_a_month = page.evaluate("new Date(Date.now() + 30 * 864e5).toISOString().slice(0, 10)")
    fill(page, expires_on=in_a_month)
    go_on(page, "person")
    fill(page, **MARIO)
    go_on(page, "options")
    go_on(page, "review")
    review(page, "Expires on", "€29.00", "Only then is it renewed.")


def test_video_identification_for_an_order_that_is_there(page):
    begin(page, "VIDEORIC", "identify")
    page.check("text=Anna Verdi")
    go_on(page, "review")
    review(page, "Anna Verdi", "€22.00")


def test_a_mistake_is_said_while_one_types_and_goes_away_when_it_is_mended(page):
    begin(page, "KEYCNS")
    fill(page, given_name="Mario", surname="Rosi", tax_code="rssmra85c15h501r", mobile="06 6982")
    page.press("[name=mobile]", "Tab")
    page.wait_for_selector("#id_mobile_feedback:has-text('This is a landline')")
    page.wait_for_selector("#id_surname_feedback:has-text('Check the surname')")
    assert page.get_attribute("[name=mobile]", "aria-invalid") == "true"
    check_accessibility(page)
    page.fill("[name=mobile]", "333 1234567")
    page.wait_for_selector("#id_mobile_feedback:has-text('This is a landline')", state="detached")
    page.check(".confirm__point input")
    page.fill("[name=confirmation_reason]", "So it stands in the register")
    page.fill("[name=email]", "mario.rosi@example.it")
    go_on(page, "birth")
    # Another day, another window: nothing has to be typed again.
    page.goto("/")
    page.click("a:has-text('Signature and CNS on a USB key')")
    page.wait_for_url("**/form/birth/")


def test_what_is_confirmed_while_an_answer_is_on_its_way_stands(page):
    begin(page, "KITCNS")
    fill(page, given_name="Mario", surname="Rosi", tax_code="rssmra85c15h501r")
    page.press("[name=tax_code]", "Tab")
    page.wait_for_selector(".confirm__point")
    far_away = {"offline": False, "latency": 700, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", far_away)
    # Asked for before the box is ticked, answered after the reason is written.
    fill(page, mobile="333 1234567")
    page.press("[name=mobile]", "Tab")
    page.wait_for_timeout(300)
    page.check(".confirm__point input")
    page.fill("[name=confirmation_reason]", "So it stands in the register")
    page.focus("[name=email]")
    page.wait_for_timeout(2500)
    assert page.is_checked(".confirm__point input")
    assert page.input_value("[name=confirmation_reason]") == "So it stands in the register"


def test_places_are_suggested_and_the_rest_fills_itself_in(page):
    from playwright.sync_api import expect

    begin(page, "FIR")
    page.goto(page.url.replace("/person/", "/residence/"))
    page.type("[name=municipality]", "vinc", delay=30)
    page.wait_for_selector("datalist option[value='Vinci (FI)']", state="attached")
    page.fill("[name=municipality]", "Vinci (FI)")
    page.press("[name=municipality]", "Tab")
    expect(page.locator("[name=postal_code]")).to_have_value("50059")
    assert page.input_value("[name=province]") == "FI"
    assert page.input_value("[name=municipality]") == "Vinci"


def test_a_picture_that_will_not_do_says_why(page):
    begin(page, "OTPMOB")
    page.goto(page.url.replace("/person/", "/pictures/"))
    page.set_input_files(
        "section[aria-labelledby=side-id_front] input[name=file]",
        {"name": "photo.gif", "mimeType": "image/gif", "buffer": pictures.gif()},
    )
    page.wait_for_selector("text=This is neither a picture nor a PDF.")
    check_accessibility(page)
    upload(page, "id_front", pictures.blurred())
    page.wait_for_selector("text=The picture looks blurred.")
    check_accessibility(page)
