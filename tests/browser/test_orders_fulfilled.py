"""From the shop to the fulfilled order, for one product of each family, with everybody who acts on the way."""

from typing import Any

import pytest

from documents.tests import pictures
from portal.demo import staff_code

from .conftest import open_windows
from .order_steps import (
    MARIO,
    approve,
    begin,
    fill,
    go_on,
    hand_in,
    newest_message,
    open_codes,
    order_it,
    person_to_document,
    reference_of,
    sign_the_form,
    traces_of,
    upload,
    wait_for,
)  # fmt: skip
from .steps import check_accessibility, log_in

pytestmark = pytest.mark.slow
# What only the holder may ever see.
CANARIES = {
    "pin": "70110042",
    "puk": "70220043",
    "codice_emergenza": "CANARYERC9",
    "numero_busta": "700333444555",
}


@pytest.fixture
def page(stack: Any, open_window: Any) -> Any:
    page = open_window()
    log_in(page, "giulia@bottega.example")
    return page


@pytest.fixture(scope="module")
def staff(stack: Any, chromium: Any) -> Any:
    """Staff at their desk, the whole module long: a one-time code lets a person in once."""
    with open_windows(chromium, stack) as open_one:
        page = open_one()
        log_in(page, "staff@sigillo.example")
        page.fill("[name=code]", staff_code())
        page.press("[name=code]", "Enter")
        page.wait_for_load_state()
        yield page


def test_a_signature_on_a_usb_key_from_the_shop_to_the_door(stack, page, staff, open_window):
    since = newest_message(stack)
    begin(page, "KEY")
    person_to_document(page)
    page.click("button:has-text('Go on without pictures')")
    page.wait_for_url("**/form/options/")
    go_on(page, "review")
    order_it(page)
    wait_for(page, "You: sign the form and hand in the papers")
    order = page.url
    sign_the_form(page)
    for side in ("front", "back"):
        upload(page, f"id_{side}", pictures.jpeg(side))
    check_accessibility(page)
    hand_in(page)
    wait_for(page, "We are checking the papers")
    approve(staff)
    wait_for(page, "Papers taken by the maker")
    stack.sandbox.move_order(reference_of(stack, "KEY"), "evasa", firma=CANARIES)
    wait_for(page, "Handed to the courier")
    assert traces_of(stack, CANARIES) == [], "sealed the moment that they came"
    open_codes(stack, open_window("phone", scheme="dark"), CANARIES["pin"], since)
    wait_for(page, "Codes opened by the holder")
    assert traces_of(stack, CANARIES) == []
    page.goto(order)
    page.click("button:has-text('It has arrived')")
    page.wait_for_selector("text=Arrived")
    page.goto("/certificates/calendar/")
    check_accessibility(page)
    page.click("a:has-text('Mario Rossi') >> nth=0")
    page.wait_for_selector("text=The order that brought it")
    check_accessibility(page)


def test_an_aruba_signature_and_a_video_that_is_added_to_it(stack, page, staff):
    begin(page, "OTPMOB")
    person_to_document(page)
    upload(page, "id_front", pictures.jpeg("front"))
    upload(page, "id_back", pictures.jpeg("back"))
    page.click("main .actions button:has-text('Go on')")
    page.wait_for_url("**/form/options/")
    go_on(page, "review")
    order_it(page)
    wait_for(page, "We are checking the papers")
    approve(staff)
    wait_for(page, "You: sign the form and hand in the papers")
    aruba = page.url

    begin(page, "VIDEORIC", "identify")
    page.check("text=Mario Rossi >> nth=0")
    go_on(page, "review")
    order_it(page)
    wait_for(page, "Identification by video added")

    page.goto(aruba)
    wait_for(page, "The maker has it")
    stack.sandbox.move_order(reference_of(stack, "OTPMOB"), "in_riconoscimento")
    wait_for(page, "The holder: be identified by the maker")
    stack.sandbox.move_order(reference_of(stack, "OTPMOB"), "evasa")
    wait_for(page, "Fulfilled by the maker")


def test_a_signature_identified_by_video(stack, page, open_window):
    begin(page, "FIRREM_VIDEO")
    fill(page, **MARIO)
    go_on(page, "options")
    go_on(page, "review")
    order_it(page)
    wait_for(page, "The holder: be identified by the maker")
    holder = open_window("phone")
    holder.goto(stack.sandbox.orders(code="FIRREM_VIDEO")["newest"][0]["identification_link"])
    holder.click("button")
    wait_for(page, "Fulfilled by the maker")


def test_a_signature_for_somebody_abroad(stack, page):
    begin(page, "FIREST")
    fill(page, given_name="Anna", surname="Müller", email="anna@example.de", mobile="+49 1512 3456789")
    go_on(page, "options")
    go_on(page, "review")
    order_it(page)
    wait_for(page, "The holder: open the codes")


def test_readers_that_arrive(stack, page):
    begin(page, "LETTORE", "things")
    fill(page, quantity="2", mobile="333 1234567")
    go_on(page, "review")
    order_it(page)
    wait_for(page, "The maker prepares the shipment")
    stack.sandbox.move_order(reference_of(stack, "LETTORE"), "evasa")
    wait_for(page, "Handed to the courier")
    page.click("button:has-text('It has arrived')")
    wait_for(page, "Arrived")


def test_a_renewal_is_bought_its_code_opened_and_its_end_told_by_the_holder(stack, page, open_window):
    page.goto("/certificates/calendar/new/")
    check_accessibility(page)
    in_a_month = page.evaluate("new Date(Date.now() + 30 * 864e5).toISOString().slice(0, 10)")
    fill(
        page,
        holder_name="Mario Rossi",
        email="mario.rossi@example.it",
        mobile="333 1234567",
        maker="InfoCert",
    )
    fill(page, tax_code="RSSMRA85C15H501R", expires_on=in_a_month)
    page.check("[name=device][value=remote]")
    page.check("[name=covers][value=remote]")
    page.click("button:has-text('Record it')")
    page.wait_for_selector("text=Recorded.")
    certificate, since = page.url, newest_message(stack)
    check_accessibility(page)
    page.click("button:has-text('Renew')")
    page.wait_for_url("**/form/review/")
    order_it(page)
    wait_for(page, "The holder: use the renewal code at the maker")
    holder = open_window("phone", scheme="dark")
    open_codes(stack, holder, "Renewal code", since)
    holder.click("button:has-text('It is renewed')")
    holder.wait_for_selector("text=nothing more is to be done")
    check_accessibility(holder)
    page.goto(certificate)
    page.wait_for_selector("text=It was renewed, and goes on in a new one.")
    check_accessibility(page)


def test_papers_come_back_with_a_reason_and_are_corrected_in_the_same_place(stack, page, staff):
    begin(page, "SMARTCARDCNS")
    person_to_document(page)
    page.click("button:has-text('Go on without pictures')")
    page.wait_for_url("**/form/options/")
    go_on(page, "review")
    order_it(page)
    wait_for(page, "You: sign the form and hand in the papers")
    sign_the_form(page)
    for side in ("front", "back"):
        upload(page, f"id_{side}", pictures.jpeg(side))
    hand_in(page)
    staff.goto("/staff/signatures/order/?state__exact=in_review")
    staff.click("#result_list tbody tr:first-child th a")
    staff.click("a:has-text('Check the papers')")
    staff.check("[name=decision][value=return]")
    staff.check("[name=reasons][value=image_unreadable]")
    staff.fill("[name=note]", "The back, please.")
    staff.click("button:has-text('Decide')")
    staff.wait_for_selector("text=Decided.")
    wait_for(page, "You: correct what we have sent back")
    page.click("a:has-text('Go to the papers')")
    page.wait_for_selector("text=“The back, please.”")
    check_accessibility(page)
    upload(page, "id_back", pictures.png())
    hand_in(page)
    approve(staff)
    wait_for(page, "Papers taken by the maker")
