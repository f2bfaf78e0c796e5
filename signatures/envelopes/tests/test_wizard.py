"""Preparing an envelope: every step saves, nothing typed is lost, nothing is bought before the review says so."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.models import Purchase
from customers.tests.factories import member_client
from documents.tests import samples
from signatures.envelopes.models import Envelope, Placement, Signer

from .factories import EnvelopeFactory, PlacementFactory, SellPriceFactory, SignerFactory
from .steps import meanwhile

pytestmark = pytest.mark.django_db

# What is uploaded, and the beginning of what the page says beside the field.
BAD_UPLOADS = {
    "encrypted_user": "This PDF opens only with a password.",
    "encrypted_owner": "This PDF is protected against changes",
    "javascript": "This PDF contains a program",
    "javascript_names": "This PDF contains a program",
    "launch": "This PDF opens other files or programs.",
    "submit": "This PDF contains a form that sends or fetches data.",
    "embedded": "Other files are hidden inside this PDF.",
    "multimedia": "This PDF contains video, sound or 3D.",
    "xfa": "This PDF is a dynamic form (XFA)",
    "certified_no_changes": "This PDF is certified and forbids any change",
    "many_pages": "This PDF has 2001 pages",
    "truncated": "This PDF is damaged or incomplete.",
    "not_pdf": "This is not a PDF.",
    "prefixed_polyglot": "This is not a PDF.",
    "with_zip_behind": "This file is a PDF and something else at once.",
    "encrypted_for_certificates": "This PDF opens only with a password.",
    "huge_page": "Page 1 is absurdly large or small.",
}

LONG_EMAIL = f"{'a' * 64}@{'.'.join(['b' * 63] * 3)}.example"


@pytest.fixture
def sender():
    return member_client("sender")


def upload(data: bytes, name: str = "contract.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="application/pdf")


def signer_rows(*rows: dict[str, str]) -> dict[str, str]:
    """The signers' step as a browser sends it."""
    typed = {"signers-TOTAL_FORMS": str(len(rows)), "signers-INITIAL_FORMS": "0", "gives_copy": "on"}
    usual = {
        "name": "Anna",
        "surname": "Rossi",
        "email": "anna@example.it",
        "otp_channel": "email",
        "language": "it",
    }
    for number, row in enumerate(rows):
        typed |= {f"signers-{number}-{field}": value for field, value in {**usual, **row}.items()}
    return typed


def place_rows(*rows: tuple[Signer, str, str]) -> dict[str, str]:
    typed = {"places-TOTAL_FORMS": str(len(rows)), "places-INITIAL_FORMS": "0"}
    for number, (signer, pages, place) in enumerate(rows):
        typed |= {
            f"places-{number}-signer": str(signer.pk),
            f"places-{number}-pages": pages,
            f"places-{number}-place": place,
        }
    return typed


@pytest.mark.parametrize(("kind", "message"), BAD_UPLOADS.items())
def test_a_bad_upload_is_refused_with_its_own_reason_and_what_was_typed_stays(sender, kind, message):
    client, _ = sender
    data = getattr(samples, kind)()
    typed = {"document": upload(data), "title": "A title to keep", "message": "A message to keep"}
    answer = client.post(reverse("envelopes:new"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in page.replace("&#x27;", "'")
    assert "A title to keep" in page
    assert "A message to keep" in page
    assert not Envelope.objects.exists()


def test_an_empty_upload_is_refused(sender):
    client, _ = sender
    answer = client.post(reverse("envelopes:new"), {"document": upload(b""), "title": "x"})
    assert "This file is empty." in answer.content.decode()


def test_an_upload_over_the_cap_is_refused_unread_and_what_was_typed_stays(sender):
    client, _ = sender
    typed = {"document": upload(b"%PDF-" + b"0" * 51 * 1024**2), "title": "A title to keep"}
    page = client.post(reverse("envelopes:new"), typed).content.decode()
    assert "This file is larger than 50 MB." in page
    assert "A title to keep" in page
    assert not Envelope.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\contract.exe", "contract.pdf"),
        ("con\u202efdp.tract\u2066.pdf", "confdp.tract.pdf"),
        ("bell\x07 and\ttab\x1b[31m.pdf", "bell andtab[31m.pdf"),
        (f"{'é' * 300}.pdf", f"{'é' * 140}.pdf"),
        (" .pdf", "pdf.pdf"),
        ("...", "document.pdf"),
        ("a&#0;b&#xd800;c.pdf", "a�b�c.pdf"),
    ],
)
def test_a_file_is_known_by_its_name_alone_in_letters_that_can_be_seen(sender, name, kept):
    client, _ = sender
    head = f'--x\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n\r\n'
    body = head.encode() + samples.plain() + b"\r\n--x--\r\n"
    client.generic("POST", reverse("envelopes:new"), body, "multipart/form-data; boundary=x")
    envelope = Envelope.objects.get()
    assert envelope.filename == kept
    answer = client.get(reverse("envelopes:preview", args=[envelope.pk]))
    assert answer.status_code == 200
    assert "\n" not in answer["Content-Disposition"]


def test_a_good_upload_becomes_a_draft_named_after_its_file(sender):
    client, membership = sender
    answer = client.post(
        reverse("envelopes:new"), {"document": upload(samples.plain(pages=3), "../Supply_contract.PDF")}
    )
    envelope = Envelope.objects.get()
    assert answer["Location"] == reverse("envelopes:signers", args=[envelope.pk])
    assert (envelope.title, envelope.page_count) == ("Supply contract", 3)
    assert envelope.organisation == membership.organisation


def test_an_accepted_file_is_kept_with_what_was_typed_even_when_the_title_is_too_long(sender):
    client, _ = sender
    typed = {"document": upload(samples.plain()), "title": "x" * 200, "message": "A message to keep"}
    answer = client.post(reverse("envelopes:new"), typed)
    envelope = Envelope.objects.get()
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "at most 120 characters" in page
    assert "x" * 200 in page
    assert "A message to keep" in page
    again = reverse("envelopes:document", args=[envelope.pk])
    assert f'action="{again}"' in page
    client.post(again, {"title": "A shorter one", "message": "A message to keep"})
    envelope.refresh_from_db()
    assert (envelope.title, envelope.message) == ("A shorter one", "A message to keep")


def test_signers_are_saved_with_their_mobile_in_full(sender):
    client, membership = sender
    envelope = EnvelopeFactory(organisation=membership.organisation)
    rows = signer_rows(
        {"otp_channel": "sms", "mobile": "333 1234567"}, {"name": "Luc", "email": "luc@example.fr"}
    )
    answer = client.post(reverse("envelopes:signers", args=[envelope.pk]), rows)
    assert answer["Location"] == reverse("envelopes:places", args=[envelope.pk])
    assert list(envelope.signers.values_list("name", "mobile")) == [("Anna", "+393331234567"), ("Luc", "")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [{"email": "anna@example.it"}, {"email": "ANNA@example.it"}],
            "Another signer has this e-mail already.",
        ),
        ([{"otp_channel": "sms", "mobile": ""}], "A code by SMS needs a mobile number."),
        ([{"otp_channel": "sms", "mobile": "06 6982"}], "This is a landline"),
        ([{"mobile": "3001234567"}], "This number does not exist."),
        ([{"email": "nobody"}], "Enter a valid e-mail address."),
        ([{"email": LONG_EMAIL}], "at most 254 characters"),
        ([{"email": f"anna@{'é' * 63}.it"}], "Enter a valid e-mail address."),
        (
            [{"email": "anna@ex\u200dample.it"}, {"email": "anna@example.it"}],
            "Another signer has this e-mail already.",
        ),
    ],
)
def test_a_wrong_signer_is_told_beside_the_field_and_kept(sender, rows, message):
    client, membership = sender
    envelope = EnvelopeFactory(organisation=membership.organisation)
    answer = client.post(reverse("envelopes:signers", args=[envelope.pk]), signer_rows(*rows))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert 'value="Rossi"' in answer.content.decode()


def test_a_row_that_names_anothers_signer_or_one_twice_makes_a_new_one(sender):
    client, membership = sender
    theirs = EnvelopeFactory(ready=True).signers.first()
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    mine = envelope.signers.first()
    rows = signer_rows(
        {"pk": str(mine.pk), "name": "One", "email": "one@example.it"},
        {"pk": str(mine.pk), "name": "Two", "email": "two@example.it"},
        {"pk": str(theirs.pk), "name": "Three", "email": "three@example.it"},
    )
    client.post(reverse("envelopes:signers", args=[envelope.pk]), rows)
    assert list(envelope.signers.values_list("name", flat=True)) == ["One", "Two", "Three"]
    assert envelope.signers.first() == mine
    theirs.refresh_from_db()
    assert (theirs.name, theirs.envelope.signers.count()) == ("Anna", 2)


def test_a_row_can_be_added_without_javascript(sender):
    client, membership = sender
    envelope = EnvelopeFactory(organisation=membership.organisation)
    answer = client.post(
        reverse("envelopes:signers", args=[envelope.pk]), {**signer_rows({}), "add_row": "1"}
    )
    assert 'name="signers-1-name"' in answer.content.decode()
    assert 'value="Anna"' in answer.content.decode()
    assert "aria-invalid" not in answer.content.decode()


@pytest.mark.parametrize("count", ["", "x", "-1", "1.5", "\x00", "99999999", "9" * 5000])
@pytest.mark.parametrize("wish", [{}, {"add_row": "1"}])
@pytest.mark.parametrize("step", ["signers", "places"])
def test_a_count_of_rows_that_is_none_is_refused_and_changes_nothing(sender, step, wish, count):
    client, membership = sender
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    typed = {f"{step}-TOTAL_FORMS": count, f"{step}-INITIAL_FORMS": "0", **wish}
    answer = client.post(reverse(f"envelopes:{step}", args=[envelope.pk]), typed)
    assert answer.status_code in {200, 422}
    assert Placement.objects.filter(signer__envelope=envelope).count() == envelope.signers.count() == 2


@pytest.mark.parametrize(
    ("pages", "kept"), [("2", [2]), ("1, 2", [1, 2]), ("1-2", [1, 2]), ("all", [1, 2]), ("last", [2])]
)
def test_a_signer_signs_on_one_several_or_all_pages(sender, pages, kept):
    client, membership = sender
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    first, second = envelope.signers.order_by("position")
    rows = place_rows((first, pages, "bottom_left"), (second, "2", "bottom_right"))
    answer = client.post(reverse("envelopes:places", args=[envelope.pk]), rows)
    assert answer["Location"] == reverse("envelopes:review", args=[envelope.pk])
    assert list(first.placements.values_list("page", flat=True)) == kept


@pytest.mark.parametrize(
    ("pages", "message"),
    [("3", "The document has pages 1 to 2."), ("first", "Write pages as"), ("0", "pages 1 to 2")],
)
def test_a_page_that_does_not_exist_is_told(sender, pages, message):
    client, membership = sender
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    first, second = envelope.signers.order_by("position")
    rows = place_rows((first, pages, "bottom_left"), (second, "2", "bottom_right"))
    answer = client.post(reverse("envelopes:places", args=[envelope.pk]), rows)
    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_two_signers_cannot_stand_on_the_same_place(sender):
    client, membership = sender
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    first, second = envelope.signers.order_by("position")
    rows = place_rows((first, "2", "bottom_left"), (second, "1, 2", "bottom_left"))
    answer = client.post(reverse("envelopes:places", args=[envelope.pk]), rows)
    assert "another signature stands here already" in answer.content.decode()


def test_the_review_shows_price_and_total_and_buys_nothing(sender):
    client, membership = sender
    SellPriceFactory()
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    page = client.get(reverse("envelopes:review", args=[envelope.pk])).content.decode()
    for wanted in ("€0.95", "€1.90", "€0.42", "€2.32"):
        assert wanted in page
    assert not Purchase.objects.exists()


def test_a_price_that_changed_meanwhile_is_shown_anew_and_buys_nothing(sender):
    client, membership = sender
    SellPriceFactory()
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    answer = client.post(reverse("envelopes:review", args=[envelope.pk]), {"unit_price": "0.90"})
    assert "The price has changed" in answer.content.decode()
    assert not Purchase.objects.exists()


@pytest.mark.parametrize("price", ["", "x", "sNaN", "NaN", "-Infinity", "1E+999999", "9" * 5000, "0.95\x00"])
def test_a_price_that_no_review_has_shown_buys_nothing(sender, price):
    client, membership = sender
    SellPriceFactory()
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    answer = client.post(reverse("envelopes:review", args=[envelope.pk]), {"unit_price": price})
    assert answer.status_code == 422
    assert "The price has changed" in answer.content.decode()
    assert not Purchase.objects.exists()


def test_what_was_changed_since_the_review_is_shown_anew_and_buys_nothing(sender):
    client, membership = sender
    SellPriceFactory()
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    address = reverse("envelopes:review", args=[envelope.pk])
    reviewed = client.get(address).context["reviewed"]
    PlacementFactory(signer=SignerFactory(envelope=envelope, name="Eva", surname="Bruni"), page=1)
    answer = client.post(address, {"unit_price": "0.95", "reviewed": reviewed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The envelope was changed since you saw it." in page
    assert "Eva Bruni" in page
    assert "€2.85" in page
    assert not Purchase.objects.exists()


def test_what_is_changed_in_the_moment_of_sending_is_not_bought(sender):
    client, membership = sender
    SellPriceFactory()
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    client.get(reverse("home"))
    with meanwhile("SAVEPOINT", lambda: Placement.objects.filter(signer__position=1).delete()):
        answer = client.post(reverse("envelopes:review", args=[envelope.pk]), {"unit_price": "0.95"})
    assert "The envelope was changed since you saw it." in answer.content.decode()
    assert "Say where Anna Rossi signs." in answer.content.decode()
    assert not Purchase.objects.exists()


@pytest.mark.parametrize(
    ("step", "statement"),
    [
        ("document", 'UPDATE "signatures_envelope"'),
        ("signers", "SAVEPOINT"),
        ("places", "SAVEPOINT"),
        ("review", "SAVEPOINT"),
        ("discard", "SAVEPOINT"),
    ],
)
def test_a_draft_that_a_colleague_sends_in_this_moment_is_not_changed_any_more(sender, step, statement):
    client, membership = sender
    SellPriceFactory()
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True, title="As it was sent")
    first, second = envelope.signers.order_by("position")
    typed = {
        "document": {"title": "Another title"},
        "signers": signer_rows({"name": "Eva"}),
        "places": place_rows((first, "1", "top_left"), (second, "1", "top_right")),
        "review": {"unit_price": "0.95"},
        "discard": {},
    }[step]
    client.get(reverse("home"))
    with meanwhile(statement, lambda: Envelope.objects.update(state=Envelope.State.BUYING)):
        answer = client.post(reverse(f"envelopes:{step}", args=[envelope.pk]), typed, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("envelopes:detail", args=[envelope.pk])
    assert "This envelope was sent already." in answer.content.decode()
    envelope.refresh_from_db()
    assert envelope.title == "As it was sent"
    assert list(envelope.signers.values_list("name", flat=True)) == ["Anna", "Luc"]
    assert not Placement.objects.filter(page=1).exists()
    assert not Purchase.objects.exists()


def test_without_a_price_nothing_can_be_sent(sender):
    client, membership = sender
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    answer = client.post(reverse("envelopes:review", args=[envelope.pk]), {"unit_price": "0.95"})
    assert "There is no price for this product yet" in answer.content.decode()
    assert not Purchase.objects.exists()


def test_what_is_missing_is_said_before_sending(sender):
    client, membership = sender
    SellPriceFactory()
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    Placement.objects.filter(signer__envelope=envelope, signer__position=1).delete()
    answer = client.post(
        reverse("envelopes:review", args=[envelope.pk]), {"unit_price": str(Decimal("0.95"))}
    )
    assert "Say where Anna Rossi signs." in answer.content.decode()
    assert not Purchase.objects.exists()


def test_a_draft_can_be_thrown_away_with_its_document(sender):
    client, membership = sender
    envelope = EnvelopeFactory(organisation=membership.organisation, ready=True)
    client.post(reverse("envelopes:discard", args=[envelope.pk]))
    assert not Envelope.objects.exists()


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_asks_a_constant_number_of_questions(sender, count, django_assert_max_num_queries):
    client, membership = sender
    for _ in range(count):
        EnvelopeFactory(organisation=membership.organisation, signing=True)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("envelopes:list")).status_code == 200


def test_an_envelopes_page_asks_a_constant_number_of_questions(sender, django_assert_max_num_queries):
    client, membership = sender
    envelope = EnvelopeFactory(organisation=membership.organisation, completed=True)
    with django_assert_max_num_queries(14):
        assert client.get(reverse("envelopes:detail", args=[envelope.pk])).status_code == 200


def test_the_home_page_asks_a_constant_number_of_questions(django_assert_max_num_queries):
    client, membership = member_client("owner")
    for trait in ("signing", "completed", "declined", "ready"):
        for _ in range(3):
            EnvelopeFactory(organisation=membership.organisation, **{trait: True})
    with django_assert_max_num_queries(21):
        assert client.get(reverse("home")).status_code == 200
