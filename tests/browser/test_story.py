"""The main job as its people live it: customer, both signers, accountant, staff; on a desk and on a phone."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from portal.demo import contract

from .steps import check_accessibility, invitation_of, log_in, prepare_envelope, sign

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("window", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_a_pdf_is_signed_by_two_people_archived_proven_and_billed(stack, open_window, window, scheme):
    title = f"Supply contract, {window}"
    anna = {"name": "Anna", "surname": "Rossi", "email": f"anna.{window}@example.it", "mobile": "333 1234567"}
    luc = {"name": "Luc", "surname": "Martin", "email": f"luc.{window}@example.fr", "otp_channel": "email"}
    owner = open_window(window, scheme=scheme)
    log_in(owner, "giulia@bottega.example")
    check_accessibility(owner)

    prepare_envelope(owner, title, [anna, luc], contract())
    assert "€0.95" in owner.inner_text("main")
    assert "€1.90" in owner.inner_text("main")
    owner.click("button:has-text('Send and buy for')")
    owner.wait_for_selector("text=Waiting for Anna Rossi, Luc Martin to sign", timeout=30000)
    check_accessibility(owner)

    for person, target, kind in ((anna, "+393331234567", "sms"), (luc, luc["email"], "email")):
        signer = open_window(window, scheme=scheme)
        sign(signer, stack, invitation_of(stack, person["email"]), target, kind)
        signer.wait_for_selector("text=/You have signed|Everybody has signed/")
        check_accessibility(signer)

    # Nobody has reloaded the owner's page: it follows by itself.
    owner.wait_for_selector("text=Signed, checked and archived", timeout=30000)
    check_accessibility(owner)
    with owner.expect_download() as download:
        owner.click("a:has-text('Evidence bundle')")
    with zipfile.ZipFile(Path(download.value.path())) as bundle:
        assert {
            "original.pdf",
            "signed.pdf",
            "audit-trail.json",
            "audit-trail.pdf",
            "events.json",
            "SHA256SUMS",
        } <= set(bundle.namelist())
        assert bundle.read("original.pdf") == contract()

    accountant = open_window(window, scheme=scheme)
    log_in(accountant, "carlo@bottega.example")
    accountant.goto("/usage/")
    check_accessibility(accountant)
    with accountant.expect_download() as download:
        accountant.click("a[href*='/usage/export/']:has-text('CSV for spreadsheets')")
    text = Path(download.value.path()).read_text("utf-8-sig")
    lines = [row for row in csv.DictReader(io.StringIO(text), delimiter=";") if row["Busta"] == title]
    assert sorted(row["Firmatario"] for row in lines) == ["Anna Rossi", "Luc Martin"]


def test_a_signer_declines_and_the_sender_hears_why(stack, open_window):
    owner = open_window()
    log_in(owner, "paolo@bottega.example")
    eva = {"name": "Eva", "surname": "Bruni", "email": "eva@example.it", "otp_channel": "email"}
    prepare_envelope(owner, "Offer to decline", [eva], contract())
    owner.click("button:has-text('Send and buy for')")
    signer = open_window("phone")
    signer.goto(invitation_of(stack, eva["email"]))
    signer.click("button[data-dialog=decline]")
    signer.fill("dialog [name=reason]", "The price is not the agreed one.")
    check_accessibility(signer)
    signer.click("dialog button:has-text('Decline')")
    signer.wait_for_selector("text=You have declined")
    check_accessibility(signer)
    owner.wait_for_selector("text=The price is not the agreed one.", timeout=30000)
    check_accessibility(owner)
    owner.goto("/")
    assert "Offer to decline" in owner.inner_text(".card--attention")


def test_staff_enter_with_a_second_factor_and_find_the_envelope_without_any_link(stack, open_window):
    staff = open_window()
    log_in(staff, "staff@sigillo.example")
    check_accessibility(staff)
    staff.fill("[name=code]", stack.manage("demo_data", "--code"))
    staff.press("[name=code]", "Enter")
    staff.wait_for_load_state()
    staff.goto("/staff/signatures/signer/")
    staff.click("#result_list a >> nth=0")
    staff.wait_for_load_state()
    assert "/sign/" not in staff.content()
    for page in (
        "billing/purchase/",
        "billing/usage/",
        "outbox/mail/",
        "billing/providercall/",
        "signatures/envelope/",
    ):
        staff.goto(f"/staff/{page}")
        assert staff.locator("#result_list").count(), page
