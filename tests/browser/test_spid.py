"""SPID as its people live it: ordered, handed over, identified by video, active; failed and tried again; sold out."""

import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest

from .stack import Stack
from .steps import PATIENCE_SECONDS, check_accessibility, log_in

pytestmark = pytest.mark.slow

ANNA = {"name": "Anna", "surname": "De Luca", "tax_code": "DLCNNA99R71G273W", "mobile": "333 1234567"}
MARIO = {"name": "Mario", "surname": "Rossi", "tax_code": "RSSMRA85C15H501R", "mobile": "347 1234567"}
LUISA = {"name": "Maria Luisa", "surname": "Bianchi", "tax_code": "BNCMLS90T41F205K", "mobile": "333 7654321"}
ADA = {"name": "Ada", "surname": "Bianco", "tax_code": "BNCDAA80B42H579U", "mobile": "333 7654322"}


def order(page: Any, *people: dict[str, str]) -> None:
    """From the home page to the ordered activations, looking at every page on the way."""
    page.goto("/")
    page.click("nav a:has-text('SPID')")
    page.click("a:has-text('Activate SPID')")
    check_accessibility(page)
    for number, person in enumerate(people):
        if number:
            page.click("[data-row-add]")
        for field, value in {**person, "language": "en"}.items():
            control = page.locator(f"[name=people-{number}-{field}]")
            control.select_option(value) if field == "language" else control.fill(value)
    page.click("button:has-text('Go on to the review')")
    page.wait_for_url("**/review/")
    check_accessibility(page)
    assert "€19.90" in page.inner_text("main")
    page.click("button:has-text('Order and pay')")
    page.wait_for_load_state()


def address_for(stack: Stack, email: str, subject: str = "", ending: str = "/") -> str:
    """An address in the newest mail to this person, once it has arrived."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for mail in stack.sandbox.messages(to=email, kind="email", subject=subject):
            for link in mail["links"]:
                if "/my-spid/" in link and link.endswith(ending):
                    return str(link)
        time.sleep(0.1)
    raise AssertionError(f"no address for {email}")


def code_for(stack: Stack, to: str) -> str:
    return str(stack.sandbox.messages(to=to)[0]["otp"])


def be_identified(page: Any, stack: Stack, person: dict[str, str], outcome: str = "recognises me") -> None:
    """At the identity provider's page: data, codes, documents, video."""
    page.wait_for_url("**/userSelfRegistration**")
    check_accessibility(page)
    mobile = "+39" + person["mobile"].replace(" ", "")
    for field, value in {**person, "mobile": mobile}.items():
        page.fill(f"#{field}", value)
    page.click("#step button")
    page.wait_for_selector("#email_code")
    check_accessibility(page)
    page.fill("#email_code", code_for(stack, person["email"]))
    page.fill("#sms_code", code_for(stack, mobile))
    page.click("#step button")
    page.wait_for_selector("#document")
    check_accessibility(page)
    page.check("[name=health_card]")
    page.click("#step button")
    page.wait_for_selector("#failure")
    check_accessibility(page)
    page.click(f"button:has-text('{outcome}')")


@pytest.mark.parametrize(("window", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_from_the_order_to_active_and_kept(stack, open_window, window, scheme):
    person = {**(ANNA if window == "desktop" else MARIO), "email": f"spid.{window}@example.it"}
    owner = open_window(window, scheme=scheme)
    log_in(owner, "giulia@bottega.example")
    order(owner, person)
    owner.wait_for_selector("text=Waiting for its person to open it", timeout=30000)
    check_accessibility(owner)

    holder = open_window(window, scheme=scheme)
    address = address_for(stack, person["email"])
    holder.goto(address)
    check_accessibility(holder)
    assert "voucher=" not in holder.content()
    holder.click("button:has-text('Go on to Namirial')")
    be_identified(holder, stack, person)
    holder.wait_for_selector("#identified")
    assert stack.sandbox.messages(to=person["email"], subject="active")

    # The identity provider tells us nothing: its person does.
    holder.goto(address)
    check_accessibility(holder)
    holder.click("a:has-text('It is active')")
    check_accessibility(holder)
    holder.click("button:has-text('Yes, it is active')")
    holder.wait_for_selector("text=Keep it alive")
    check_accessibility(holder)
    for page, words in (("calendar/", "Revoked, if unused"), ("used/", "Did you use"), ("ended/", "no longer active"),
                        ("letters/", "Mails from us"), ("failed/", "It did not succeed")):  # fmt: skip
        holder.goto(address + page)
        assert words in holder.inner_text("main")
        check_accessibility(holder)
    holder.goto(address + "calendar/")
    with holder.expect_download() as download:
        holder.click("a:has-text('.ics')")
    assert Path(download.value.path()).read_text().startswith("BEGIN:VCALENDAR")
    holder.goto(address + "used/")
    holder.click("button:has-text('I used it')")
    holder.wait_for_selector("text=the time begins anew")
    holder.goto(address + "letters/")
    holder.click("button:has-text('Write to me no more')")
    holder.wait_for_selector("button:has-text('Write to me again')")
    check_accessibility(holder)

    owner.reload()
    owner.wait_for_selector("text=as its person told us")
    check_accessibility(owner)
    owner.goto("/spid/?state=active")
    assert person["surname"] in owner.inner_text("main")
    check_accessibility(owner)
    accountant = open_window(window, scheme=scheme)
    log_in(accountant, "carlo@bottega.example")
    accountant.goto("/usage/")
    check_accessibility(accountant)
    with accountant.expect_download() as download:
        accountant.click("a[href*='/usage/export/']:has-text('CSV for spreadsheets')")
    text = Path(download.value.path()).read_text("utf-8-sig")
    lines = [row for row in csv.DictReader(io.StringIO(text), delimiter=";") if row["Busta"] == "SPID"]
    mine = [row for row in lines if row["Firmatario"] == f"{person['name']} {person['surname']}"]
    assert [row["Prezzo unitario"] for row in mine] == ["19,90"]


def test_it_fails_its_orderer_hears_why_and_a_corrected_address_voids_the_earlier_one(stack, open_window):
    person = {**LUISA, "email": "luisa.wrong@example.it"}
    owner = open_window()
    log_in(owner, "paolo@bottega.example")
    order(owner, person)
    owner.wait_for_selector("text=Waiting for its person to open it", timeout=30000)
    wrong = address_for(stack, person["email"])
    owner.click("a:has-text('Correct name or contacts')")
    check_accessibility(owner)
    owner.fill("[name=email]", "luisa@example.it")
    owner.click("button:has-text('Save')")
    owner.wait_for_selector("text=Corrected.")

    holder = open_window("phone")
    holder.goto(wrong)
    assert "leads nowhere" in holder.inner_text("main")
    check_accessibility(holder)
    right = address_for(stack, "luisa@example.it")
    holder.goto(right)
    holder.click("button:has-text('Go on to Namirial')")
    be_identified(holder, stack, {**person, "email": "luisa@example.it"}, outcome="The recognition fails")
    holder.wait_for_selector("#failed")
    holder.goto(right)
    holder.click("a:has-text('It did not succeed')")
    check_accessibility(holder)
    holder.check("[name=failure][value=image_unreadable]")
    holder.click("button:has-text('Tell it')")
    holder.wait_for_selector("text=You may try again")
    check_accessibility(holder)

    owner.reload()
    owner.wait_for_selector("text=Camera, sound or connection")
    check_accessibility(owner)
    owner.goto("/")
    assert "Maria Luisa Bianchi" in owner.inner_text(".card--attention")
    assert stack.sandbox.messages(to="paolo@bottega.example", subject="SPID")


def test_sold_out_is_said_before_the_order_and_the_line_goes_on_by_itself(stack, open_window):
    owner = open_window()
    log_in(owner, "giulia@bottega.example")
    stack.sandbox.spid_left(0)
    try:
        order(owner, {**ADA, "email": "ada@example.it"})
        owner.wait_for_selector("text=First in line", timeout=30000)
        check_accessibility(owner)
        owner.goto("/spid/new/")
        owner.fill(
            "[name=pasted]",
            "nome;cognome;codice fiscale;e-mail;cellulare\nGianfranco;Esposito;SPSGFR50P23F839S;g@example.it;333 99",
        )
        owner.click("button:has-text('Take the list over')")
        owner.wait_for_selector("[aria-invalid=true]")
        check_accessibility(owner)
        owner.fill("[name=people-0-mobile]", "333 9912345")
        owner.click("button:has-text('Go on to the review')")
        owner.wait_for_selector("text=1 is ahead in the line")
        check_accessibility(owner)
        owner.click("button:has-text('Throw the draft away')")
    finally:
        stack.sandbox.spid_left(1000)
    owner.goto("/spid/?state=waiting")
    check_accessibility(owner)
    owner.click("a:has-text('Ada Bianco')")
    # The line looks again after a pause that grows with each attempt.
    owner.wait_for_selector("text=Waiting for its person to open it", timeout=90000)


def test_staff_see_the_stock_and_no_link(stack, open_window):
    staff = open_window()
    log_in(staff, "staff@sigillo.example")
    staff.fill("[name=code]", stack.manage("demo_data", "--code"))
    with staff.expect_navigation():
        staff.press("[name=code]", "Enter")
    for page in (
        "voucher/",
        "activation/",
        "keepingrule/",
        "identityprovider/",
        "contact/",
        "activationevent/",
    ):
        staff.goto(f"/staff/spid/{page}")
        assert staff.locator("#changelist").count(), staff.inner_text("body")[:1500]
        assert "voucher=" not in staff.content()
    staff.goto("/staff/spid/voucher/")
    assert "how it stands" in staff.inner_text("#content").lower()
